"""Where a person says who speaks: a name, or the digit of a lane."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QWidget

from app.base.outside import plain_tip
from app.views.parts.field import TextField


class SpeakerBox(QComboBox):
    """The speakers in the order of their lanes; another name can be typed."""

    chosen = Signal()  # with a digit: nothing more is to be typed

    def __init__(self, speakers: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._speakers = tuple(speakers)
        field = _Name(len(self._speakers))
        field.digit.connect(self._choose)
        self.setEditable(True)
        self.setLineEdit(field)
        self.addItems(self._speakers)
        self.setToolTip(plain_tip("\n".join(f"{place}  {name}" for place, name in enumerate(self._speakers[:9], 1))))

    def _choose(self, digit: int) -> None:
        self.setCurrentText(self._speakers[digit - 1])
        self.chosen.emit()


class _Name(TextField):
    """A digit as the first key means a lane; a name may have one further on."""

    digit = Signal(int)

    def __init__(self, lanes: int) -> None:
        super().__init__()
        self._digits = tuple("123456789"[:lanes])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit over a name that is selected whole, or over none."""
        if self.selectedText() == self.text() and event.text() in self._digits:
            self.digit.emit(int(event.text()))
        else:
            super().keyPressEvent(event)
