"""When each frame of a video is shown, from the time stamps of its packets, without decoding. No torch."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.errors import MediaError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.cache import cached_file, load_arrays, save_arrays
from m2fnet_core.media.container import only, open_media, refuse_unreadable
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.scan import Packets, scan

_KIND = "index-2"
_EVEN = 0.25  # a frame further than this share of a frame from an even grid makes the rate variable


@dataclass(frozen=True, slots=True, eq=False)
class FrameIndex:
    """Frames in the order they are shown; a frame's number is its place here.

    times: float64[n] media seconds, ascending. keyframe: bool[n], decoding can start there. stamps: int64[n] the same
    times in the stream's own ticks. end: media second at which the last frame disappears. variable: the frame rate
    is. counted: the container gives no presentation times (avi), so a decoded frame is recognised by counting from a
    key frame.
    """

    times: NDArray[np.float64]
    keyframe: NDArray[np.bool_]
    stamps: NDArray[np.int64]
    end: float
    variable: bool
    counted: bool

    def __len__(self) -> int:
        return len(self.times)

    @property
    def fps(self) -> float:
        """Frames a second on average; 0 for a single frame."""
        return float((len(self) - 1) / (self.times[-1] - self.times[0])) if len(self) > 1 else 0.0

    def at(self, time: float) -> int:
        """The frame on screen at ``time``; the first one before the start, the last one after the end."""
        return max(0, int(np.searchsorted(self.times, time + 1e-9, side="right")) - 1)

    def nearest(self, time: float) -> int:
        """The frame whose presentation time is nearest to ``time``."""
        number = self.at(time)
        later = min(number + 1, len(self) - 1)
        return later if self.times[later] - time < time - self.times[number] else number

    def until(self, number: int) -> float:
        """Media second at which frame ``number`` is replaced by the next one."""
        return float(self.times[number + 1]) if number + 1 < len(self) else self.end

    def span(self, start: float, end: float) -> range:
        """The frames shown within [start, end): the one on screen at ``start`` and those that follow before ``end``."""
        first = self.at(start)
        return range(first, max(first + 1, int(np.searchsorted(self.times, end - 1e-9, side="left"))))

    def key_before(self, number: int) -> int:
        """The last frame not after ``number`` at which decoding can start (0 when none is marked)."""
        keys = np.flatnonzero(self.keyframe[: number + 1])
        return int(keys[-1]) if len(keys) else 0

    @classmethod
    def of(cls, found: Packets, time_base: Fraction, origin: float) -> Self:
        """Sort what was demuxed."""
        stamps, first = np.unique(found.stamps, return_index=True)
        times = np.asarray(stamps * float(time_base) - origin, np.float64)
        last = found.durations[first[-1]] * float(time_base)
        # The middle one. np.median would import numpy.ma here, in a thread: see `features.ahead`.
        step = float(np.sort(np.diff(times))[(len(times) - 1) // 2]) if len(times) > 1 else 0.0
        end = float(times[-1]) + (last if last > 0 else step)
        return cls(times, found.keyframe[first], stamps, end, _varies(times), found.counted)


def frame_index(info: MediaInfo, cache: bool = True, cancel: CancelToken | None = None) -> FrameIndex:
    """The index of a video's frames, kept on disk (``cache``) until the file changes.

    Raises MediaError when there is no picture, or no frame of it, or the file went away; Cancelled.
    """
    if info.video is None:
        raise MediaError(f"{info.path.name} has no picture; open a video for this.")
    refuse_unreadable(info.path)
    place = cached_file(_KIND, info.path, ".npz")
    index = _load(place) if cache else None
    if index is None:
        index = _demux(info, cancel)
        if cache:
            _save(place, index)
    return index


def _demux(info: MediaInfo, cancel: CancelToken | None) -> FrameIndex:
    assert info.video is not None
    with open_media(info.path) as container:
        stream = only(container, info.video.index)
        found = scan(container, stream, cancel, info.shifts)
        if not len(found.stamps):
            raise MediaError(f"{info.path.name} holds no picture that can be read; copy or record it again.")
        return FrameIndex.of(found, stream.time_base, info.origin)


def _varies(times: NDArray[np.float64]) -> bool:
    """Whether number = time x rate would name a wrong frame somewhere."""
    if len(times) < 3:
        return False
    even = np.linspace(times[0], times[-1], len(times))
    step = (times[-1] - times[0]) / (len(times) - 1)
    return bool(np.abs(times - even).max() > _EVEN * step)


def _load(place: Path) -> FrameIndex | None:
    stored = load_arrays(place)
    if stored is None or stored.keys() != {"times", "keyframe", "stamps", "facts"}:
        return None
    end, variable, counted = stored["facts"]
    return FrameIndex(stored["times"], stored["keyframe"], stored["stamps"], float(end), bool(variable), bool(counted))


def _save(place: Path, index: FrameIndex) -> None:
    facts = np.array([index.end, index.variable, index.counted], np.float64)
    save_arrays(place, {"times": index.times, "keyframe": index.keyframe, "stamps": index.stamps, "facts": facts})
