"""Exact frames by number, decoded in one thread: the newest request wins."""

import threading

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QImage

from app.playback.nearby import Nearby
from app.playback.pictures import Pictures
from m2fnet_core.base.errors import Cancelled, M2FNetError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.info import MediaInfo

_BUDGET = 256 * 2**20  # bytes of pictures kept ready


class ExactFrames(QObject):
    """One decoder thread for one video. Signals arrive in the thread that made the object."""

    indexed = Signal(object)  # FrameIndex: numbers are known from now on
    decoded = Signal(int, QImage)
    failed = Signal(str)  # one sentence
    _said = Signal(object, object)  # carries a word (one of the signals above, its arguments) out of the thread

    def __init__(self, info: MediaInfo, parent: QObject | None = None, budget: int = _BUDGET) -> None:
        super().__init__(parent)
        self._info = info
        self._budget = budget
        self._wake = threading.Condition()
        self._wanted: int | None = None
        self._closing = CancelToken()
        self._said.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name=f"frames of {info.path.name}", daemon=True)
        self._thread.start()

    def want(self, number: int) -> None:
        """Ask for a frame; an older request that was not served yet is forgotten."""
        with self._wake:
            self._wanted = number
            self._wake.notify()

    def close(self) -> None:
        """Stop and join the thread. No signal comes afterwards."""
        with self._wake:
            self._closing.cancel()
            self._wake.notify()
        self._thread.join()

    def _hear(self, signal: SignalInstance, arguments: tuple[object, ...]) -> None:
        if not self._closing.cancelled:
            signal.emit(*arguments)

    def _work(self) -> None:
        try:
            index = frame_index(self._info, cancel=self._closing)
            self._said.emit(self.indexed, (index,))
            with FrameReader(self._info, index) as reader:
                self._serve(Nearby(reader, index, Pictures(self._budget), self._closing))
        except Cancelled:
            return
        except M2FNetError as error:
            self._said.emit(self.failed, (str(error),))

    def _serve(self, nearby: Nearby) -> None:
        last, backwards = 0, False
        while (number := self._next(nearby, last, backwards)) is not None:
            last, backwards = number, number < last
            picture = nearby.picture(number)
            if picture is None:
                sentence = f"Frame {number} of {self._info.path.name} is damaged; go to another one."
                self._said.emit(self.failed, (sentence,))
            else:
                self._said.emit(self.decoded, (number, picture))

    def _next(self, nearby: Nearby, last: int, backwards: bool) -> int | None:
        """The next request, None to stop. While there is none, frames beside the last one are made ready."""
        while not self._asked() and nearby.prepare(last, backwards):
            pass
        with self._wake:
            self._wake.wait_for(self._asked)
            wanted, self._wanted = self._wanted, None
            return None if self._closing.cancelled else wanted

    def _asked(self) -> bool:
        return self._closing.cancelled or self._wanted is not None
