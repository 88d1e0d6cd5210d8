"""Views that are costly to fill: only while they are seen, and once for a burst of changes."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

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
            self._gather.start()

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
