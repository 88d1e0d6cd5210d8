"""Small sums of editing utterances: where an edge snaps to, which bounds are possible, where a text is cut."""

from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST = 0.05  # seconds: no utterance gets shorter than this


@dataclass(frozen=True, slots=True)
class Bounds:
    """Start and end of an utterance in media seconds."""

    start: float
    end: float

    def with_start(self, time: float) -> "Bounds":
        """The start moves, but not past the end or the beginning of the medium."""
        return Bounds(max(0.0, min(time, self.end - SHORTEST)), self.end)

    def with_end(self, time: float, duration: float) -> "Bounds":
        """The end moves, but not past the start or the end of the medium."""
        return Bounds(self.start, min(duration, max(time, self.start + SHORTEST)))

    def moved(self, by: float, duration: float) -> "Bounds":
        """The whole utterance moves inside the medium; its length stays."""
        by = max(-self.start, min(by, duration - self.end))
        return Bounds(self.start + by, self.end + by)


def snapped(time: float, goals: Iterable[float], reach: float) -> float:
    """The goal nearest to ``time`` that is at most ``reach`` seconds away, else ``time`` itself."""
    nearest = min(goals, key=lambda goal: abs(goal - time), default=time)
    return nearest if abs(nearest - time) <= reach else time


def moved_to_goal(bounds: Bounds, goals: Iterable[float], reach: float, duration: float) -> Bounds:
    """The body snaps by whichever of its edges is nearer to a goal."""
    goals = tuple(goals)
    steps = [snapped(edge, goals, reach) - edge for edge in (bounds.start, bounds.end)]
    real = [step for step in steps if step]
    return bounds.moved(min(real, key=abs), duration) if real else bounds


def can_split(bounds: Bounds, at: float) -> bool:
    """Whether both parts would be long enough."""
    return bounds.start + SHORTEST <= at <= bounds.end - SHORTEST


def split_text(text: str | None, share: float) -> tuple[str | None, str | None]:
    """Cut at the word gap nearest to ``share`` (0 to 1) of the text; a part without words is None."""
    words = (text or "").split()
    if not words:
        return None, None
    whole = " ".join(words)
    gaps = [0]
    for word in words:
        gaps.append(gaps[-1] + len(word) + 1)
    cut = min(gaps, key=lambda gap: abs(gap - share * len(whole)))
    return whole[:cut].strip() or None, whole[cut:].strip() or None
