"""Decoded sound of any rate, format and channel layout as mono 16 kHz on one grid of samples. No torch."""

from collections.abc import Iterator
from math import gcd

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16000  # Hz, m2fnet.md section 1

Piece = tuple[int, NDArray[np.float32]]  # number of the first sample at 16 kHz from media time zero, samples

_TOLERANCE = 0.02  # seconds a time stamp may differ from the count of samples (mkv rounds to 1 ms) before it counts
_BATCH = 0.5  # seconds given to the resampler at once
_SCALE = {"u1": 128.0, "i2": 32768.0, "i4": 2147483648.0}


def resampled(frames: Iterator[av.AudioFrame], origin: float) -> Iterator[Piece]:
    """Pieces in file order. Holes between time stamps stay holes; where the file overlaps itself, so do the pieces.

    Sample n of every piece lies at exactly n / 16000 s, wherever decoding began.
    """
    run: _Run | None = None
    for frame in frames:
        kind = (frame.sample_rate, frame.layout.name, frame.format.name)
        if run is None or not run.continues(kind, _position(frame, origin)):
            if run is not None:
                yield from run.finish()
            run = _Run(kind, _position(frame, origin) or 0)
        yield from run.push(mono(frame))
    if run is not None:
        yield from run.finish()


def mono(frame: av.AudioFrame) -> NDArray[np.float32]:
    """float32[samples] in [-1, 1]: the mean of all channels but the low-frequency one, whatever the format."""
    samples = frame.to_ndarray()
    channels = frame.layout.nb_channels
    if not frame.format.is_planar:
        samples = samples.reshape(-1, channels).T
    heard = [i for i, channel in enumerate(frame.layout.channels) if channel.name != "LFE"] or [0]
    scale = _SCALE.get(samples.dtype.str[1:], 1.0)
    offset = scale if samples.dtype == np.uint8 else 0.0
    mixed = samples[heard].mean(axis=0, dtype=np.float32)
    return np.asarray((mixed - offset) / scale, np.float32)


def _position(frame: av.AudioFrame, origin: float) -> int | None:
    """Number of the frame's first sample at its own rate."""
    return None if frame.pts is None else round((float(frame.pts * frame.time_base) - origin) * frame.sample_rate)


class _Run:
    """Sound without a hole, all of one kind."""

    def __init__(self, kind: tuple[int, str, str], start: int) -> None:
        self._kind = kind
        self._rate = kind[0]
        unit = self._rate // gcd(self._rate, RATE)  # input samples after which both grids meet again
        self._skip = -start % unit
        self._next_in = start
        self._next_out = (start + self._skip) * RATE // self._rate
        self._waiting: list[NDArray[np.float32]] = []
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)

    def continues(self, kind: tuple[int, str, str], position: int | None) -> bool:
        """Whether sound of ``kind`` beginning at sample ``position`` follows without a hole."""
        return kind == self._kind and (position is None or abs(position - self._next_in) <= _TOLERANCE * self._rate)

    def push(self, samples: NDArray[np.float32]) -> Iterator[Piece]:
        self._next_in += len(samples)
        skipped = min(self._skip, len(samples))
        self._skip -= skipped
        self._waiting.append(samples[skipped:])
        if sum(map(len, self._waiting)) >= _BATCH * self._rate:
            yield from self._convert()

    def finish(self) -> Iterator[Piece]:
        yield from self._convert()
        yield from self._number(self._resampler.resample(None))

    def _convert(self) -> Iterator[Piece]:
        samples = np.concatenate(self._waiting) if self._waiting else np.zeros(0, np.float32)
        self._waiting.clear()
        if not len(samples):
            return
        frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.sample_rate = self._rate
        yield from self._number(self._resampler.resample(frame))

    def _number(self, frames: list[av.AudioFrame]) -> Iterator[Piece]:
        for frame in frames:
            samples = frame.to_ndarray()[0]
            yield self._next_out, samples
            self._next_out += len(samples)
