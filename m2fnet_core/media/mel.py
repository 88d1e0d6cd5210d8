"""The mel spectrogram of m2fnet.md section 1: the one implementation, for features, trainer and window. No torch.

16 kHz mono, Hann window of 400 samples (25 ms), hop 160 (10 ms), 128 bands of slaney scale and norm, power, dB.
Equals torchaudio's MelSpectrogram with norm="slaney", mel_scale="slaney" (centred frames, ends reflected).
"""

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from m2fnet_core.media.resample import RATE

BANDS = 128
WINDOW = 400  # samples, also the length of the Fourier transform
HOP = 160  # samples
RANGE = 80.0  # dB below the clip's peak that the image shows (decision)
FLOOR = -140.0  # dB of digital silence

_HALF = WINDOW // 2
_BLOCK = 2048  # frames transformed at once: bounded memory, and the buffers stay in the processor's cache


@cache
def mel_filters() -> NDArray[np.float32]:
    """float32[128, 201]: the paper's `filter_bank`."""
    return filter_bank(BANDS)


def filter_bank(bands: int) -> NDArray[np.float32]:
    """float32[bands, 201]: weight of each Fourier bin in each band (slaney scale, each filter of area one in Hz)."""
    edges = _edges(bands)
    bins = np.linspace(0.0, RATE / 2, _HALF + 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    filters = np.asarray(triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None], np.float32)
    filters.setflags(write=False)
    return filters


@cache
def band_centres() -> NDArray[np.float64]:
    """Hertz at which each of the 128 bands is highest, rising."""
    centres = _edges(BANDS)[1:-1]
    centres.setflags(write=False)
    return centres


def _edges(bands: int) -> NDArray[np.float64]:
    return _hertz(np.linspace(0.0, _mel(RATE / 2), bands + 2))


def log_mel(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Decibels, float32[128, 1 + len(sound) // 160], frame i centred at i x 10 ms; no frames for no sound."""
    stream = MelStream()
    return np.concatenate([stream.push(sound), stream.finish()], axis=1)


def mel_image(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """The clip's dB clipped to 80 dB below its peak and scaled to [0, 1]: float32[128, frames]; silence is all 0."""
    decibels = log_mel(sound)
    peak = decibels.max(initial=FLOOR)
    if peak <= FLOOR:
        return np.zeros_like(decibels)
    return np.asarray(np.clip((decibels - (peak - RANGE)) / RANGE, 0.0, 1.0), np.float32)


class MelStream:
    """`log_mel` of a sound that arrives in pieces of any length, frame for frame the same as of the whole."""

    def __init__(self) -> None:
        self._held = np.zeros(0, np.float32)
        self._begun = False

    def push(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """The frames that are complete now, float32[128, n]."""
        self._held = np.concatenate([self._held, np.asarray(sound, np.float32)])
        if not self._begun:
            if len(self._held) <= WINDOW:
                return np.zeros((BANDS, 0), np.float32)
            self._held = np.concatenate([self._held[_HALF:0:-1], self._held])
            self._begun = True
        return self._take()

    def finish(self) -> NDArray[np.float32]:
        """The last frames, float32[128, n], which reach beyond the end."""
        if not len(self._held):
            return np.zeros((BANDS, 0), np.float32)
        self._held = np.pad(self._held, (0 if self._begun else _HALF, _HALF), mode="reflect")
        return self._take()

    def _take(self) -> NDArray[np.float32]:
        if len(self._held) < WINDOW:
            return np.zeros((BANDS, 0), np.float32)
        frames = sliding_window_view(self._held, WINDOW)[::HOP]
        bands = [_decibels(frames[i : i + _BLOCK]) for i in range(0, len(frames), _BLOCK)]
        self._held = self._held[len(frames) * HOP :].copy()
        return np.ascontiguousarray(np.concatenate(bands).T)


@cache
def hann() -> NDArray[np.float32]:
    """Periodic Hann window, float32[400]."""
    return np.asarray(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW) / WINDOW), np.float32)


def _decibels(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Decibels, float32[n, 128], of windows float32[n, 400]."""
    spectrum = np.fft.rfft(frames * hann())
    power = spectrum.real**2 + spectrum.imag**2
    bands = np.maximum(power @ mel_filters().T, np.float32(10.0 ** (FLOOR / 10.0)))
    return np.asarray(10.0 * np.log10(bands), np.float32)


# The slaney scale is linear up to 1000 Hz (15 mel) and logarithmic above, 27 mel per factor of 6.4.
_LINEAR = 200.0 / 3.0
_KNEE = 1000.0
_STEP = np.log(6.4) / 27.0


def _mel(hertz: float) -> float:
    return float(_KNEE / _LINEAR + np.log(hertz / _KNEE) / _STEP) if hertz > _KNEE else hertz / _LINEAR


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _KNEE / _LINEAR
    return np.where(mel > knee, _KNEE * np.exp(_STEP * (mel - knee)), mel * _LINEAR)
