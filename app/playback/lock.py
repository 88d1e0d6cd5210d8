"""What playing is locked to, and the clock that ends it there."""

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.playback.span import Span
from m2fnet_core.media.index import FrameIndex


class Lock(QObject):
    """Holds a span or none. ``over`` comes where a span ends before the next picture is due."""

    over = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.span: Span | None = None
        self._clock = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self.over)

    def set_loop(self, loop: bool) -> None:
        """Whether the span in force starts again at its end."""
        if self.span is not None:
            self.span = replace(self.span, loop=loop)

    def release(self) -> None:
        """No span from now on."""
        self.span = None
        self._clock.stop()

    def rest(self) -> None:
        """Nothing runs towards the end of the span."""
        self._clock.stop()

    def jump(self, time: float) -> None:
        """Somebody goes to ``time``: a span that does not cover it is in force no longer."""
        self._clock.stop()
        if self.span is not None and not self.span.covers(time):
            self.span = None

    def passed(self, time: float) -> bool:
        """Whether there is a span, and ``time`` is at its end or after it."""
        return self.span is not None and self.span.passed(time)

    def watch(self, index: FrameIndex | None, number: int, time: float, rate: float) -> None:
        """Frame ``number`` is on screen at ``time``, played at ``rate``: end on time where no picture will."""
        if self.span is not None and self.span.ends_before_next(index, number, time):
            self._clock.start(max(0, round((self.span.end - time) / rate * 1000)))
