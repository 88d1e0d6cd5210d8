"""What every corpus reader hands back. No torch."""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from m2fnet_core.base.dialogue import Dialogue, Utterance
from m2fnet_core.base.errors import TrainingError

SPLITS = ("train", "validation", "test")
_ALSO = {"image": "file", "filename": "file", "emotion": "label"}  # columns of other people's labels.csv


@dataclass(frozen=True, slots=True)
class Corpus:
    """Dialogues by split. A label outside the run's set is None: context that is not scored."""

    name: str
    splits: Mapping[str, tuple[Dialogue, ...]]
    problems: tuple[str, ...] = ()  # missing or corrupt parts, one sentence each
    missing: tuple[str, ...] = ()  # clips that are not there or known to be corrupt, each by name


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled picture or clip of an extractor's corpus. ``member`` names a file inside a tar ``path``."""

    path: Path
    label: str
    split: str
    speaker: str = ""
    member: str = ""
    align: bool = False  # a picture whose face has to be found first

    @property
    def name(self) -> str:
        """Tells it from all others."""
        return str(self.path / self.member)


@dataclass(frozen=True, slots=True)
class Items:
    """All labelled pictures or clips of a corpus."""

    name: str
    items: tuple[Item, ...]
    problems: tuple[str, ...] = ()

    def of(self, split: str) -> tuple[Item, ...]:
        """Those of one split."""
        return tuple(item for item in self.items if item.split == split)


def table_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a labels.csv by column; cells that a short row lacks are empty. Raises TrainingError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            columns = [_ALSO.get(name, name) for name in next(csv.reader(file), [])]
            rows = list(csv.DictReader(file, columns, restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{path} cannot be read ({error}); save it as a csv file in UTF-8.") from error
    if not {"file", "label"} <= set(columns):
        raise TrainingError(f"{path} needs the columns file and label; it has {', '.join(columns)}.")
    return rows


def name_share(name: str) -> float:
    """A number in [0, 1) that follows from a name alone, so that what it names stays in its part for good."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32


def mapped_label(word: str, labels: Sequence[str], label_map: Mapping[str, str]) -> str | None:
    """A corpus's word as a label of the run's set; None when the map leaves it out or the set does not have it."""
    label = label_map.get(word, word)
    return label if label in labels else None


def label_dialogues(
    dialogues: Iterable[Dialogue], labels: Sequence[str], label_map: Mapping[str, str]
) -> tuple[Dialogue, ...]:
    """The dialogues with their utterances' labels in the run's set."""

    def label(utterance: Utterance) -> Utterance:
        return replace(utterance, label=mapped_label(utterance.label or "", labels, label_map))

    return tuple(replace(d, utterances=tuple(label(u) for u in d.utterances)) for d in dialogues)


def require_labels(name: str, found: Iterable[str | None], labels: Sequence[str]) -> list[str]:
    """At most one sentence: which labels of the set do not occur.

    Raises TrainingError when fewer than two occur: nothing can be learnt from that.
    """
    known = sorted({label for label in found if label is not None})
    if len(known) < 2:
        what = f"only the label {known[0]}" if known else "no label"
        raise TrainingError(
            f"{name} has {what} of the set ({', '.join(labels)}); add data, or map its labels with label_map."
        )
    absent = [label for label in labels if label not in known]
    return [f"{name} has no example of {', '.join(absent)}, of which nothing can be learnt."] if absent else []
