"""What the Train menu does, and what happens to a training when the window closes."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.commands.program import Slots
from app.models.studio import Studio

if TYPE_CHECKING:
    from app.views.train.window import TrainWindow

_TITLE = "M2FNet Studio"


class Trains(Protocol):
    """The window as these commands see it."""

    @property
    def training(self) -> "TrainWindow":
        """The training window, built when it is first asked for."""


def train_slots(window: Trains) -> Slots:
    """The Train menu."""
    return {"train": lambda: _show(window.training)}


def _show(training: "TrainWindow") -> None:
    training.show()
    training.raise_()
    training.activateWindow()


def may_close(studio: Studio, window: QWidget) -> bool:
    """Ask what shall become of a running training; False when the person thinks better of closing."""
    name = studio.runs.training
    if not name:
        return True
    box = QMessageBox(QMessageBox.Icon.Question, _TITLE, f"The run {name} is being trained.", parent=window)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(
        "It can stop now and be resumed, or go on without the window and be found at the next start."
    )
    stop = box.addButton("Stop", QMessageBox.ButtonRole.AcceptRole)
    go_on = box.addButton("Go on without the window", QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(stop)
    box.exec()
    if box.clickedButton() is go_on:
        studio.runs.detach()
    return box.clickedButton() in (stop, go_on)
