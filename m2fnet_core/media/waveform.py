"""The outline of a file's sound at any zoom. No torch."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.pyramid import Pyramid, Shape
from m2fnet_core.media.resample import RATE

KIND: Final = "waveform-2"
_SAMPLES = 32  # per row of the finest level: 2 ms
_FULL = 32767.0


def waveform_shape(info: MediaInfo) -> Shape:
    """Rows of (-minimum, maximum) of 2 ms each, so that one maximum serves both."""
    return Shape(math.ceil(info.duration * RATE / _SAMPLES), 2, np.dtype("<i2"), RATE / _SAMPLES)


class WaveformPyramid:
    """Minimum and maximum of the sound per column of the screen."""

    def __init__(self, pyramid: Pyramid) -> None:
        self.pyramid = pyramid
        self._held = np.zeros(0, np.float32)

    def slice(self, start: float, end: float, columns: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(min[columns], max[columns]) in [-1, 1] of equal parts of the media seconds [start, end); 0 beyond them."""
        rows = self.pyramid.columns(start, end, columns).astype(np.float32) / np.float32(_FULL)
        return -rows[:, 0], rows[:, 1]

    def push(self, sound: NDArray[np.float32]) -> None:
        """The next samples, mono 16 kHz. Raises CacheError when the disk is full."""
        sound = np.concatenate([self._held, sound])
        whole = len(sound) // _SAMPLES * _SAMPLES
        self._held = sound[whole:]
        self._append(sound[:whole].reshape(-1, _SAMPLES))

    def end(self) -> None:
        """The sound is over. Raises CacheError when the disk is full."""
        if len(self._held):
            self._append(self._held[None])

    def _append(self, groups: NDArray[np.float32]) -> None:
        bounds = np.stack([-groups.min(axis=1), groups.max(axis=1)], axis=1)
        self.pyramid.append(np.clip(np.rint(bounds * _FULL), -_FULL, _FULL).astype("<i2"))
