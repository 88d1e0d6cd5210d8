"""The decoded frames around the place a person looks at."""

from collections.abc import Iterator

from PySide6.QtGui import QImage

from app.playback.pictures import Pictures, to_image
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.frames import Frame, FrameReader
from m2fnet_core.media.index import FrameIndex

_WIDEST = 1920  # pixels across; wider pictures are scaled down while they are decoded
_AHEAD = 4  # frames made ready in the direction of the last step
_RUN = 1000  # frames one reading run may go on for
_WORTH_A_JUMP = 12  # frames; decoding on over fewer than these is cheaper than starting at the next key frame


class Nearby:
    """Goes on reading forwards, and goes back by as many frames at once as memory holds: a group of pictures between
    key frames is decoded once, not once per step. Not shared between threads.
    """

    def __init__(self, reader: FrameReader, index: FrameIndex, pictures: Pictures, cancel: CancelToken) -> None:
        self._reader = reader
        self._index = index
        self._pictures = pictures
        self._cancel = cancel
        self._run: Iterator[Frame] = iter(())
        self._at = self._end = 0  # the numbers the run still gives

    def picture(self, number: int) -> QImage | None:
        """A frame, from memory or decoded now; None when it is damaged. Raises Cancelled between two frames."""
        if number not in self._pictures:
            self._read_to(number)
        return self._pictures.get(number)

    def prepare(self, number: int, backwards: bool) -> bool:
        """Make a frame beside ``number`` ready. False when there is nothing left to do."""
        step = -1 if backwards else 1
        near = range(number + step, number + step * (_AHEAD + 1), step)
        missing = next((n for n in near if 0 <= n < len(self._index) and n not in self._pictures), None)
        return missing is not None and self._back > 0 and self.picture(missing) is not None

    @property
    def _back(self) -> int:
        """How many frames before the wanted one are kept."""
        return max(0, self._pictures.room() - 2 * _AHEAD)

    def _read_to(self, number: int) -> None:
        if not self._reachable(number):
            self._start(number)
        centre = number - max(0, self._back - _AHEAD) // 2
        for frame in self._run:
            self._cancel.check()
            self._at = frame.number + 1
            self._pictures.put(frame.number, to_image(frame), centre)
            if frame.number >= number:
                return
        self._end = self._at

    def _reachable(self, number: int) -> bool:
        """Whether reading on is the cheapest way to the frame."""
        here = self._at <= number < self._end and number - self._at <= max(self._back, _WORTH_A_JUMP)
        return here and self._index.key_before(number) - self._at <= _WORTH_A_JUMP

    def _start(self, number: int) -> None:
        self._at = max(self._index.key_before(number), number - self._back)
        self._end = min(len(self._index), number + _RUN)
        self._run = self._reader.read(range(self._at, self._end), _WIDEST)
