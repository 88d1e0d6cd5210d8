"""Long conversations: where one dialogue ends, and windows over one that is too long for the network. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from m2fnet_core.base.dialogue import Utterance


@dataclass(frozen=True, slots=True)
class Window:
    """Utterances ``start`` to ``stop`` go into the network; what it says of ``keep_from`` to ``keep_to`` is kept."""

    start: int
    stop: int
    keep_from: int
    keep_to: int


def split_at_pauses(utterances: Sequence[Utterance], pause_seconds: float) -> list[tuple[Utterance, ...]]:
    """Dialogues in order: a new one begins after silence longer than ``pause_seconds``.

    Utterances that are clips of their own (MELD) have no times in common and stay together.
    """
    dialogues: list[list[Utterance]] = []
    latest = 0.0
    for utterance in utterances:
        if not dialogues or (utterance.media is None and utterance.start - latest > pause_seconds):
            dialogues.append([])
            latest = utterance.end
        dialogues[-1].append(utterance)
        latest = max(latest, utterance.end)
    return [tuple(dialogue) for dialogue in dialogues]


def windows(count: int, longest: int) -> list[Window]:
    """Overlapping windows over ``count`` utterances, none longer than ``longest``, which keep each of them once.

    Each window begins half a window behind the one before and keeps its middle, so that whoever is kept has at least a
    quarter of a window of context on both sides; the first also keeps its beginning, the last its end.
    """
    if count <= longest:
        return [Window(0, count, 0, count)] if count else []
    step = max(1, longest // 2)
    starts = [*range(0, count - longest, step), count - longest]
    edges = [0, *(_seam(left + longest, right) for left, right in pairwise(starts)), count]
    return [
        Window(start, start + longest, low, high) for start, (low, high) in zip(starts, pairwise(edges), strict=True)
    ]


def _seam(stop: int, start: int) -> int:
    """The middle of what two windows share, from ``start`` of the later to ``stop`` of the earlier."""
    return (start + stop) // 2
