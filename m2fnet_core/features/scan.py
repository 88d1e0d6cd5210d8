"""Faces all over a video, on a few frames a second, for display between the frames the network looks at (torch)."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from m2fnet_core.base.devices import choose_device
from m2fnet_core.base.dialogue import FaceBox
from m2fnet_core.base.events import FacesScanned, Hook, Progress, ignore
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.bundle.info import VisualConfig
from m2fnet_core.features.ahead import ahead
from m2fnet_core.features.faces import FaceFinder, face_boxes, from_rows, to_rows
from m2fnet_core.features.material import alike, checked, width_within
from m2fnet_core.features.store import Entry, FeatureStore, Keeper, key_of
from m2fnet_core.media.content import READING, content_hash
from m2fnet_core.media.frames import Frame, FrameReader
from m2fnet_core.media.index import FrameIndex, frame_index
from m2fnet_core.media.info import MediaInfo

_RATE = 5.0  # frames a second that are looked at; the window draws what is between on straight lines
_BLOCK = 15  # of these frames that are looked at, stored and cancelled together: 3 s
# Every third frame is searched, the ones beside it are followed. Coarser than in `features.faces`: boxes on the screen
# may be missing now and then (recall 0.976 in place of 0.989 on a conversation), and a film should not take hours.
_REACH = 0.21
_RECIPE = 1  # counted up when this code finds other faces, so that old results rest
_CONFIG = VisualConfig()


Looked = list[tuple[float, tuple[FaceBox, ...]]]  # presentation times of a block's frames and their faces, in order


@dataclass(frozen=True, slots=True)
class Scanned:
    """How many frames were looked at and how many faces are on them."""

    frames: int = 0
    faces: int = 0


def scan_faces(
    info: MediaInfo,
    device: str = "auto",
    use_cache: bool = True,
    hook: Hook = ignore,
    cancel: CancelToken | None = None,
) -> Scanned:
    """Tell the hook of the faces on sampled frames, in order of time (FacesScanned, and Progress).

    What was seen before comes from the store. A file without a picture has nothing to scan.
    Raises MediaError when it cannot be read (any more), DeviceError, Cancelled between frames.
    """
    if info.video is None:
        return Scanned()
    cancel = cancel or CancelToken()
    index = frame_index(info)
    scan = _Scan(info, index, Keeper(FeatureStore() if use_cache else None, hook), cancel)
    finder = FaceFinder(choose_device(device), hook, _REACH)
    pace, frames, faces = Pace(len(scan.blocks)), 0, 0
    for done, looked in enumerate(scan.run(finder), 1):
        for time, boxes in looked:
            hook(FacesScanned(time, boxes))
            frames, faces = frames + 1, faces + len(boxes)
        hook(Progress("Looking for faces", done, pace.of, pace.seconds_left(done)))
    return Scanned(frames, faces)


def sampled_frames(index: FrameIndex) -> list[int]:
    """Numbers of the frames on screen every 1/5 s, each once."""
    times = np.arange(float(index.times[0]), index.end, 1 / _RATE)
    return sorted({index.at(float(time)) for time in times})


class _Scan:
    """The blocks of one video; the store may know some of them."""

    def __init__(self, info: MediaInfo, index: FrameIndex, kept: Keeper, cancel: CancelToken) -> None:
        numbers = sampled_frames(index)
        content = f"{content_hash(info.path)}-{READING}"
        self.blocks = [numbers[i : i + _BLOCK] for i in range(0, len(numbers), _BLOCK)]
        self._keys = [key_of("scan", content, block, _CONFIG.detect_side, _RECIPE) for block in self.blocks]
        self._info, self._index, self._kept, self._cancel = info, index, kept, cancel

    def run(self, finder: FaceFinder) -> Generator[Looked, None, None]:
        """Each block's faces."""
        missing = [i for i, key in enumerate(self._keys) if self._kept.get(key) is None]
        unknown = frozenset(missing)
        with closing(self._read(missing)) as reading, closing(ahead(reading)) as read:
            for i, key in enumerate(self._keys):
                self._cancel.check()
                if i in unknown:
                    looked = self._look(next(read), finder)
                    self._kept.put(key, Entry(facts={"looked": [[time, to_rows(faces)] for time, faces in looked]}))
                    yield looked
                else:
                    yield _known(self._kept.get(key))

    def _look(self, frames: Sequence[Frame], finder: FaceFinder) -> Looked:
        times = [frame.time for frame in frames]
        found = finder.find([frame.pixels for frame in frames], times, self._cancel)
        sure = [f.above(_CONFIG.min_confidence) for f in found]
        return [(frame.time, face_boxes(frame, f, _CONFIG.area_weight)) for frame, f in zip(frames, sure, strict=True)]

    def _read(self, blocks: Sequence[int]) -> Generator[list[Frame], None, None]:
        """Frames of these blocks, decoded in one go; an empty list for a block that is damaged throughout."""
        where = {number: i for i in blocks for number in self.blocks[i]}
        with FrameReader(self._info, self._index) as reader:
            frames = checked(reader.read(list(where), width_within(self._info, _CONFIG.detect_side)), self._cancel)
            waiting = iter(blocks)
            for i, some in groupby(frames, key=lambda frame: where[frame.number]):
                while next(waiting) != i:
                    yield []
                yield alike(some)
            yield from ([] for _ in waiting)


def _known(entry: Entry | None) -> Looked:
    """A block from the store; empty should it have been deleted a moment ago."""
    return [] if entry is None else [(time, from_rows(rows)) for time, rows in entry.facts["looked"]]
