"""Small pieces that several views are built from."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.base.outside import plain_tip
from app.base.theme import muted


def label(text: str, role: str = "", wrap: bool = False) -> QLabel:
    """A text; ``role`` is its name in the style sheet (muted, section, heading, title)."""
    made = QLabel(text)
    made.setObjectName(role)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


class Steady(QWidget):
    """A quiet line that changes with every key. Its place keeps its size, so that nothing around it is laid out anew.

    ``widest`` is the longest text there is room for; without it, the line takes the room that is left.
    """

    def __init__(self, widest: str = "") -> None:
        super().__init__()
        self._text, self._widest = "", widest
        across = QSizePolicy.Policy.Fixed if widest else QSizePolicy.Policy.Expanding
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """As shown."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._widest) + 2, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, cut where there is no room."""
        painter = QPainter(self)
        painter.setPen(muted(self.palette()))
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


def push(text: str, tip: str, primary: bool = False) -> QPushButton:
    """A button with words; a primary one is what the view suggests to do."""
    made = QPushButton(text)
    made.setToolTip(plain_tip(tip))
    made.setStatusTip(tip)
    made.setProperty("primary", primary)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def scrolled(inside: QWidget) -> QScrollArea:
    """A page that is longer than its window."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setWidget(inside)
    return made


def row(*parts: QWidget | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Widgets side by side; a number is a stretch."""
    made = QHBoxLayout()
    made.setContentsMargins(*margins)
    for part in parts:
        if isinstance(part, int):
            made.addStretch(part)
        else:
            made.addWidget(part)
    return made


class Headed(QWidget):
    """A part of a page under its heading; both come and go together."""

    def __init__(self, words: str, part: QWidget) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(words, "section"))
        layout.addWidget(part)
