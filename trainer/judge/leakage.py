"""Whether a model that a run builds on has learnt from what the run is tested on. No torch."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from m2fnet_core.base.dialogue import Dialogue
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.bundle.card import STARTER
from m2fnet_core.bundle.info import BundleInfo, read_info
from trainer.config import SHIPPED, RunConfig
from trainer.datasets.documents import PIECE, piece_of

_NAMED = 5


def pieces(dialogues: Iterable[str]) -> set[str]:
    """The pieces of people's own videos among dialogues, by their ids."""
    return {piece for one in dialogues if (piece := piece_of(one))}


def known_to(info: BundleInfo, dialogues: Sequence[Dialogue]) -> list[Dialogue]:
    """The dialogues that a model was trained on."""
    return [dialogue for dialogue in dialogues if piece_of(dialogue.id) in set(info.training_pieces)]


def described(dialogue: Dialogue) -> str:
    """Where in which video a dialogue is, for people."""
    name = dialogue.media.name if dialogue.media else "a video that is missing"
    minute = int(dialogue.utterances[0].start // PIECE)
    return f"minute {minute + 1} of {name}"


def start_place(config: RunConfig) -> Path | None:
    """The bundle's folder that a run starts from; None: from scratch, or from the one that ships while none does."""
    if config.start_from == SHIPPED:
        return STARTER if STARTER.is_dir() else None
    return Path(config.start_from) if config.start_from else None


def refuse_leaks(config: RunConfig, test: Sequence[Dialogue]) -> None:
    """Raise TrainingError, with the list, when the model of ``start_from`` has learnt from dialogues of the test."""
    place = start_place(config)
    if place is None:
        return
    info = read_info(place)
    both = list(dict.fromkeys(described(dialogue) for dialogue in known_to(info, test)))
    if both:
        more = f" and {len(both) - _NAMED} more" if len(both) > _NAMED else ""
        raise TrainingError(
            f"The model {info.name} has learnt from what this run is tested on ({', '.join(both[:_NAMED])}{more}), so "
            "its figures would mean nothing; start from another model."
        )
