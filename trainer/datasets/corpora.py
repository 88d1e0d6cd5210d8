"""All corpora of a run, by kind. No torch."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from m2fnet_core.dialogue import Dialogue
from m2fnet_core.errors import TrainingError
from trainer.config import CorpusConfig, RunConfig
from trainer.datasets.base import SPLITS, Corpus
from trainer.datasets.meld import read_meld
from trainer.datasets.packs import Vectors, read_pack

Reader = Callable[[Path, Sequence[str], Mapping[str, str]], Corpus]
DIALOGUE_READERS: Mapping[str, Reader] = {
    "meld": read_meld,
    "pack": lambda folder, labels, label_map: read_pack(folder, labels, label_map)[0],
}


def read_dialogues(run: RunConfig) -> dict[str, tuple[Dialogue, ...]]:
    """The dialogues of all corpora by split, ids prefixed by their corpus.

    Raises TrainingError: no corpus with dialogues, a missing folder, no training or validation split.
    """
    splits: dict[str, tuple[Dialogue, ...]] = dict.fromkeys(SPLITS, ())
    corpora = [c for c in run.corpora if c.kind in DIALOGUE_READERS]
    if not corpora:
        raise TrainingError(
            f"The run {run.name} names no corpus with dialogues; add one under [[corpora]] in run.toml."
        )
    for config in corpora:
        read = DIALOGUE_READERS[config.kind](present_folder(config), run.labels, config.label_map)
        for split, dialogues in read.splits.items():
            splits[config.split or split] += dialogues
    for split in SPLITS[:2]:
        if not splits[split]:
            raise TrainingError(f"The corpora of {run.name} have no {split} split; add one.")
    return splits


def read_vectors(run: RunConfig) -> Vectors:
    """Vectors of all feature packs of the run. Raises TrainingError when there is none."""
    packs = [c for c in run.corpora if c.kind == "pack"]
    if not packs:
        raise TrainingError(f"The run {run.name} names no feature pack; add one under [[corpora]] in run.toml.")
    return {
        key: value for c in packs for key, value in read_pack(present_folder(c), run.labels, c.label_map)[1].items()
    }


def present_folder(config: CorpusConfig) -> Path:
    """The corpus's folder. Raises TrainingError when it is not there."""
    if not config.folder.is_dir():
        raise TrainingError(
            f"There is no folder {config.folder} for the {config.kind} corpus; correct folder in run.toml."
        )
    return config.folder
