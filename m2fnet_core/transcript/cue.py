"""A timed cue, as subtitle files and streams hold it. No torch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """Text shown from ``start`` to ``end`` seconds of media time, lines and mark-up as stored."""

    start: float
    end: float
    text: str
    speaker: str = ""  # where the format says so beside the text
