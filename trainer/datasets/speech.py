"""Labelled speech: RAVDESS and EMO-DB folders, ``root/class/*``, or a csv (file, label, speaker). No torch."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from m2fnet_core.base.errors import TrainingError
from trainer.config import CorpusConfig
from trainer.datasets.base import Item, Items, mapped_label, name_share, table_rows
from trainer.datasets.folders import files_under, told_copies, without_copies

SUFFIXES = frozenset((".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".aac", ".aif", ".aiff"))
Named = tuple[str, str]  # word for the emotion, speaker


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a corpus's file names tell emotion and speaker: groups of ``pattern``, and what the codes mean."""

    pattern: re.Pattern[str]
    emotion: int
    speaker: int
    words: Mapping[str, str]

    def named(self, path: Path) -> Named | None:
        """None for a name of another form or an unknown code."""
        match = self.pattern.fullmatch(path.stem)
        return (
            (self.words[match[self.emotion]], match[self.speaker])
            if match and match[self.emotion] in self.words
            else None
        )


_EMOTIONS = ("neutral", "neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise")  # calm counts as neutral
RAVDESS = Scheme(
    re.compile(r"\d\d-\d\d-(\d\d)-\d\d-\d\d-\d\d-(\d\d)"),
    emotion=1,
    speaker=2,
    words={f"{code:02d}": word for code, word in enumerate(_EMOTIONS, 1)},
)
EMODB = Scheme(
    re.compile(r"(\d\d)[ab]\d\d([WLEAFTN])[a-z]?"),
    emotion=2,
    speaker=1,
    words={"W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "joy", "T": "sadness", "N": "neutral"},
)


def read_speech(config: CorpusConfig, labels: Sequence[str]) -> Items:
    """Clips whose label is of the set. The split comes from the speaker lists, or from ``split``, else "train".

    Of the training part ``validation_share`` is held out: whole speakers, or clips where nobody knows who speaks.
    Raises TrainingError when the folder holds no clip that can be labelled.
    """
    table = config.folder / "labels.csv"
    found, copies = (_from_table(table), []) if table.is_file() else _from_names(config.folder)
    items, unnamed = [], 0
    for path, named in found:
        label = None if named is None else mapped_label(named[0], labels, config.label_map)
        if named is None or label is None:
            unnamed += 1
            continue
        items.append(Item(path, label, _split(config, named[1]), named[1]))
    if not items:
        raise TrainingError(f"{config.folder} has no clip with a label of the set; check its names, or add labels.csv.")
    problems = [f"{unnamed} clips have no label of the set and are left out."] if unnamed else []
    problems += [told_copies(copies)] if copies else []
    return Items(config.folder.name, tuple(_held_out(items, config.validation_share)), tuple(problems))


def _held_out(items: Sequence[Item], share: float) -> list[Item]:
    """The items with this share of the training part's voices in validation; which ones follows from their names."""
    voices = {_voice(item) for item in items if item.split == "train"}
    chosen = set(sorted(voices, key=name_share)[: math.ceil(share * len(voices))])
    return [
        replace(item, split="validation") if item.split == "train" and _voice(item) in chosen else item
        for item in items
    ]


def _voice(item: Item) -> str:
    return item.speaker or f"{item.path.parent.name}/{item.path.name}"


def _split(config: CorpusConfig, speaker: str) -> str:
    if speaker in config.validation_speakers:
        return "validation"
    if speaker in config.test_speakers:
        return "test"
    return config.split or "train"


def _from_table(path: Path) -> list[tuple[Path, Named | None]]:
    return [(path.parent / row["file"], (row["label"], row.get("speaker", ""))) for row in table_rows(path)]


def _from_names(folder: Path) -> tuple[list[tuple[Path, Named | None]], list[Path]]:
    """Every clip with what its name says, and those that are copies."""
    clips, copies = without_copies(files_under(folder, SUFFIXES))
    name = _naming([p.stem for p in clips[:20]])
    return [(path, name(path)) for path in clips], copies


def _naming(stems: Sequence[str]) -> Callable[[Path], Named | None]:
    """The scheme that fits the first names, or the folder of each class."""
    for scheme in (RAVDESS, EMODB):
        if stems and all(scheme.pattern.fullmatch(stem) for stem in stems):
            return scheme.named
    return lambda path: (path.parent.name, "")
