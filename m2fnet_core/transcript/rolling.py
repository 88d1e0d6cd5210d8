"""Captions that roll or highlight: each line is said once, however often it is shown. No torch."""

from collections.abc import Sequence
from dataclasses import replace

from m2fnet_core.transcript.cue import Cue
from m2fnet_core.transcript.markup import strip_markup

_NEAR = 0.5  # seconds between two cues of which one goes on with the other
_FLASH = 0.05  # seconds of a cue that is only there to roll
_USUAL = 0.5  # share of a file's cues that must repeat lines, so that what people say twice stays


def unrolled(cues: Sequence[Cue]) -> list[Cue]:
    """The cues without lines that the one before showed already; nothing where repeating is not the file's habit."""
    lines = [_lines(cue) for cue in cues]
    said = [[strip_markup(line) for line in some] for some in lines]
    shared = [0, *(_shared(cues[at - 1], cues[at], said[at - 1], said[at]) for at in range(1, len(cues)))]
    moved = sum(_moved(cues[at - 1], cues[at], said[at - 1], shared[at]) for at in range(1, len(cues)))
    if moved < max(2, _USUAL * (len(cues) - 1)):
        return [*cues]
    found: list[Cue] = []
    for cue, raw, count in zip(cues, lines, shared, strict=True):
        if count < len(raw):
            found.append(replace(cue, text="\n".join(raw[count:])))
        elif found and cue.end - cue.start > _FLASH:
            found[-1] = replace(found[-1], end=max(found[-1].end, cue.end))
    return found


def _moved(before: Cue, cue: Cue, said: Sequence[str], count: int) -> bool:
    """Whether a line rolled or a mark moved: the very same cue once more is what somebody said again."""
    return count > 0 and (count < len(said) or len(_lines(cue)) > count or cue.text != before.text)


def _lines(cue: Cue) -> list[str]:
    return [line for line in cue.text.split("\n") if strip_markup(line)]


def _shared(before: Cue, cue: Cue, said: Sequence[str], now: Sequence[str]) -> int:
    """How many lines the cue begins with that the one before ended with."""
    if not now or not -_NEAR <= cue.start - before.end <= _NEAR:
        return 0
    return next((count for count in range(min(len(said), len(now)), 0, -1) if said[-count:] == now[:count]), 0)
