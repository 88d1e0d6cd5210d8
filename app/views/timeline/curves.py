"""The traces of the open video as curves, worked out once for each change."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from m2fnet_core.document.content import Dimension, Take
from m2fnet_core.document.trace_agreement import Aggregate, aggregated
from m2fnet_core.document.traces import RATE, Events, Floats, curves

_LATEST = 3000  # events of a recording that are drawn while it goes on: two minutes; then all of it


class Curves:
    """Everybody's curves by dimension. ``live`` is what is being recorded: its dimension and what came so far."""

    def __init__(self, takes: Sequence[Take] = ()) -> None:
        self._takes = tuple(takes)
        self.annotators = tuple(sorted({take.annotator for take in takes}))
        self.live: tuple[Dimension, Events] | None = None

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Those that somebody traced or traces."""
        live = None if self.live is None else self.live[0]
        return tuple(each for each in Dimension if each is live or any(take.dimension is each for take in self._takes))

    @cached_property
    def _found(self) -> Mapping[Dimension, Mapping[str, Floats]]:
        return {dimension: curves(self._takes, dimension) for dimension in Dimension}

    @cached_property
    def _together(self) -> Mapping[Dimension, Aggregate]:
        return {dimension: aggregated(found) for dimension, found in self._found.items() if len(found) > 1}

    def of(self, dimension: Dimension) -> Mapping[str, Floats]:
        """float64[n] by annotator."""
        return self._found[dimension]

    def mean(self, dimension: Dimension) -> Floats | None:
        """Of all annotators, each moved by how late they are; None with less than two."""
        together = self._together.get(dimension)
        return None if together is None else together.mean

    def live_values(self) -> Floats:
        """The latest of what is being recorded, on the grid."""
        latest = () if self.live is None else self.live[1][-_LATEST:]
        events = [event for event in latest if event is not None]
        if not events:
            return np.zeros(0)
        places = np.rint([event[0] * RATE for event in events]).astype(int)
        values = np.full(places.max() + 1, np.nan)
        for place, before, event in zip(places, (0, *places), events, strict=False):
            close = 0 < place - before <= RATE
            values[before + 1 if close else place : place + 1] = event[1]
        return values

    def named(self, dimension: Dimension) -> str:
        """The name of a lane, with the agreement where it is known."""
        together = self._together.get(dimension)
        known = together is not None and np.isfinite(together.icc)
        return dimension.capitalize() + (f" · ICC {together.icc:.2f}" if together is not None and known else "")

    def told(self, dimension: Dimension) -> str:
        """Who traced, and how far they agree, in words."""
        found, together = self.of(dimension), self._together.get(dimension)
        words = f"traced by {', '.join(found)}" if found else "being traced"
        if together is None:
            return words
        if not np.isfinite(together.icc):
            return f"{words}; too little is traced by all to measure agreement"
        late = ", ".join(f"{name} {lag:+.2f} s" for name, lag in together.lags.items())
        figures = f"ICC(2,1) {together.icc:.2f}, moved by the delays {together.aligned_icc:.2f}, CCC {together.ccc:.2f}"
        return f"{words}; {figures} over {together.shared:.0f} s; delays: {late}"
