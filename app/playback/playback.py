"""What is on the screen and when: one place that decides between Qt's player and exact decoding."""

from dataclasses import replace
from enum import Enum, auto

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame

from app.playback.backwards import Backwards
from app.playback.exact import ExactFrames
from app.playback.movie import UNKNOWN, Movie
from app.playback.span import Span
from m2fnet_core.media.index import FrameIndex
from m2fnet_core.media.info import MediaInfo

_SHUTTLE = (1.0, 1.5, 2.0, 3.0)
_END = 0.1  # seconds; closer to the end than this there is nothing left to play
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
        self._backwards = Backwards(self)
        self._end_of_span = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._exact: ExactFrames | None = None
        self._speed = 1.0
        self._forget(None)
        self._backwards.due.connect(self._back_to)
        self._end_of_span.timeout.connect(self._finish)
        self.movie.frame.connect(self._take_playing)
        self.movie.moved.connect(self._take_sound)
        self.movie.ended.connect(self._finish)
        self.movie.failed.connect(self._take_failure)

    def _forget(self, info: MediaInfo | None) -> None:
        self.info = info
        self.index: FrameIndex | None = None
        self.mode = Mode.STILL
        self.number = UNKNOWN  # on screen
        self.time = 0.0  # on screen
        self._goal = 0.0  # the media second last asked for
        self._target = UNKNOWN  # its frame
        self._awaiting = False  # whether a decoded frame is still wanted on the screen
        self._span: Span | None = None
        self._shuttle = 0  # steps of _SHUTTLE, negative: backwards

    # -- the medium

    def open(self, info: MediaInfo | None) -> None:
        """Show the first frame of another medium; None shows nothing."""
        self._rest()
        if self._exact is not None:
            self._exact.close()
            self._exact.deleteLater()
            self._exact = None
        self._forget(info)
        self.picture_changed.emit(None)
        self.movie.open(info)
        if info is not None and info.video is not None:
            self._exact = ExactFrames(info, self)
            self._exact.indexed.connect(self._take_index)
            self._exact.decoded.connect(self._take_decoded)
            self._exact.failed.connect(self.failed)
        self.time_changed.emit(0.0)

    @property
    def playing(self) -> bool:
        """Whether time runs, forwards or backwards."""
        return self.mode is not Mode.STILL

    @property
    def span(self) -> Span | None:
        """What playing is locked to."""
        return self._span

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
        self._span = None
        self._set_shuttle(0)
        if self._at_end():
            self._aim(0.0)
        self._run()

    def play_span(self, span: Span, time: float | None = None) -> None:
        """Run within the span's bounds, from ``time`` (its start by default) to its last frame, again and again
        when it loops.
        """
        self._set_shuttle(0)
        self._aim(span.start if time is None else time)
        self._span = span
        self._run()

    def lock(self, span: Span) -> None:
        """Keep to the span's bounds from now on, without a jump."""
        self._span = span
        self._watch_end(self.time)

    def within(self, start: float, end: float) -> bool:
        """Whether the frame on screen is shown at some time in [start, end)."""
        until = self.time if self.index is None or self.number == UNKNOWN else self.index.until(self.number)
        return (self._goal >= start or until > start) and self.time < end

    def place_in(self, span: Span) -> float:
        """Where playing the span goes on: here, or at its start when its last frame is on screen."""
        here = max(span.start, self._goal)
        return span.start if span.ends_before_next(self.index, self.number, here) else here

    def set_loop(self, loop: bool) -> None:
        """Whether the span in force starts again at its end."""
        if self._span is not None:
            self._span = replace(self._span, loop=loop)

    def release(self) -> None:
        """Play on past the bounds of the span in force."""
        self._span = None
        self._end_of_span.stop()

    def pause(self) -> None:
        """Stand still on the frame that is on screen."""
        landing = self.mode is Mode.PLAYING and self._awaiting
        was_playing = self.playing
        self._rest()
        if not was_playing:
            return
        if landing:
            self._look()
        else:
            self._goal, self._target, self._awaiting = self.time, self.number, False
        self.playing_changed.emit(False)

    def seek(self, time: float) -> None:
        """Show the frame that is on screen at ``time``; playing goes on from there."""
        if self.info is None:
            return
        if self._span is not None and not self._span.covers(time):
            self._span = None
        self._end_of_span.stop()
        self._aim(min(max(0.0, time), self.info.duration))
        if self.mode is Mode.PLAYING:
            self.movie.start(self._goal, self._target)
        elif self.mode is Mode.BACKWARDS:
            self._backwards.start(self._goal, -self.rate)
        self._look()

    def skip(self, seconds: float) -> None:
        """Seek relative to the place last asked for."""
        self.seek(self._goal + seconds)

    def step(self, frames: int) -> None:
        """Pause and go this many frames on (negative: back)."""
        self.pause()
        self._span = None
        if self.index is not None and self._target != UNKNOWN:
            number = min(max(0, self._target + frames), len(self.index) - 1)
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

    def _aim(self, time: float) -> None:
        self._goal = time
        self._target = UNKNOWN if self.index is None else self.index.at(time)

    def _set_shuttle(self, steps: int) -> None:
        self._shuttle = steps
        if self.rate > 0:
            self.movie.set_rate(self.rate)
        self.rate_changed.emit(self.rate)

    def _at_end(self) -> bool:
        if self.info is None:
            return False
        last = 0.0 if self.index is None else float(self.index.times[-1])
        return self._goal >= max(last, self.info.duration - _END)

    def _run(self) -> None:
        """Play from the goal."""
        if self.info is None:
            return
        was_playing, self.mode = self.playing, Mode.PLAYING
        self._backwards.stop()
        self._end_of_span.stop()
        if self._goal != self.time or not self.movie.resume(self._target):
            self.movie.start(self._goal, self._target)
            self._look()
        if not was_playing:
            self.playing_changed.emit(True)

    def _run_back(self) -> None:
        if self.info is None:
            return
        was_playing = self.playing
        if self.mode is Mode.PLAYING:
            self.movie.stop()
        self.mode = Mode.BACKWARDS
        self._backwards.start(self._goal, -self.rate)
        if not was_playing:
            self.playing_changed.emit(True)

    def _rest(self) -> None:
        """Nothing runs."""
        self._end_of_span.stop()
        self._backwards.stop()
        if self.mode is Mode.PLAYING:
            self.movie.stop()
        if self._shuttle:
            self._set_shuttle(0)
        self.mode = Mode.STILL

    def _look(self) -> None:
        """Get the goal's frame on the screen by exact decoding."""
        if self.info is not None and self.info.video is None:
            self._show(UNKNOWN, self._goal, None)
        elif self._exact is not None and self._target != UNKNOWN:
            self._awaiting = self._target != self.number
            if self._awaiting:
                self._exact.want(self._target)

    def _back_to(self, time: float) -> None:
        self._aim(time)
        self._look()
        if time <= 0.0:
            self._rest()
            self.playing_changed.emit(False)

    def _finish(self) -> None:
        """The end of the span or of the medium."""
        span = self._span
        if self.mode is not Mode.PLAYING or self.info is None:
            return
        if span is not None and span.loop:
            self._aim(span.start)
            self.movie.start(self._goal, self._target)
            return
        self._rest()
        self._aim_at_last(self.info.duration if span is None else span.end)
        self._look()
        self.playing_changed.emit(False)

    def _aim_at_last(self, end: float) -> None:
        """Aim at the last frame shown before ``end``."""
        if self.index is None:
            self._goal = end
        else:
            self._target = self.index.span(max(0.0, end - 1e-3), end)[-1]
            self._goal = max(end - 1e-3, float(self.index.times[self._target]))

    # -- what arrives

    def _take_index(self, index: FrameIndex) -> None:
        self.index = index
        self.movie.set_index(index)
        self._aim(self._goal)
        if self.number == UNKNOWN and self.mode is not Mode.PLAYING:
            self._look()
        self.indexed.emit()

    def _take_decoded(self, number: int, picture: QImage) -> None:
        """Show a frame when it is nearer to the one wanted than the one on screen is."""
        nearer = self.number == UNKNOWN or abs(number - self._target) < abs(self.number - self._target)
        if self._awaiting and nearer and self.index is not None:
            self._awaiting = number != self._target
            self._show(number, float(self.index.times[number]), picture)

    def _take_playing(self, number: int, time: float, picture: QVideoFrame) -> None:
        if self._span is not None and self._span.passed(time):
            self._finish()
            return
        self._goal, self._target, self._awaiting = time, number, False
        self._show(number, time, picture)
        self._watch_end(time)

    def _take_sound(self, time: float) -> None:
        if self._span is not None and self._span.passed(time):
            self._finish()
            return
        self._goal = time
        self._show(UNKNOWN, time, None)
        self._watch_end(time)

    def _take_failure(self, sentence: str) -> None:
        self.pause()
        self.failed.emit(sentence)

    def _watch_end(self, time: float) -> None:
        """Stop on time where the span ends before the next picture is due."""
        span = self._span
        if span is not None and span.ends_before_next(self.index, self.number, time):
            self._end_of_span.start(max(0, round((span.end - time) / self.rate * 1000)))

    def _show(self, number: int, time: float, picture: QImage | QVideoFrame | None) -> None:
        self.number, self.time = number, time
        if picture is not None:
            self.picture_changed.emit(picture)
        self.time_changed.emit(time)
