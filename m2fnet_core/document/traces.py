"""Continuous traces of valence and arousal: from what a hand did to values on a grid, and to curves of annotators."""

import binascii
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from m2fnet_core.document.commands import new_id
from m2fnet_core.document.content import Dimension, Take

RATE = 25  # values per second of media time
GAP = 1.0  # seconds of media time without a value that are not filled in
_SAME = 1e-6  # seconds
_ONE = 32767  # of an int16

Floats = npt.NDArray[np.float64]
Events = Sequence[tuple[float, float] | None]  # media time and value; None: what follows is not connected


def packed(values: Floats) -> str:
    """Values of -1 to 1 as `Take` keeps them."""
    whole = np.rint(np.clip(values, -1.0, 1.0) * _ONE).astype("<i2")
    return binascii.b2a_base64(whole.tobytes(), newline=False).decode("ascii")


def unpacked(samples: str) -> Floats:
    """float64[n] of -1 to 1. Raises ValueError for text that `packed` did not make."""
    return np.frombuffer(binascii.a2b_base64(samples, strict_mode=True), "<i2").astype(float) / _ONE


def values_of(take: Take) -> Floats:
    """float64[n]. Raises ValueError."""
    return unpacked(take.samples)


def takes_of(events: Events, head: Take) -> tuple[Take, ...]:
    """What a hand did, as takes that are like ``head`` but for id, place and samples.

    Between two values lies a straight line. Where media time jumps (a seek, a loop), stands for more than `GAP` or
    runs back, a take ends; one of a single moment is dropped.
    """
    found = (_on_grid(run) for run in _runs(events) if len(run) > 1)
    return tuple(
        replace(head, id=new_id(), first=first, samples=packed(values)) for first, values in found if len(values)
    )


def _runs(events: Events) -> Iterator[list[tuple[float, float]]]:
    """Connected events, with rising times; of several at one time the last counts."""
    run: list[tuple[float, float]] = []
    for event in events:
        if event is not None and run and abs(event[0] - run[-1][0]) < _SAME:
            run[-1] = run[-1][0], event[1]
            continue
        if run and (event is None or not 0.0 < event[0] - run[-1][0] <= GAP):
            yield run
            run = []
        if event is not None:
            run.append(event)
    if run:
        yield run


def _on_grid(run: Sequence[tuple[float, float]]) -> tuple[int, Floats]:
    """Place of the first point on the grid, and the values from there on."""
    times, values = np.array(run, float).T
    first, last = int(np.ceil(times[0] * RATE - _SAME)), int(np.floor(times[-1] * RATE + _SAME))
    return first, np.interp(np.arange(first, last + 1) / RATE, times, values)


def curves(takes: Iterable[Take], dimension: Dimension) -> dict[str, Floats]:
    """Of one medium: float64[n] by annotator from media time 0 on, NaN where nothing was traced; all of one length.

    Later takes lie over earlier ones; what was recorded with a lag lies that much earlier.
    """
    placed = [(t.annotator, t.first - round(t.lag * RATE), values_of(t)) for t in takes if t.dimension == dimension]
    length = max((first + len(values) for _, first, values in placed), default=0)
    found: dict[str, Floats] = {}
    for annotator, first, values in placed:
        curve = found.setdefault(annotator, np.full(max(0, length), np.nan))
        cut = min(max(0, -first), len(values))  # before the beginning there is no media time
        curve[first + cut : first + len(values)] = values[cut:]
    return found
