"""Which part of the file the timeline shows, and how seconds become pixels. No Qt."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SHORTEST = 0.1  # seconds; closer than this there is nothing more to see
_LEAD = 0.05  # share of the view that stays visible before the playhead on a new page


@dataclass(frozen=True, slots=True)
class Viewport:
    """The visible span of a file of ``duration`` seconds on ``width`` pixels. Immutable: every move gives another one.

    The span always lies inside the file and is never shorter than `SHORTEST` (or the whole file, if that is shorter).
    """

    duration: float
    width: float
    start: float
    span: float

    @classmethod
    def whole(cls, duration: float, width: float) -> "Viewport":
        """The view of a whole file. ``duration`` 0 stands for "nothing open"."""
        return cls(duration, max(1.0, width), 0.0, max(duration, 1e-3))

    @property
    def end(self) -> float:
        return self.start + self.span

    @property
    def pixels_per_second(self) -> float:
        return self.width / self.span

    @property
    def is_whole(self) -> bool:
        """Whether the complete file is visible."""
        return self.span >= self.duration

    def x_of(self, time: float) -> float:
        """Pixels from the left edge; may lie outside of the view."""
        return (time - self.start) * self.width / self.span

    def xs_of(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """`x_of` of an array of times."""
        return (times - self.start) * (self.width / self.span)

    def time_at(self, x: float) -> float:
        """Media time under a pixel; inside the file also for pixels outside of the view."""
        return min(max(0.0, self.start + x * self.span / self.width), self.duration)

    def edges(self, columns: int) -> NDArray[np.float64]:
        """The ``columns + 1`` times that bound as many columns of equal width. Read only."""
        return _edges(self.start, self.end, columns)

    def shows(self, time: float) -> bool:
        return self.start <= time <= self.end

    def overlaps(self, start: float, end: float) -> bool:
        return start < self.end and end > self.start

    def zoomed(self, factor: float, x: float) -> "Viewport":
        """Closer (``factor`` > 1) or further, with the time under pixel ``x`` staying where it is."""
        anchor = self.start + x * self.span / self.width
        span = self._allowed(self.span / factor)
        return self._at(anchor - x * span / self.width, span)

    def moved(self, seconds: float) -> "Viewport":
        return self._at(self.start + seconds, self.span)

    def spanning(self, start: float, end: float) -> "Viewport":
        """Exactly ``start`` to ``end``, as far as the limits allow."""
        span = self._allowed(end - start)
        return self._at((start + end - span) / 2, span)

    def paged(self, time: float) -> "Viewport":
        """The next page if ``time`` is right of the view, the page before if it is left of it."""
        return self.beginning(time) if time > self.end else self._at(time + _LEAD * self.span - self.span, self.span)

    def beginning(self, time: float) -> "Viewport":
        """The same span with ``time`` close to its left edge."""
        return self._at(time - _LEAD * self.span, self.span)

    def resized(self, width: float) -> "Viewport":
        """The same span on another width."""
        return replace(self, width=max(1.0, width))

    def _allowed(self, span: float) -> float:
        longest = max(self.duration, 1e-3)
        return min(max(span, min(SHORTEST, longest)), longest)

    def _at(self, start: float, span: float) -> "Viewport":
        return replace(self, start=min(max(0.0, start), max(0.0, self.duration - span)), span=span)


@lru_cache(maxsize=4)
def _edges(start: float, end: float, columns: int) -> NDArray[np.float64]:
    """Every track of a picture needs the same ones."""
    edges = np.linspace(start, end, columns + 1)
    edges.setflags(write=False)
    return edges
