"""What the Project menu does."""

from PySide6.QtWidgets import QWidget

from app.commands.program import Slots
from app.models.keyboard import Keyboard
from app.models.studio import Studio


def labels_slots(studio: Studio, keyboard: Keyboard, window: QWidget) -> Slots:
    """The Project menu."""
    return {"labels": lambda: _edit_labels(studio, keyboard, window)}


def _edit_labels(studio: Studio, keyboard: Keyboard, window: QWidget) -> None:
    from app.views.labels.labels import LabelsDialog

    LabelsDialog(studio.project, keyboard, window).open()
