"""Many time spans at once: which are visible, and how much of each pixel column they cover. No Qt."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
NOISE = 1e-6  # a mean weight below this is rounding


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

    ``weights`` is float64[k, n], none negative: each span carries k weights. Where spans overlap, they add up.
    """

    def __init__(self, spans: Spans, weights: Floats) -> None:
        self._width = len(weights)
        self._used = np.flatnonzero(weights.any(axis=1))  # few of the weights occur at all
        weights = weights[self._used]
        self._knots, where = np.unique(np.concatenate((spans.starts, spans.ends)), return_inverse=True)
        slopes = np.zeros((len(self._used), len(self._knots)))
        np.add.at(slopes.T, where, np.concatenate((weights, -weights), axis=1).T)
        self._slopes = np.cumsum(slopes, axis=1)
        self._sums = np.zeros_like(slopes)
        np.cumsum(self._slopes[:, :-1] * np.diff(self._knots), axis=1, out=self._sums[:, 1:])

    def columns(self, edges: Floats) -> Floats:
        """Mean weight in each column: float64[k, len(edges) - 1], exact to `NOISE`. ``edges`` ascend, in seconds."""
        result = np.zeros((self._width, len(edges) - 1))
        if len(self._used):
            place = np.searchsorted(self._knots, edges, side="right") - 1
            inside = np.maximum(place, 0)
            past = np.where(place < 0, 0.0, edges - self._knots[inside])
            totals = self._sums.take(inside, axis=1) + self._slopes.take(inside, axis=1) * past
            result[self._used] = np.maximum(0.0, (totals[:, 1:] - totals[:, :-1]) / (edges[1:] - edges[:-1]))
        return result


def one_hot(codes: Ints, classes: int) -> Floats:
    """float64[classes, n] with a one at each code."""
    weights = np.zeros((classes, len(codes)))
    weights[codes, np.arange(len(codes))] = 1.0
    return weights
