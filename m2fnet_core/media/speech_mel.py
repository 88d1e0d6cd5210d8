"""The mel spectrogram that a speech transformer of Whisper's family listens to, as it is published. No torch.

16 kHz mono, Hann window of 400 samples, hop 160, 80 slaney bands, log10 of power, 8 decades below the clip's peak,
scaled to about -1 .. 1. Decision: a clip is brought to one loudness and its silent ends are cut before, so that level
and length tell nothing.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from m2fnet_core.media.mel import HOP, WINDOW, filter_bank, hann

BANDS = 80
_LOUDNESS = 0.06  # root mean square that a clip is brought to
_AUDIBLE = 40.0  # dB below the loudest column that still counts as sound
_EDGE = 5  # columns kept around the first and last audible one
_LEAST = 1e-6  # root mean square of silence


@dataclass(frozen=True, slots=True, eq=False)
class SpeechMel:
    """A clip as the encoder's input."""

    levels: NDArray[np.float32]  # [80, columns of 10 ms]
    audible: NDArray[np.bool_]  # [columns]: what pooling counts

    def parts(self, most: int) -> list["SpeechMel"]:
        """The clip in equal parts of at most so many columns, without those in which nothing is audible."""
        count = max(1, -(-len(self.audible) // most))
        levels = np.array_split(self.levels, count, axis=1)
        audible = np.array_split(self.audible, count)
        return [SpeechMel(a, b) for a, b in zip(levels, audible, strict=True) if b.any()]


@cache
def _filters() -> NDArray[np.float32]:
    return filter_bank(BANDS)


def speech_mel(sound: NDArray[np.float32]) -> SpeechMel | None:
    """The clip's spectrogram from its first to its last audible column; None for silence or a clip under 25 ms."""
    centred = sound - sound.mean(dtype=np.float64).astype(np.float32) if len(sound) else sound
    loudness = float(np.sqrt(np.mean(np.square(centred, dtype=np.float64)))) if len(sound) else 0.0
    if len(sound) <= WINDOW or loudness < _LEAST:
        return None
    padded = np.pad(centred * np.float32(_LOUDNESS / loudness), WINDOW // 2, mode="reflect")
    windows = sliding_window_view(padded, WINDOW)[::HOP][: len(sound) // HOP]
    spectrum = np.fft.rfft(windows * hann())
    power = np.asarray((spectrum.real**2 + spectrum.imag**2) @ _filters().T, np.float32)  # [columns, 80]
    levels = np.log10(np.maximum(power, 1e-10))
    levels = (np.maximum(levels, levels.max() - 8.0) + 4.0) / 4.0
    columns = 10.0 * np.log10(power.sum(axis=1) + 1e-12)
    audible = columns > columns.max() - _AUDIBLE
    first, last = np.flatnonzero(audible)[[0, -1]]
    kept = slice(max(0, int(first) - _EDGE), int(last) + 1 + _EDGE)
    return SpeechMel(np.ascontiguousarray(levels[kept].T, np.float32), audible[kept])
