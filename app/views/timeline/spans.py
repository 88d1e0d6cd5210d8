"""Many time spans at once: which are visible, and how much of each pixel column they cover. No Qt."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Spans:
    """Spans sorted by their start; they may overlap. ``starts`` and ``ends`` are float64[n] seconds."""

    def __init__(self, starts: Floats, ends: Floats) -> None:
        self.starts, self.ends = starts, ends
        # The furthest end so far never decreases, so it can be searched though single ends are unsorted.
        self._reach = np.maximum.accumulate(ends) if len(ends) else ends

    def __len__(self) -> int:
        return len(self.starts)

    def within(self, start: float, end: float) -> Ints:
        """Positions of the spans that overlap ``start`` to ``end``, in order."""
        low = int(np.searchsorted(self._reach, start, side="right"))
        high = int(np.searchsorted(self.starts, end, side="left"))
        return np.arange(low, high)[self.ends[low:high] > start]

    def at(self, time: float, slack: float = 0.0) -> int | None:
        """The span that covers ``time``, the latest to start first; else the nearest one within ``slack`` seconds."""
        found = self.within(time - slack - 1e-9, time + slack + 1e-9)
        if not len(found):
            return None
        starts, ends = self.starts[found], self.ends[found]
        distance = np.maximum(0.0, np.maximum(starts - time, time - ends))
        return int(found[np.lexsort((-starts, distance))[0]])


class Cover:
    """Integrals over time of weights that spans carry, prepared once, read for any columns.

    ``weights`` is float64[n, k]: each span carries k weights. Where spans overlap, their weights add up.
    """

    def __init__(self, spans: Spans, weights: Floats) -> None:
        times = np.concatenate((spans.starts, spans.ends))
        self._knots, where = np.unique(times, return_inverse=True)
        slopes = np.zeros((len(self._knots), weights.shape[1]))
        np.add.at(slopes, where, np.concatenate((weights, -weights)))
        self._slopes = np.cumsum(slopes, axis=0)
        steps = self._slopes[:-1] * np.diff(self._knots)[:, None]
        self._sums = np.concatenate((np.zeros((min(1, len(times)), weights.shape[1])), np.cumsum(steps, axis=0)))

    def columns(self, edges: Floats) -> Floats:
        """Mean weight in each column: float64[len(edges) - 1, k]. ``edges`` ascend, in seconds."""
        if not len(self._knots):
            return np.zeros((len(edges) - 1, self._slopes.shape[1]))
        place = np.searchsorted(self._knots, edges, side="right") - 1
        inside = np.maximum(place, 0)
        past = np.where(place < 0, 0.0, edges - self._knots[inside])
        totals = self._sums[inside] + self._slopes[inside] * past[:, None]
        means = np.diff(totals, axis=0) / np.diff(edges)[:, None]
        return np.where(np.abs(means) < 1e-9, 0.0, means)


def one_hot(codes: Ints, classes: int) -> Floats:
    """float64[n, classes] with a one at each code."""
    weights = np.zeros((len(codes), classes))
    weights[np.arange(len(codes)), codes] = 1.0
    return weights
