"""A part of the medium that playing is locked to."""

from dataclasses import dataclass

from m2fnet_core.media.index import FrameIndex

_EXACT = 1e-6  # seconds


@dataclass(frozen=True, slots=True)
class Span:
    """Media seconds [start, end)."""

    start: float
    end: float
    loop: bool = False

    def covers(self, time: float) -> bool:
        """Whether something shown at ``time`` belongs to the span."""
        return self.start - _EXACT <= time < self.end - _EXACT

    def passed(self, time: float) -> bool:
        """Whether ``time`` is at the end or after it."""
        return time >= self.end - _EXACT

    def ends_before_next(self, index: FrameIndex | None, number: int, time: float) -> bool:
        """Whether the end comes before the next frame (or, without frames, within a fifth of a second)."""
        if index is None or number < 0:
            return self.end - time < 0.2
        return index.until(number) >= self.end - _EXACT
