"""What the judgement of a split and the comparison of two models say. No torch; the Train panel reads these."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.json_codec import build, plain

FOLDER = "compare"  # of a run: one JSON file for each model that it was compared with


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95% bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Judgement of one split; ``confusion[i][j]``: utterances of true class i predicted as j."""

    weighted_f1: Interval
    accuracy: Interval
    class_f1: Mapping[str, Interval]
    ece: float
    confusion: tuple[tuple[int, ...], ...]
    utterances: int
    dialogues: int


@dataclass(frozen=True, slots=True)
class Flip:
    """An utterance that the two models call differently."""

    dialogue: str
    utterance: str  # in a corpus of projects the project's own id
    medium: Path | None  # the video, or the utterance's own clip
    start: float  # seconds of media time
    end: float
    speaker: str
    text: str | None
    label: str | None  # what people decided
    before: str  # what the other model says
    after: str  # what the run's model says
    before_probabilities: Mapping[str, float]
    after_probabilities: Mapping[str, float]

    @property
    def better(self) -> bool | None:
        """Whether the run's model is right where the other is not; None where neither or nobody knows."""
        return None if self.label not in (self.before, self.after) else self.label == self.after


FEWEST = 5  # dialogues: a bootstrap over fewer says nothing about chance


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same held-out dialogues. ``difference`` is of weighted F1, ours minus theirs, paired."""

    labels: tuple[str, ...]
    split: str
    our_name: str
    their_name: str
    ours: Scores
    theirs: Scores
    difference: Interval
    more_than_chance: bool  # the interval of the difference leaves zero out, over dialogues enough
    flips: tuple[Flip, ...]
    left_out: tuple[str, ...] = ()  # held-out dialogues that one of the two has learnt from, one sentence each


def read_comparison(path: Path) -> Comparison:
    """Raises TrainingError for a missing or damaged file."""
    try:
        found: Comparison = build(Comparison, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read ({error}); compare the models again.") from error
    return found


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(plain(comparison), ensure_ascii=False, indent=2).encode())


def comparisons_of(run: Path) -> list[Path]:
    """The comparisons in a run folder, the newest first."""
    return sorted((run / FOLDER).glob("*.json"), key=lambda path: -path.stat().st_mtime)
