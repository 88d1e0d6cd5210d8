"""Mel frequency cepstra for the network that sees who speaks: the definition of python_speech_features. No torch.

16 kHz mono, pre-emphasis 0.97, 25 ms without a window function, hop 10 ms, 512-point power spectrum, 26 triangles on
the mel scale of 2595 log10(1 + f / 700), natural logarithm, cosine transform, lifter 22, the first one the log energy.
"""

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from m2fnet_core.media.mel import HOP, WINDOW
from m2fnet_core.media.resample import RATE

NUMBER = 13
_BANDS, _POINTS, _LIFTER, _EMPHASIS = 26, 512, 22, 0.97
_FULL = 32768.0  # the network was trained on 16-bit numbers
_LEAST = float(np.finfo(float).eps)


def cepstra(sound: NDArray[np.float32], steps: int) -> NDArray[np.float32]:
    """float32[steps, 13] of sound at 16 kHz in -1 .. 1, one every 10 ms; silence stands behind its end."""
    whole = np.zeros((steps - 1) * HOP + WINDOW)
    kept = min(len(sound), len(whole))
    whole[:kept] = sound[:kept] * _FULL
    whole[1:] -= _EMPHASIS * whole[:-1]
    frames = sliding_window_view(whole, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames, _POINTS)) ** 2 / _POINTS
    bands = np.log(np.maximum(power @ _triangles().T, _LEAST))
    found = bands @ _cosines().T
    found *= 1 + _LIFTER / 2 * np.sin(np.pi * np.arange(NUMBER) / _LIFTER)
    found[:, 0] = np.log(np.maximum(power.sum(1), _LEAST))
    return np.asarray(found, np.float32)


@cache
def _cosines() -> NDArray[np.float64]:
    """float64[13, 26]: the orthonormal cosine transform."""
    orders, bands = np.arange(NUMBER), np.arange(_BANDS)
    found = np.cos(np.pi * orders[:, None] * (2 * bands + 1) / (2 * _BANDS)) * np.sqrt(2 / _BANDS)
    found[0] /= np.sqrt(2)
    return np.asarray(found)


@cache
def _triangles() -> NDArray[np.float64]:
    """float64[26, 257], corners on whole bins."""
    mels = np.linspace(0.0, 2595 * np.log10(1 + RATE / 2 / 700), _BANDS + 2)
    corners = np.floor((_POINTS + 1) * 700 * (10 ** (mels / 2595) - 1) / RATE)
    bins = np.arange(_POINTS // 2 + 1)
    rising = (bins - corners[:-2, None]) / np.diff(corners)[:-1, None]
    falling = (corners[2:, None] - bins) / np.diff(corners)[1:, None]
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)))
