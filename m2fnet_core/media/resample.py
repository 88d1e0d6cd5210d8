"""Decoded sound of any rate, format and channel layout as mono 16 kHz on one grid of samples. No torch."""

from collections.abc import Iterator
from math import gcd
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16000  # Hz, m2fnet.md section 1

Piece = tuple[int, NDArray[np.float32]]  # number of the first sample at 16 kHz from media time zero, samples

_TOLERANCE = 0.02  # seconds a time stamp may differ from the count of samples (mkv rounds to 1 ms) before it counts
_BATCH = 32  # decoded frames mixed and resampled at once
_POINTERS = 8  # channels that FFmpeg's frame holds without an extra list
_SCALE = {"u1": 128.0, "i2": 32768.0, "i4": 2147483648.0}


def resampled(frames: Iterator[av.AudioFrame], origin: float) -> Iterator[Piece]:
    """Pieces in file order. Holes between time stamps stay holes; where the file overlaps itself, so do the pieces.

    Sample n of every piece lies at exactly n / 16000 s, wherever decoding began.
    """
    run: _Run | None = None
    for frame in frames:
        time = None if frame.pts is None else frame.time - origin
        if run is None or not run.continues(frame, time):
            if run is not None:
                yield from run.finish()
            run = _Run(frame, time or 0.0)
        yield from run.push(frame)
    if run is not None:
        yield from run.finish()


class _Run:
    """Sound without a hole, all of one rate, channel layout and sample format."""

    def __init__(self, frame: av.AudioFrame, start: float) -> None:
        self._rate = frame.sample_rate
        self._layout = frame.layout.name
        self._format = frame.format.name
        self._repack = _Repacker(frame)
        self._mixer = _Mixer(frame, self._repack.planar)
        self._next_in = round(start * self._rate)
        unit = self._rate // gcd(self._rate, RATE)  # input samples after which both grids meet again
        self._skip = -self._next_in % unit
        self._next_out = (self._next_in + self._skip) * RATE // self._rate
        self._waiting: list[NDArray[Any]] = []
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)

    def continues(self, frame: av.AudioFrame, time: float | None) -> bool:
        """Whether ``frame``, stamped ``time``, follows without a hole."""
        same = (frame.sample_rate, frame.layout.name, frame.format.name) == (self._rate, self._layout, self._format)
        return same and (time is None or abs(time * self._rate - self._next_in) <= _TOLERANCE * self._rate)

    def push(self, frame: av.AudioFrame) -> Iterator[Piece]:
        self._next_in += frame.samples
        self._waiting.extend(self._repack.samples(frame))
        if len(self._waiting) >= _BATCH:
            yield from self._convert()

    def finish(self) -> Iterator[Piece]:
        yield from self._convert()
        yield from self._number(self._resampler.resample(None))

    def _convert(self) -> Iterator[Piece]:
        if not self._waiting:
            return
        sound = self._mixer.mono(np.concatenate(self._waiting, axis=1))
        self._waiting.clear()
        sound, self._skip = sound[self._skip :], max(0, self._skip - len(sound))
        if len(sound):
            frame = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
            frame.sample_rate = self._rate
            yield from self._number(self._resampler.resample(frame))

    def _number(self, frames: list[av.AudioFrame]) -> Iterator[Piece]:
        for frame in frames:
            samples = frame.to_ndarray()[0]
            yield self._next_out, samples
            self._next_out += len(samples)


class _Repacker:
    """Samples of a frame. PyAV 18.1 reads beyond its memory when eight or more channels lie apart: they are joined."""

    def __init__(self, frame: av.AudioFrame) -> None:
        joined = frame.format.is_planar and frame.layout.nb_channels >= _POINTERS
        self.planar = frame.format.is_planar and not joined
        self._joiner = av.AudioResampler(format=frame.format.packed.name) if joined else None

    def samples(self, frame: av.AudioFrame) -> list[NDArray[Any]]:
        frames = [frame] if self._joiner is None else self._joiner.resample(frame)
        return [part.to_ndarray() for part in frames]


class _Mixer:
    """The mean of all channels but the low-frequency one, from samples of any format."""

    def __init__(self, frame: av.AudioFrame, planar: bool) -> None:
        self._planar = planar
        self._channels = frame.layout.nb_channels
        names = [channel.name for channel in frame.layout.channels]
        self._heard = [i for i, name in enumerate(names) if name != "LFE"] or list(range(self._channels))

    def mono(self, samples: NDArray[Any]) -> NDArray[np.float32]:
        """float32[n] in [-1, 1] from [channels, n], or from [1, n * channels] when channels alternate."""
        apart = samples if self._planar else samples.reshape(-1, self._channels).T
        total = apart[self._heard[0]].astype(np.float32)
        for channel in self._heard[1:]:
            total += apart[channel]
        scale = _SCALE.get(samples.dtype.str[1:], 1.0)
        offset = scale if samples.dtype == np.uint8 else 0.0
        return np.asarray((total / len(self._heard) - offset) / scale, np.float32)
