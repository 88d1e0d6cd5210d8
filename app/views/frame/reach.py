"""Reaching every control with the keyboard: Tab goes to the next utterance here, so F6 goes to the next control."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QComboBox, QMainWindow

_OWN = {  # keys that mean the control while it has the focus, not the window's command
    QAbstractButton: (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter),
    QComboBox: (Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Down),
    QAbstractSlider: (Qt.Key.Key_Up, Qt.Key.Key_Down),
}


class Reach(QObject):
    """Moves the focus, and lets the control that it moved to have its keys."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window

    def go(self, forwards: bool) -> str:
        """To the next control, or the one before; what it is called."""
        self._window.focusNextPrevChild(forwards)
        reached = QApplication.focusWidget()
        if reached is None:
            return ""
        if isinstance(reached, tuple(_OWN)):
            reached.installEventFilter(self)
        return reached.accessibleName() or (reached.text() if isinstance(reached, QAbstractButton) else "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Its keys come before the shortcuts; Enter presses a button as Space does."""
        if not isinstance(event, QKeyEvent):
            return False
        own = any(event.key() in keys for kind, keys in _OWN.items() if isinstance(watched, kind))
        if own and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        pressed = event.type() == QEvent.Type.KeyPress and event.key() != Qt.Key.Key_Space
        if own and pressed and isinstance(watched, QAbstractButton):
            watched.click()
            return True
        return False
