"""Exact frames of a video by number. No torch."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.container
import av.stream
import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.container import only, open_media
from m2fnet_core.media.decoder import WORTH_A_JUMP, Decoder
from m2fnet_core.media.geometry import Converter, Geometry, Turn, turn_of
from m2fnet_core.media.index import FrameIndex, frame_index
from m2fnet_core.media.info import MediaInfo

_BACK = (0.0, 1.0, 10.0)  # seconds before the first wanted frame from whose key frame decoding is tried


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture as shown. pixels: uint8[height, width, 3] RGB, upright. scale: pixels' width / the video's width."""

    number: int
    time: float
    pixels: NDArray[np.uint8]
    scale: float = 1.0


class FrameReader:
    """Decodes frames of one video. Use as a context manager, from one thread at a time, one ``read`` at a time."""

    def __init__(self, info: MediaInfo, index: FrameIndex | None = None) -> None:
        """Raises MediaError when the file has no picture or cannot be opened."""
        if info.video is None:
            raise MediaError(f"{info.path.name} has no picture; open a video for this.")
        self._info = info
        self._index = frame_index(info) if index is None else index
        self._opened = ExitStack()
        # No method of this reader: a circle of references would keep the decoder's memory after the last use.
        self._decoder = Decoder(partial(_fresh, info.path, info.video.index, self._opened), self._index, info.shifts)
        self._converter = Converter()
        self._turn: Turn | None = None  # of the stream, known with its first frame

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._opened.close()

    def frame(self, number: int, width: int | None = None) -> Frame:
        """One frame. Raises MediaError when it is damaged beyond decoding."""
        for frame in self.read((number,), width):
            return frame
        raise MediaError(f"Frame {number} of {self._info.path.name} is damaged; go to another one.")

    def read(self, numbers: Sequence[int], width: int | None = None) -> Iterator[Frame]:
        """The frames ``numbers`` (ascending, each once), one in memory at a time; damaged ones are left out.

        A later call that asks for later frames goes on decoding from here: spans in order decode each frame once.
        ``width``: the picture is at most this many pixels across, scaled down while it is converted, aspect kept.
        Raises ValueError when the numbers do not ascend, IndexError when one is outside the video.
        """
        wanted = np.asarray(numbers, np.int64)
        if len(wanted) and (np.diff(wanted) <= 0).any():
            raise ValueError("frame numbers must ascend")
        if len(wanted) and not 0 <= wanted[0] <= wanted[-1] < len(self._index):
            raise IndexError(f"{self._info.path.name} has frames 0 to {len(self._index) - 1}")
        for run in self._runs(wanted):
            for number, frame in self._decode_run(run):
                yield self._shown(number, frame, width)

    def _shown(self, number: int, frame: av.VideoFrame, width: int | None) -> Frame:
        if self._turn is None:
            self._turn = turn_of(frame)
        full = Geometry.of(self._decoder.stream, frame, self._turn)
        shape = full.scaled(width)
        pixels = self._converter.rgb(frame, shape)
        return Frame(number, float(self._index.times[number]), pixels, shape.width / full.width)

    def _runs(self, wanted: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """Cut where a key frame in between makes it cheaper to jump than to decode on."""
        keys = np.flatnonzero(self._index.keyframe)
        key = keys[np.maximum(np.searchsorted(keys, wanted, side="right") - 1, 0)] if len(keys) else wanted * 0
        jumps = np.flatnonzero(key[1:] - wanted[:-1] > WORTH_A_JUMP) + 1
        return (run for run in np.split(wanted, jumps) if len(run))

    def _decode_run(self, wanted: NDArray[np.int64]) -> Iterator[tuple[int, av.VideoFrame]]:
        """Frames of one run. Where decoding began too late (damage, a vague seek) it starts again further back."""
        time = self._index.times[wanted[0]]
        for back in _BACK:
            start = self._index.key_before(self._index.at(time - back))
            frames = self._decoder.decode(start, wanted)
            first = next(frames, None)
            if start == 0 or (first is not None and first[0] == wanted[0]):
                break
        if first is not None:
            yield first
            yield from frames


def _fresh(path: Path, index: int, opened: ExitStack) -> tuple[av.container.InputContainer, av.stream.Stream]:
    """The file opened anew, in place of what was open."""
    opened.close()
    container = opened.enter_context(open_media(path))
    return container, only(container, index)
