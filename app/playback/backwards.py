"""A clock that runs backwards, for the J key."""

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

_TICK = 15  # milliseconds


class Backwards(QObject):
    """Announces the media second that is due, several times per frame, until it is stopped."""

    due = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._elapsed = QElapsedTimer()
        self._from, self._rate = 0.0, 1.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self, time: float, rate: float) -> None:
        """Run back from ``time``, ``rate`` media seconds per second."""
        self._from, self._rate = time, rate
        self._elapsed.start()
        self._timer.start()

    def stop(self) -> None:
        """Stand still."""
        self._timer.stop()

    def _tick(self) -> None:
        self.due.emit(max(0.0, self._from - self._rate * self._elapsed.elapsed() / 1000))
