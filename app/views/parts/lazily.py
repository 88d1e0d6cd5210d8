"""Views that are costly to fill: only while they are seen, and once for a burst of changes."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

_GATHER_MS = 150


class Lazily(QObject):
    """Fills a view when it is asked to and the view is visible; a hidden one when it is shown next."""

    def __init__(self, view: QWidget, fill: Callable[[], object]) -> None:
        super().__init__(view)
        self._view, self._fill, self._stale = view, fill, True
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS)
        self._gather.timeout.connect(self.now)
        view.installEventFilter(self)

    def ask(self, *_: object) -> None:
        """What the view shows is out of date. Takes any signal."""
        self._stale = True
        if self._view.isVisible() and not self._gather.isActive():
            self._gather.start(_GATHER_MS)

    def now(self) -> None:
        """Fill without waiting, if the view is seen and out of date."""
        self._gather.stop()
        if self._stale and self._view.isVisible():
            self._stale = False
            self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The view comes into sight."""
        if event.type() == QEvent.Type.Show and self._stale and not self._gather.isActive():
            self._gather.start(0)
        return False


class Later(QWidget):
    """Room for a view that is made when it is seen for the first time."""

    def __init__(self, make: Callable[[], QWidget]) -> None:
        super().__init__()
        self._make = make
        self.view: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def close_reader(self) -> None:
        """End the view's thread, where it has one."""
        close = getattr(self.view, "close_reader", None)
        if close is not None:
            close()

    def showEvent(self, event: QShowEvent) -> None:
        """Make it."""
        if self.view is None:
            self.view = self._make()
            self._layout.addWidget(self.view)
        super().showEvent(event)
