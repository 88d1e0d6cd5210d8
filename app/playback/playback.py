"""What is on the screen and when: one place that decides between Qt's player and exact decoding."""

from enum import Enum, auto

from PySide6.QtCore import QObject, Signal
from PySide6.QtMultimedia import QVideoFrame

from app.playback.backwards import Backwards
from app.playback.lock import Lock
from app.playback.movie import UNKNOWN, Movie
from app.playback.screen import Screen
from app.playback.span import Span
from m2fnet_core.media.index import FrameIndex
from m2fnet_core.media.info import MediaInfo

_SHUTTLE = (1.0, 1.5, 2.0, 3.0)
_SOUND_STEP = 0.04  # seconds; "one frame" of a medium without a picture


class Mode(Enum):
    """Where pictures come from."""

    STILL = auto()  # exact decoding
    PLAYING = auto()  # Qt's player
    BACKWARDS = auto()  # exact decoding on a clock that runs back


class Playback(QObject):
    """Plays and steps one medium. Times are media seconds; ``time`` belongs to the frame on screen."""

    picture_changed = Signal(object)  # QImage or QVideoFrame; None: no picture
    time_changed = Signal(float)  # presentation time of the picture announced just before
    playing_changed = Signal(bool)
    rate_changed = Signal(float)  # negative while running backwards
    indexed = Signal()  # frame numbers are known from now on
    failed = Signal(str)  # one sentence; what can go on goes on

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.movie = Movie(self)
        self.screen = Screen(self)
        self.mode = Mode.STILL
        self._backwards = Backwards(self)
        self._lock = Lock(self)
        self._speed = 1.0
        self._shuttle = 0  # steps of _SHUTTLE, negative: backwards
        self._backwards.due.connect(self._back_to)
        self._lock.over.connect(self._finish)
        self.screen.picture_changed.connect(self.picture_changed)
        self.screen.time_changed.connect(self.time_changed)
        self.screen.indexed.connect(self._take_index)
        self.screen.failed.connect(self.failed)
        self.movie.frame.connect(self._come_to)
        self.movie.moved.connect(lambda time: self._come_to(UNKNOWN, time, None))
        self.movie.ended.connect(self._finish)
        self.movie.failed.connect(self._take_failure)

    # -- the medium

    def open(self, info: MediaInfo | None) -> None:
        """Show the first frame of another medium; None shows nothing."""
        self._rest()
        self._lock.release()
        self.screen.open(info)
        self.movie.open(info)
        self.time_changed.emit(0.0)

    @property
    def info(self) -> MediaInfo | None:
        """The open medium."""
        return self.screen.info

    @property
    def index(self) -> FrameIndex | None:
        """Its frames, once they are known."""
        return self.screen.index

    @property
    def number(self) -> int:
        """The frame on screen; UNKNOWN before the index is there."""
        return self.screen.number

    @property
    def time(self) -> float:
        """Presentation time of the frame on screen."""
        return self.screen.time

    @property
    def playing(self) -> bool:
        """Whether time runs, forwards or backwards."""
        return self.mode is not Mode.STILL

    @property
    def span(self) -> Span | None:
        """What playing is locked to."""
        return self._lock.span

    @property
    def shuttling(self) -> bool:
        """Whether J or L set the speed in force."""
        return self._shuttle != 0

    @property
    def rate(self) -> float:
        """Speed in force; negative while running backwards."""
        return _SHUTTLE[abs(self._shuttle) - 1] * (1 if self._shuttle > 0 else -1) if self._shuttle else self._speed

    # -- commands

    def play(self) -> None:
        """Run forwards from here to the end; from the beginning when this is the end."""
        self._lock.release()
        self._set_shuttle(0)
        if self.screen.at_end():
            self.screen.aim(0.0)
        self._run()

    def play_span(self, span: Span, time: float | None = None) -> None:
        """Run from ``time`` (the span's start by default) to the span's last frame, again and again when it loops."""
        self._set_shuttle(0)
        self.screen.aim(span.start if time is None else time)
        self._lock.span = span
        self._run()

    def lock(self, span: Span) -> None:
        """Keep to the span's bounds from now on, without a jump."""
        self._lock.span = span
        self._lock.watch(self.index, self.number, self.time, self.rate)

    def set_loop(self, loop: bool) -> None:
        """Whether the span in force starts again at its end."""
        self._lock.set_loop(loop)

    def release(self) -> None:
        """Play on past the bounds of the span in force."""
        self._lock.release()

    def pause(self) -> None:
        """Stand still on the frame that is on screen."""
        landing = self.mode is Mode.PLAYING and self.screen.awaiting
        was_playing = self.playing
        self._rest()
        if not was_playing:
            return
        if landing:
            self.screen.look()
        else:
            self.screen.settle()
        self.playing_changed.emit(False)

    def seek(self, time: float) -> None:
        """Show the frame that is on screen at ``time``; playing goes on from there."""
        if self.info is None:
            return
        self._lock.jump(time)
        self.screen.aim(min(max(0.0, time), self.info.duration))
        if self.mode is Mode.PLAYING:
            self.movie.start(self.screen.goal, self.screen.target)
        elif self.mode is Mode.BACKWARDS:
            self._backwards.start(self.screen.goal, -self.rate)
        self.screen.look()

    def skip(self, seconds: float) -> None:
        """Seek relative to the place last asked for."""
        self.seek(self.screen.goal + seconds)

    def step(self, frames: int) -> None:
        """Pause and go this many frames on (negative: back)."""
        self.pause()
        self._lock.release()
        if self.index is not None and self.screen.target != UNKNOWN:
            number = min(max(0, self.screen.target + frames), len(self.index) - 1)
            self.seek(float(self.index.times[number]))
        elif self.info is not None and self.info.video is None:
            self.skip(frames * _SOUND_STEP)

    def set_speed(self, speed: float) -> None:
        """Speed of playing from now on; ends shuttling forwards."""
        self._speed = speed
        if self.mode is not Mode.BACKWARDS:
            self._set_shuttle(0)

    def shuttle(self, direction: int) -> None:
        """1: run forwards, -1: backwards, each again: faster; 0: pause."""
        if direction == 0:
            self.pause()
            return
        same = self.mode is (Mode.PLAYING if direction > 0 else Mode.BACKWARDS)
        steps = min(max(1, abs(self._shuttle)) + 1, len(_SHUTTLE)) if same else 1
        self.release()
        self._set_shuttle(steps * direction)
        if direction < 0:
            self._run_back()
        elif not same:
            self._run()

    # -- how it runs

    def _set_shuttle(self, steps: int) -> None:
        self._shuttle = steps
        if self.rate > 0:
            self.movie.set_rate(self.rate)
        self.rate_changed.emit(self.rate)

    def _run(self) -> None:
        """Play from the goal."""
        if self.info is None:
            return
        was_playing, self.mode = self.playing, Mode.PLAYING
        self._backwards.stop()
        self._lock.rest()
        if self.screen.goal != self.time or not self.movie.resume(self.screen.target):
            self.movie.start(self.screen.goal, self.screen.target)
            self.screen.look()
        if not was_playing:
            self.playing_changed.emit(True)

    def _run_back(self) -> None:
        if self.info is None:
            return
        was_playing = self.playing
        if self.mode is Mode.PLAYING:
            self.movie.stop()
        self.mode = Mode.BACKWARDS
        self._backwards.start(self.screen.goal, -self.rate)
        if not was_playing:
            self.playing_changed.emit(True)

    def _rest(self) -> None:
        """Nothing runs."""
        self._lock.rest()
        self._backwards.stop()
        if self.mode is Mode.PLAYING:
            self.movie.stop()
        if self._shuttle:
            self._set_shuttle(0)
        self.mode = Mode.STILL

    def _back_to(self, time: float) -> None:
        self.screen.aim(time)
        self.screen.look()
        if time <= 0.0:
            self._rest()
            self.playing_changed.emit(False)

    def _finish(self) -> None:
        """The end of the span or of the medium."""
        span = self._lock.span
        if self.mode is not Mode.PLAYING or self.info is None:
            return
        if span is not None and span.loop:
            self.screen.aim(span.start)
            self.movie.start(self.screen.goal, self.screen.target)
            return
        self._rest()
        self.screen.aim_at_last(self.info.duration if span is None else span.end)
        self.screen.look()
        self.playing_changed.emit(False)

    # -- what arrives

    def _take_index(self, index: FrameIndex) -> None:
        self.movie.set_index(index)
        if self.number == UNKNOWN and self.mode is not Mode.PLAYING:
            self.screen.look()
        self.indexed.emit()

    def _come_to(self, number: int, time: float, picture: QVideoFrame | None) -> None:
        if self._lock.passed(time):
            self._finish()
            return
        self.screen.play_to(number, time, picture)
        self._lock.watch(self.index, self.number, time, self.rate)

    def _take_failure(self, sentence: str) -> None:
        self.pause()
        self.failed.emit(sentence)
