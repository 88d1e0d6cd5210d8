"""How the tracks share the height of the timeline. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What one track would like, in pixels. A rigid track keeps its wanted height whatever happens."""

    wanted: int
    least: int
    rigid: bool = False


def share(wishes: Sequence[Wish], available: int) -> list[int]:
    """Heights that fill ``available`` pixels, in proportion to what is wanted.

    They add up to more than is available only when every track is at its least: then the tracks scroll.
    """
    heights = [w.wanted if w.rigid else w.least for w in wishes]
    loose = [i for i, w in enumerate(wishes) if not w.rigid]
    left = available - sum(w.wanted for w in wishes if w.rigid)
    while loose:
        scale = left / max(1, sum(wishes[i].wanted for i in loose))
        small = [i for i in loose if wishes[i].wanted * scale < wishes[i].least]
        if not small:
            break
        loose = [i for i in loose if i not in small]
        left -= sum(wishes[i].least for i in small)
    for place, i in enumerate(loose):
        rest = sum(wishes[j].wanted for j in loose[place:])
        heights[i] = round(left * wishes[i].wanted / max(1, rest))
        left -= heights[i]
    return heights


def move_border(heights: Sequence[int], wishes: Sequence[Wish], border: int, by: int) -> list[int]:
    """Drag the border below track ``border`` by ``by`` pixels (down is positive); neighbours give or take the rest.

    What one side gains the other side loses, nearest track first, none below its least.
    """
    result = list(heights)
    above = [i for i in range(border, -1, -1) if not wishes[i].rigid]
    below = [i for i in range(border + 1, len(result)) if not wishes[i].rigid]
    growing, shrinking = (above, below) if by > 0 else (below, above)
    room = sum(result[i] - wishes[i].least for i in shrinking)
    taken = min(abs(by), max(0, room)) if growing else 0
    left = taken
    for i in shrinking:
        part = min(left, max(0, result[i] - wishes[i].least))
        result[i] -= part
        left -= part
    if growing:
        result[growing[0]] += taken
    return result
