"""Waveform and spectrogram of a whole file, built in one pass over its sound and kept on disk. No torch."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from m2fnet_core.base.errors import CacheError, MediaError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media import spectrogram, waveform
from m2fnet_core.media.cache import cached_file
from m2fnet_core.media.container import refuse_unreadable
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.pyramid import Pyramid
from m2fnet_core.media.sound import iter_sound
from m2fnet_core.media.spectrogram import SpectrogramPyramid, spectrogram_shape
from m2fnet_core.media.waveform import WaveformPyramid, waveform_shape

_BLOCK = 5.0  # seconds of sound between two looks at what is there
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is to draw of a file's sound; both parts grow together while it is built."""

    waveform: WaveformPyramid
    spectrogram: SpectrogramPyramid

    @property
    def seconds(self) -> float:
        """Media seconds built so far."""
        return self.waveform.pyramid.seconds

    @property
    def complete(self) -> bool:
        return self.waveform.pyramid.complete and self.spectrogram.pyramid.complete


def build_overview(info: MediaInfo, cancel: CancelToken | None = None) -> Iterator[Overview]:
    """The overview of a file: once and complete when it is on disk, else one growing object after every 5 s of sound.

    What is yielded may be drawn from another thread at any time. Without a writable cache it is built in memory,
    without the finest zoom of very long files. Raises MediaError (no sound, file gone) and Cancelled.
    """
    refuse_unreadable(info.path)
    if info.audio is None:
        raise MediaError(f"{info.path.name} has no sound; open a file with sound for this.")
    places = _places(info)
    kept = _load(info, places)
    if kept is not None:
        yield kept
        return
    try:
        yield from _build(info, _on_disk(info, places), places, cancel)
    except CacheError as error:
        _log.warning("%s", error)
        yield from _build(info, _in_memory(info), places, cancel)


@dataclass(frozen=True, slots=True)
class _Places:
    waveform: Path
    spectrogram: Path


def _places(info: MediaInfo) -> _Places:
    return _Places(
        cached_file(waveform.KIND, info.path, ".levels"), cached_file(spectrogram.KIND, info.path, ".levels")
    )


def _load(info: MediaInfo, places: _Places) -> Overview | None:
    wave = Pyramid.load(waveform_shape(info), places.waveform)
    mel = Pyramid.load(spectrogram_shape(info), places.spectrogram)
    return None if wave is None or mel is None else Overview(WaveformPyramid(wave), SpectrogramPyramid(mel))


def _on_disk(info: MediaInfo, places: _Places) -> Overview:
    wave = Pyramid.on_disk(waveform_shape(info), places.waveform)
    mel = Pyramid.on_disk(spectrogram_shape(info), places.spectrogram)
    return Overview(WaveformPyramid(wave), SpectrogramPyramid(mel))


def _in_memory(info: MediaInfo) -> Overview:
    wave, mel = Pyramid.in_memory(waveform_shape(info)), Pyramid.in_memory(spectrogram_shape(info))
    return Overview(WaveformPyramid(wave), SpectrogramPyramid(mel))


def _build(info: MediaInfo, overview: Overview, places: _Places, cancel: CancelToken | None) -> Iterator[Overview]:
    parts: tuple[WaveformPyramid | SpectrogramPyramid, ...] = (overview.waveform, overview.spectrogram)
    try:
        for _, sound in iter_sound(info, _BLOCK):
            if cancel is not None:
                cancel.check()
            for part in parts:
                part.push(sound)
            yield overview
        for part, place in zip(parts, (places.waveform, places.spectrogram), strict=True):
            part.end()
            part.pyramid.finish(place)
        yield overview
    finally:
        for part in parts:
            part.pyramid.discard()
