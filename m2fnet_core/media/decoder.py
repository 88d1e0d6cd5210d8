"""Decoding from a key frame on, each decoded picture with its number. No torch."""

from collections.abc import Callable, Iterator
from itertools import chain

import av
import av.container
import av.stream
import numpy as np
from numpy.typing import NDArray

from m2fnet_core.media.container import packets, seek
from m2fnet_core.media.index import FrameIndex
from m2fnet_core.media.timeline import Shift, shifted

Fresh = Callable[[], tuple[av.container.InputContainer, av.stream.Stream]]

WORTH_A_JUMP = 12  # frames; decoding on over fewer than these is cheaper than starting at the next key frame
_BEFORE_START = 10  # seconds


class Decoder:
    """Decodes one video stream of an open container."""

    def __init__(self, fresh: Fresh, index: FrameIndex, shifts: tuple[Shift, ...] = ()) -> None:
        """``fresh`` opens the file anew: with ``shifts`` every jump begins at the first packet."""
        self._fresh, self._shifts = fresh, shifts
        self._container, self._stream = fresh()
        self._index = index
        self._asked: frozenset[int] = frozenset()
        self._running: Iterator[tuple[int, av.VideoFrame]] = iter(())
        self._sent = len(index)  # the highest number given to the decoder since the last jump
        self._stream.thread_type = "AUTO"

    def decode(self, start: int, wanted: NDArray[np.int64]) -> Iterator[tuple[int, av.VideoFrame]]:
        """Numbers and pictures of ``wanted`` (ascending), decoding from key frame ``start``; damaged ones are left out.

        Goes on from where the last call ended when that comes first. An unfinished earlier iterator is then useless.
        """
        if not self._sent < wanted[0] or start - self._sent > WORTH_A_JUMP:
            self._jump(start)
        self._asked, last = frozenset(wanted.tolist()), int(wanted[-1])
        for number, frame in self._running:
            if number in self._asked:
                yield number, frame
            if number >= last:
                return
        self._sent = len(self._index)  # the file is over: nothing can follow

    @property
    def stream(self) -> av.stream.Stream:
        """The one that is read now."""
        return self._stream

    def _jump(self, number: int) -> None:
        if self._shifts:
            self._container, self._stream = self._fresh()
        else:
            self._seek(number)
        source = shifted(packets(self._container, self._stream), self._shifts)
        self._running = self._count(source) if self._index.counted else self._match(source)
        self._sent = -1

    def _seek(self, number: int) -> None:
        stamp = int(self._index.stamps[number])
        # The first one from well before it, since some demuxers only come near to where they are sent.
        earlier = [stamp - int(_BEFORE_START / self._stream.time_base)] if number == 0 else []
        seek(self._container, self._stream, *earlier, stamp)

    def _match(self, source: Iterator[av.Packet]) -> Iterator[tuple[int, av.VideoFrame]]:
        """Pictures by their time stamps; those that nobody asked for and no other one refers to are not decoded."""
        context = self._stream.codec_context
        for packet in chain(source, (None,)):
            if packet is not None:
                number = self._number(packet.pts)
                context.skip_frame = "DEFAULT" if number in self._asked else "NONREF"
                self._sent = max(self._sent, -1 if number is None else number)
            for frame in self._decoded(packet):
                number = self._number(frame.pts)
                if number is not None:
                    yield number, frame

    def _count(self, source: Iterator[av.Packet]) -> Iterator[tuple[int, av.VideoFrame]]:
        """Without presentation times: the key frame's place in decoding order is its number, the next ones follow."""
        first = next(source, None)
        number = None if first is None else self._number(first.dts)
        if number is None:
            return
        for packet in chain((first,), source, (None,)):
            for frame in self._decoded(packet):
                self._sent = number
                yield number, frame
                number += 1

    def _decoded(self, packet: av.Packet | None) -> list[av.VideoFrame]:
        try:
            return list(self._stream.codec_context.decode(packet))
        except av.error.FFmpegError:
            return []  # a damaged packet: its picture is missing, the next ones follow

    def _number(self, stamp: int | None) -> int | None:
        """The frame with exactly this time stamp."""
        if stamp is None:
            return None
        number = int(np.searchsorted(self._index.stamps, stamp))
        return number if number < len(self._index) and self._index.stamps[number] == stamp else None
