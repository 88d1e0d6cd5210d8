"""Text fields that keep the program's one-letter shortcuts away while a person types."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

_COMMANDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class TextField(QLineEdit):
    """Every key without Ctrl, Alt or Meta belongs to the text (or to moving the focus), never to a shortcut."""

    def event(self, event: QEvent) -> bool:
        """Claim plain keys before the shortcuts see them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _types(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties the field and, when it is empty, leaves it."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.text():
            self.clear()
        else:
            self.clearFocus()


def _types(event: QKeyEvent) -> bool:
    return not event.modifiers() & _COMMANDING
