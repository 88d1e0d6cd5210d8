"""What utterances look and sound like, read from their media in order. No torch."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import MediaError
from m2fnet_core.base.events import Hook, Notice
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import VisualConfig
from m2fnet_core.features.frame_choice import chosen_frames
from m2fnet_core.features.store import Entry, Keeper, key_of
from m2fnet_core.media.container import refuse_unreadable
from m2fnet_core.media.content import READING, content_hash
from m2fnet_core.media.frames import Frame, FrameReader
from m2fnet_core.media.index import FrameIndex, frame_index
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import read_sound

# Pixels: larger pictures are scaled down to this longer side while they are decoded. A face too small for a sharp
# crop at this size is too small for the detector as well, and 15 frames of 8K video would fill 1.5 GB.
_LONGEST = 1280


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Of one utterance: what the store knows (``*_entry``), else what was read to compute it.

    ``*_key`` is None where the utterance has no such input at all.
    """

    audio_key: str | None = None
    audio_entry: Entry | None = None
    sound: NDArray[np.float32] | None = None
    visual_key: str | None = None
    visual_entry: Entry | None = None
    frames: tuple[Frame, ...] = ()


class MaterialReader:
    """Reads the spans of one medium, and clips that are utterances of their own. For one thread at a time."""

    def __init__(self, audio_key: str, visual_key: str, config: VisualConfig, kept: Keeper, hook: Hook) -> None:
        """``audio_key``, ``visual_key``: the extractors' names by content."""
        self._audio_key = audio_key
        self._visual_key = visual_key
        self._config = config
        self._kept = kept
        self._hook = hook

    def read(
        self, info: MediaInfo | None, utterances: Sequence[Utterance], cancel: CancelToken
    ) -> Generator[Material, None, None]:
        """One per utterance, in order. Checks ``cancel`` between frames.

        Raises MediaError when ``info`` cannot be read (any more). A clip of its own that cannot be read is told by a
        notice and leaves its utterance without sound and picture: one bad file of a corpus must not end the rest.
        """
        with ExitStack() as stack:
            pictures = None if info is None or info.video is None else _Pictures(info, stack)
            for utterance in utterances:
                cancel.check()
                if utterance.media is not None:
                    yield self._clip(utterance.media, cancel)
                elif info is not None:
                    yield self._span(info, pictures, utterance.start, min(utterance.end, info.duration), cancel)
                else:
                    yield Material()

    def _clip(self, path: Path, cancel: CancelToken) -> Material:
        try:
            info = probe(path)
            with ExitStack() as stack:
                pictures = None if info.video is None else _Pictures(info, stack)
                return self._span(info, pictures, 0.0, info.duration, cancel)
        except MediaError as error:
            self._hook(Notice(f"{error} Its utterance goes without sound and picture."))
            return Material()

    def _span(
        self, info: MediaInfo, pictures: "_Pictures | None", start: float, end: float, cancel: CancelToken
    ) -> Material:
        refuse_unreadable(info.path)
        place = (content_hash(info.path), READING, round(start * 1e6), round(end * 1e6))
        material = Material()
        if info.audio is not None and end > start:
            key = key_of("audio", *place, self._audio_key)
            entry = self._kept.get(key)
            sound = read_sound(info, start, end) if entry is None else None
            material = replace(material, audio_key=key, audio_entry=entry, sound=sound)
        if pictures is not None:
            key = key_of("visual", *place, self._visual_key)
            entry = self._kept.get(key)
            frames = pictures.read(start, end, self._config, cancel) if entry is None else ()
            material = replace(material, visual_key=key, visual_entry=entry, frames=frames)
        return material


class _Pictures:
    """Frames of one video, opened when the first one is asked for and closed with ``stack``."""

    def __init__(self, info: MediaInfo, stack: ExitStack) -> None:
        self._info = info
        self._stack = stack
        self._opened: tuple[FrameIndex, FrameReader] | None = None

    def read(self, start: float, end: float, config: VisualConfig, cancel: CancelToken) -> tuple[Frame, ...]:
        index, reader = self._open()
        numbers = chosen_frames(index.span(start, end), config)
        return tuple(alike(checked(reader.read(numbers, width_within(self._info, _LONGEST)), cancel)))

    def _open(self) -> tuple[FrameIndex, FrameReader]:
        if self._opened is None:
            index = frame_index(self._info)
            self._opened = index, self._stack.enter_context(FrameReader(self._info, index))
        return self._opened


def checked(frames: Iterator[Frame], cancel: CancelToken) -> Iterator[Frame]:
    """The same frames; raises Cancelled between two of them."""
    for frame in frames:
        cancel.check()
        yield frame


def alike(frames: Iterable[Frame]) -> list[Frame]:
    """The frames as large as the first one: few streams change their size, and none need be looked at across that."""
    every = list(frames)
    return [frame for frame in every if frame.pixels.shape == every[0].pixels.shape]


def width_within(info: MediaInfo, side: int) -> int | None:
    """Pixels across at which the picture's longer side is at most ``side``; None: it is already."""
    video = info.video
    if video is None or max(video.width, video.height) <= side:
        return None
    return max(1, round(video.width * side / max(video.width, video.height)))
