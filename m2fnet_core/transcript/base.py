"""What every reader of transcripts hands back. No torch."""

from dataclasses import dataclass

from m2fnet_core.base.dialogue import Utterance


@dataclass(frozen=True, slots=True)
class Transcript:
    """Utterances as read, repaired or detected; each notice is one sentence the user must see."""

    utterances: tuple[Utterance, ...]
    notices: tuple[str, ...] = ()


def numbered_id(position: int) -> str:
    """Id of the utterance at ``position`` (from 0) of a file: the same at every reading of that file."""
    return f"u{position + 1:04d}"
