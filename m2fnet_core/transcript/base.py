"""What every reader of transcripts hands back. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass

from m2fnet_core.dialogue import Utterance


@dataclass(frozen=True, slots=True)
class Transcript:
    """Utterances as read, repaired or detected; each notice is one sentence the user must see."""

    utterances: tuple[Utterance, ...]
    notices: tuple[str, ...] = ()


def numbered_id(position: int) -> str:
    """Id of the utterance at ``position`` (from 0) of a file: the same at every reading of that file."""
    return f"u{position + 1:04d}"


def count(number: int, noun: str) -> str:
    """``1 cue``, ``2 cues``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def some(names: Sequence[str], most: int = 3) -> str:
    """The first few of ``names`` for a notice: ``u0001, u0002, u0003, …``."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
