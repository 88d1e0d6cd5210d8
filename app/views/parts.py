"""Small pieces that several views are built from."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget


def label(text: str, role: str = "", wrap: bool = False) -> QLabel:
    """A text; ``role`` is its name in the style sheet (muted, section, heading, title)."""
    made = QLabel(text)
    made.setObjectName(role)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def push(text: str, tip: str, primary: bool = False) -> QPushButton:
    """A button with words; a primary one is what the view suggests to do."""
    made = QPushButton(text)
    made.setToolTip(tip)
    made.setStatusTip(tip)
    made.setProperty("primary", primary)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
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
