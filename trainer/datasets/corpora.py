"""All corpora of a run, by kind. No torch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from m2fnet_core.base.dialogue import Dialogue
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.features.vectors import UtteranceVectors
from trainer.config import CorpusConfig, RunConfig
from trainer.datasets.base import SPLITS, Corpus
from trainer.datasets.documents import read_documents
from trainer.datasets.iemocap import read_iemocap
from trainer.datasets.meld import read_meld
from trainer.datasets.packs import Vectors, read_pack

Reader = Callable[[CorpusConfig, Sequence[str]], Corpus]
DIALOGUE_READERS: Mapping[str, Reader] = {
    "meld": lambda config, labels: read_meld(config.folder, labels, config.label_map),
    "iemocap": read_iemocap,
    "documents": read_documents,
}


def read_dialogues(run: RunConfig) -> tuple[dict[str, tuple[Dialogue, ...]], list[str]]:
    """The dialogues of all corpora by split, each with an id of its own, and what is missing in them.

    Raises TrainingError: no corpus with dialogues, a missing folder, no training or validation split.
    """
    splits: dict[str, tuple[Dialogue, ...]] = dict.fromkeys(SPLITS, ())
    corpora = [c for c in run.corpora if c.kind in DIALOGUE_READERS]
    if not corpora:
        raise TrainingError(
            f"The run {run.name} names no corpus with dialogues; add one under [[corpora]] in run.toml."
        )
    problems = list[str]()
    for number, config in enumerate(corpora):
        present_folder(config)
        read = DIALOGUE_READERS[config.kind](config, run.labels)
        problems += read.problems
        for split, dialogues in read.splits.items():
            splits[split_of(config, split)] += tuple(replace(d, id=_apart(d.id, number)) for d in dialogues)
    _require_splits(run, splits)
    return splits, problems


def read_packs(run: RunConfig, own: Path) -> tuple[dict[str, tuple[Dialogue, ...]], Vectors]:
    """Dialogues by split and vectors of the run's feature packs, and of ``own``, what its features step left.

    Raises TrainingError when there is neither, or no training or validation split.
    """
    packs = [(present_folder(c), c.label_map, c.split) for c in run.corpora if c.kind == "pack"]
    if (own / "utterances.csv").is_file():
        packs.append((own, {}, ""))
    if not packs:
        raise TrainingError(f"The run {run.name} has no vectors: run its step features first, or name a feature pack.")
    splits: dict[str, tuple[Dialogue, ...]] = dict.fromkeys(SPLITS, ())
    vectors = dict[tuple[str, str], UtteranceVectors]()
    for number, (folder, label_map, to) in enumerate(packs):
        corpus, found = read_pack(folder, run.labels, label_map)
        vectors |= {(_apart(dialogue, number), utterance): one for (dialogue, utterance), one in found.items()}
        for split, dialogues in corpus.splits.items():
            splits[to or split] += tuple(replace(d, id=_apart(d.id, number)) for d in dialogues)
    _require_splits(run, splits)
    return splits, vectors


def split_of(config: CorpusConfig, split: str) -> str:
    """The split that a corpus's own ``split`` belongs to in a run; documents keep their parts."""
    return split if config.kind == "documents" else config.split or split


def _apart(dialogue: str, corpus: int) -> str:
    """Dialogues of two corpora may have the same name."""
    return f"{dialogue} ({corpus + 1})" if corpus else dialogue


def _require_splits(run: RunConfig, splits: Mapping[str, Sequence[Dialogue]]) -> None:
    missing = next((split for split in SPLITS[:2] if not splits[split]), None)
    if missing is None:
        return
    if all(corpus.kind == "documents" for corpus in run.corpora):
        raise TrainingError(
            f"The labels of {run.name} are too few for a {missing} part: each minute of a video belongs to one part "
            "for good, and eight minutes hold all; label more of the video, or add another project."
        )
    raise TrainingError(f"The corpora of {run.name} have no {missing} split; add one.")


def present_folder(config: CorpusConfig) -> Path:
    """The corpus's folder (faces: or one tar file, documents: or one project). Raises TrainingError: not there."""
    if not config.folder.is_dir() and not (config.kind in ("faces", "documents") and config.folder.is_file()):
        raise TrainingError(
            f"There is no folder {config.folder} for the {config.kind} corpus; correct folder in run.toml."
        )
    return config.folder
