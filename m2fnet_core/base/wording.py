"""Words around numbers and names, as notices use them."""

from collections.abc import Sequence


def count(number: int, noun: str) -> str:
    """``1 cue``, ``2 cues``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def some(names: Sequence[str], most: int = 3) -> str:
    """The first few of ``names`` for a notice: ``u0001, u0002, u0003, …``."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
