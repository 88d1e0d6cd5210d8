"""The model's own mel spectrogram of a whole file at any zoom. No torch."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.mel import BANDS, HOP, RANGE, MelStream
from m2fnet_core.media.pyramid import Pyramid, Shape
from m2fnet_core.media.resample import RATE

KIND: Final = "spectrogram-2"
_STEP = 0.5  # dB per unit
_ZERO = -90.0  # dB at 0
_HALF_HOP = HOP / RATE / 2.0  # a frame is centred at its time


def spectrogram_shape(info: MediaInfo) -> Shape:
    """One row of 128 bands per mel frame (10 ms)."""
    return Shape(math.ceil(info.duration * RATE / HOP) + 1, BANDS, np.dtype(np.uint8), RATE / HOP)


class SpectrogramPyramid:
    """Loudest mel dB per column of the screen as uint8: dB = value / 2 - 90, in every file."""

    def __init__(self, pyramid: Pyramid) -> None:
        self.pyramid = pyramid
        self._mel = MelStream()

    def slice(self, start: float, end: float, columns: int) -> NDArray[np.uint8]:
        """uint8[128, columns] of equal parts of the media seconds [start, end), low bands first; 0 beyond them."""
        rows = self.pyramid.columns(start + _HALF_HOP, end + _HALF_HOP, columns)
        return np.ascontiguousarray(rows.T)

    @property
    def levels(self) -> tuple[int, int]:
        """The values to draw as darkest and brightest: 80 dB below the file's peak and the peak (as far as built)."""
        high = max(int(self.pyramid.coarsest().max(initial=0)), round(RANGE / _STEP))
        return high - round(RANGE / _STEP), high

    def push(self, sound: NDArray[np.float32]) -> None:
        """The next samples, mono 16 kHz. Raises CacheError when the disk is full."""
        self._append(self._mel.push(sound))

    def end(self) -> None:
        """The sound is over. Raises CacheError when the disk is full."""
        self._append(self._mel.finish())

    def _append(self, decibels: NDArray[np.float32]) -> None:
        self.pyramid.append(np.clip(np.rint((decibels.T - _ZERO) / _STEP), 0, 255).astype(np.uint8))
