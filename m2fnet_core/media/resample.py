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
_FORMATS = ("u8", "s16", "s32", "flt", "dbl")  # that PyAV gives as arrays
_REAR = 0.5  # weight of a channel beside or behind, or nowhere in particular
_WEIGHTS = {"FC": 1.0, "LFE": 0.0, "LFE2": 0.0, **dict.fromkeys(("FL", "FR", "FLC", "FRC", "DL", "DR"), 0.5**0.5)}
_USUAL = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_LOUDEST = 100.0  # times full scale
_SPOILT = 0.01  # share of samples beyond that, above which the others are no sound either
_TURNED = -0.9  # correlation of two channels below which one is the other turned over
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
    """Samples of a frame, in one of the formats that PyAV gives as arrays.

    PyAV 18.1 reads beyond its memory when eight or more channels lie apart: they are joined.
    """

    def __init__(self, frame: av.AudioFrame) -> None:
        known = frame.format.packed.name in _FORMATS
        joined = not known or (frame.format.is_planar and frame.layout.nb_channels >= _POINTERS)
        self.planar = frame.format.is_planar and not joined
        self._joiner = av.AudioResampler(format=frame.format.packed.name if known else "dbl") if joined else None

    def samples(self, frame: av.AudioFrame) -> list[NDArray[Any]]:
        frames = [frame] if self._joiner is None else self._joiner.resample(frame)
        return [part.to_ndarray() for part in frames]


class _Mixer:
    """One channel out of all, weighted as FFmpeg's libswresample does (rematrix.c), from samples of any format."""

    def __init__(self, frame: av.AudioFrame, planar: bool) -> None:
        names = _names(frame.layout)
        weights = [_WEIGHTS.get(name, _REAR) for name in names]
        total = sum(weights)
        self._planar = planar
        self._weights = [weight / total for weight in weights] if total else [1 / len(names)] * len(names)
        self._front = (names.index("FL"), names.index("FR")) if {"FL", "FR"} <= set(names) else None

    def mono(self, samples: NDArray[Any]) -> NDArray[np.float32]:
        """float32[n] in [-1, 1] from [channels, n], or from [1, n * channels] when channels alternate.

        What is no number, and what lies far beyond full scale, is no sound: silence.
        """
        apart = samples if self._planar else samples.reshape(-1, len(self._weights)).T
        scale = _SCALE.get(samples.dtype.str[1:], 1.0)
        offset = scale if samples.dtype == np.uint8 else 0.0
        total = np.zeros(apart.shape[1], np.float32)
        front: list[NDArray[np.float32]] = []
        for number, (channel, weight) in enumerate(zip(apart, self._weights, strict=True)):
            heard = _sound((channel.astype(np.float32) - np.float32(offset)) / np.float32(scale))
            if self._front is not None and number in self._front:
                front.append(heard)
                if len(front) == 2 and _cancel(*front):
                    heard = -heard
            total += np.float32(weight) * heard
        return total


def _names(layout: av.AudioLayout) -> list[str]:
    """Where the channels stand; where a file does not say, as FFmpeg takes their number (channel_layout.c)."""
    names = [channel.name for channel in layout.channels]
    usual = _USUAL.get(len(names), "")
    return [channel.name for channel in av.AudioLayout(usual).channels] if usual and set(names) == {"NONE"} else names


def _sound(channel: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[n] without what is no sound."""
    bad = ~(np.abs(channel) <= _LOUDEST)
    if bad.any():
        channel[bad] = 0.0
        if bad.mean() > _SPOILT:
            channel[:] = 0.0
    return channel


def _cancel(left: NDArray[np.float32], right: NDArray[np.float32]) -> bool:
    """Whether one channel is the other one turned over: people hear both, a mean would hear nothing."""
    both = float(np.sqrt(np.dot(left, left) * np.dot(right, right)))
    return both > 0.0 and float(np.dot(left, right)) < _TURNED * both
