"""The frame on the screen and the frame that is wanted there, of one medium."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame

from app.playback.exact import ExactFrames
from app.playback.movie import UNKNOWN
from app.playback.span import Span
from m2fnet_core.media.index import FrameIndex
from m2fnet_core.media.info import MediaInfo

_END = 0.1  # seconds; closer to the end than this there is nothing left to play


class Screen(QObject):
    """Knows what is shown, decodes what shall be shown. Times are media seconds, numbers are of frames."""

    picture_changed = Signal(object)  # QImage or QVideoFrame; None: no picture
    time_changed = Signal(float)  # presentation time of the picture announced just before
    indexed = Signal(object)  # FrameIndex: numbers are known from now on
    jumped = Signal()  # the next time is not connected with the one before
    failed = Signal(str)  # one sentence

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._exact: ExactFrames | None = None
        self._forget(None)

    def _forget(self, info: MediaInfo | None) -> None:
        self.info = info
        self.index: FrameIndex | None = None
        self.number = UNKNOWN  # on screen
        self.time = 0.0  # on screen
        self.goal = 0.0  # the media second last asked for
        self.target = UNKNOWN  # its frame
        self.awaiting = False  # whether a decoded frame is still wanted on the screen

    def open(self, info: MediaInfo | None) -> None:
        """Begin with another medium; None shows nothing."""
        if self._exact is not None:
            self._exact.close()
            self._exact.deleteLater()
            self._exact = None
        self._forget(info)
        self.picture_changed.emit(None)
        if info is not None and info.video is not None:
            self._exact = ExactFrames(info, self)
            self._exact.indexed.connect(self._take_index)
            self._exact.decoded.connect(self._take_decoded)
            self._exact.failed.connect(self.failed)

    def aim(self, time: float) -> None:
        """Ask for the frame that is on screen at ``time``; `look` gets it."""
        if time != self.goal:
            self.jumped.emit()
        self.goal = time
        self.target = UNKNOWN if self.index is None else self.index.at(time)

    def aim_at_last(self, end: float) -> None:
        """Ask for the last frame shown before ``end``."""
        if self.index is None:
            self.goal = end
        else:
            self.target = self.index.span(max(0.0, end - 1e-3), end)[-1]
            self.goal = max(end - 1e-3, float(self.index.times[self.target]))

    def settle(self) -> None:
        """What is on screen is what is wanted."""
        self.goal, self.target, self.awaiting = self.time, self.number, False

    def look(self) -> None:
        """Get the goal's frame on the screen by exact decoding."""
        if self.info is not None and self.info.video is None:
            self.show(UNKNOWN, self.goal, None)
        elif self._exact is not None and self.target != UNKNOWN:
            self.awaiting = self.target != self.number
            if self.awaiting:
                self._exact.want(self.target)

    def play_to(self, number: int, time: float, picture: QVideoFrame | None) -> None:
        """Show what the player came to."""
        self.goal = time
        if picture is not None:
            self.target, self.awaiting = number, False
        self.show(number, time, picture)

    def show(self, number: int, time: float, picture: QImage | QVideoFrame | None) -> None:
        """Put a picture, or with None only a time, on the screen."""
        self.number, self.time = number, time
        if picture is not None:
            self.picture_changed.emit(picture)
        self.time_changed.emit(time)

    def at_end(self) -> bool:
        """Whether the goal is where nothing is left to play."""
        if self.info is None:
            return False
        last = 0.0 if self.index is None else float(self.index.times[-1])
        return self.goal >= max(last, self.info.duration - _END)

    def within(self, start: float, end: float) -> bool:
        """Whether the frame on screen is shown at some time in [start, end)."""
        until = self.time if self.index is None or self.number == UNKNOWN else self.index.until(self.number)
        return (self.goal >= start or until > start) and self.time < end

    def place_in(self, span: Span) -> float:
        """Where playing the span goes on: here, or at its start when its last frame is on screen."""
        here = max(span.start, self.goal)
        return span.start if span.ends_before_next(self.index, self.number, here) else here

    def _take_index(self, index: FrameIndex) -> None:
        self.index = index
        self.aim(self.goal)
        self.indexed.emit(index)

    def _take_decoded(self, number: int, picture: QImage) -> None:
        """Show a frame when it is nearer to the one wanted than the one on screen is."""
        nearer = self.number == UNKNOWN or abs(number - self.target) < abs(self.number - self.target)
        if self.awaiting and nearer and self.index is not None:
            self.awaiting = number != self.target
            self.show(number, float(self.index.times[number]), picture)
