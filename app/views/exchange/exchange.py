"""The dialogs of export and import: which format, whose labels, what to do with labels the project does not know."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.models.project.exchange import Placing
from app.views.parts.widgets import label
from m2fnet_core.document.formats import FORMATS, Format, LabelChoice

_CHOICES = {
    LabelChoice.HUMAN_ELSE_MODEL: "Yours, else the network's",
    LabelChoice.HUMAN: "Yours alone",
    LabelChoice.MODEL: "The network's alone",
}
_PLACES = {
    Placing.LABELS: "Take only the labels, for the utterances at the same times",
    Placing.REPLACE: "Put its utterances in place of those that are here",
    Placing.BESIDE: "Add its utterances to those that are here",
}
_ADD, _LEAVE = "Add it to the labels", "Leave it out"


class ExportDialog(QDialog):
    """Format and labels; the file is asked for afterwards."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.formats, self.choices = QComboBox(), QComboBox()
        for row in FORMATS.values():
            if row.write is not None:
                self.formats.addItem(row.title, row.name)
        for choice, words in _CHOICES.items():
            self.choices.addItem(words, choice)
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(10)
        form.addRow("&Format", self.formats)
        form.addRow("&Labels", self.choices)
        layout = dialog_page(self, "Export the annotations of this video")
        layout.addLayout(form)
        layout.addWidget(dialog_buttons(self, "Export…"))
        self.setMinimumWidth(420)

    @property
    def format(self) -> Format:
        """The chosen row of the registry."""
        return FORMATS[self.formats.currentData()]

    @property
    def choice(self) -> LabelChoice:
        """Whose labels."""
        return LabelChoice(self.choices.currentData())


class ImportDialog(QDialog):
    """What becomes of the utterances that are there."""

    def __init__(self, path: Path, utterances: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import")
        self.buttons = {placing: QRadioButton(words) for placing, words in _PLACES.items()}
        self.buttons[Placing.LABELS].setChecked(True)
        layout = dialog_page(self, f"Import {path.name}")
        layout.addWidget(label(f"This video has {utterances} utterances. The import is one step: undo takes it back."))
        for button in self.buttons.values():
            layout.addWidget(button)
        layout.addWidget(dialog_buttons(self, "Import"))

    @property
    def placing(self) -> Placing:
        """As chosen."""
        return next(placing for placing, button in self.buttons.items() if button.isChecked())


class UnknownLabels(QDialog):
    """A line for each label of a file that the project does not have: add it, map it, or leave it out."""

    def __init__(self, unknown: Sequence[str], known: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unknown labels")
        self.boxes: dict[str, QComboBox] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(8)
        for name in unknown:
            box = self.boxes[name] = QComboBox()
            box.addItem(_ADD, None)
            for own in known:
                box.addItem(f"It is our “{own}”", own)
            box.addItem(_LEAVE, "")
            near = next((own for own in known if own.casefold()[:3] == name.casefold()[:3]), None)
            box.setCurrentIndex(0 if near is None else 1 + list(known).index(near))
            form.addRow(label(name), box)
        layout = dialog_page(self, "The file has labels that this project does not know")
        layout.addLayout(form)
        layout.addWidget(dialog_buttons(self, "Import"))

    @property
    def added(self) -> tuple[str, ...]:
        """Labels that shall join the project's."""
        return tuple(name for name, box in self.boxes.items() if box.currentData() is None)

    @property
    def mapped(self) -> dict[str, str]:
        """Labels that mean another one, or "" for nothing."""
        return {name: box.currentData() for name, box in self.boxes.items() if box.currentData() is not None}


def ask_target(parent: QWidget, near: Path, chosen: Format) -> Path | None:
    """Where to write; None when the person thinks better of it."""
    suggested = str(near.with_suffix(chosen.suffixes[0]))
    if suggested == str(near):  # the film itself must not be written over
        suggested = str(near.with_name(f"{near.stem} annotated{near.suffix}"))
    name, _ = QFileDialog.getSaveFileName(parent, "Export", suggested, f"{chosen.title} (*{chosen.suffixes[0]})")
    return Path(name) if name else None


def ask_source(parent: QWidget, near: Path) -> Path | None:
    """What to read."""
    endings = sorted({f"*{suffix}" for row in FORMATS.values() if row.read is not None for suffix in row.suffixes})
    kinds = f"Annotations ({' '.join(endings)});;All files (*)"
    name, _ = QFileDialog.getOpenFileName(parent, "Import annotations", str(near.parent), kinds)
    return Path(name) if name else None


def dialog_page(dialog: QDialog, title: str) -> QVBoxLayout:
    """Room and a heading, as all our dialogs have them."""
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 20, 24, 16)
    layout.setSpacing(14)
    layout.addWidget(label(title, "heading"))
    return layout


def dialog_buttons(dialog: QDialog, yes: str) -> QDialogButtonBox:
    """The one that does it, and Cancel."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    buttons.button(QDialogButtonBox.StandardButton.Ok).setText(yes)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons
