"""What a project's labels say: emotions by speaker and over time, transitions between turns, and how far the work is.

Everything is counted from one table of labelled turns. Only numpy: the window computes this itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from m2fnet_core.document.content import Decision, Document, Turn
from m2fnet_core.document.formats import LabelChoice
from m2fnet_core.document.review import decided

_NOTHING = Decision("", "")
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Following(StrEnum):
    """Which turn comes after a turn."""

    ANY = "any"  # the next one
    SAME = "same"  # the speaker's own next one, whoever spoke in between
    OTHER = "other"  # the next one, where somebody else says it


@dataclass(frozen=True, slots=True, eq=False)
class Sayings:
    """Turns as arrays [n], in order of their start inside each medium. ``label`` -1: it has none."""

    labels: tuple[str, ...]
    speakers: tuple[str, ...]  # names in order of first appearance; "" is nobody
    media: tuple[str, ...]  # ids
    label: Ints
    speaker: Ints
    medium: Ints
    start: Floats  # seconds
    end: Floats
    duration: Floats  # seconds, of the media [m]

    @property
    def labelled(self) -> int:
        """Turns with a label."""
        return int((self.label >= 0).sum())


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an annotator is. ``decided`` has those that shall not be labelled in it (``skipped``)."""

    utterances: int = 0
    analysed: int = 0
    decided: int = 0
    skipped: int = 0
    unsure: int = 0
    seconds: float = field(default=0.0, kw_only=True)  # spent on decisions

    @property
    def left(self) -> int:
        """Not decided yet."""
        return self.utterances - self.decided

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            self.utterances + other.utterances,
            self.analysed + other.analysed,
            self.decided + other.decided,
            self.skipped + other.skipped,
            self.unsure + other.unsure,
            seconds=self.seconds + other.seconds,
        )


def sayings(document: Document, choice: LabelChoice, annotator: str, medium: str = "") -> Sayings:
    """Turns of one medium, "" for all, with ``annotator``'s labels, the network's, or the first that is there."""
    turns = [turn for turn in document.turns.values() if medium in ("", turn.medium)]
    said = [_label(document, turn, choice, annotator) for turn in turns]
    labels = tuple(dict.fromkeys((*document.label_set.labels, *sorted({word for word in said if word}))))
    media = tuple(key for key in document.media if medium in ("", key))
    names = [document.speakers[turn.speaker].name if turn.speaker else "" for turn in turns]
    speakers = tuple(dict.fromkeys(names))
    places = [{word: k for k, word in enumerate(some)} for some in (labels, speakers, media)]
    return Sayings(
        labels,
        speakers,
        media,
        np.array([places[0].get(word or "", -1) for word in said], np.int64),
        np.array([places[1][name] for name in names], np.int64),
        np.array([places[2][turn.medium] for turn in turns], np.int64),
        np.array([turn.start for turn in turns], float),
        np.array([turn.end for turn in turns], float),
        np.array([document.media[key].duration for key in media], float),
    )


def _label(document: Document, turn: Turn, choice: LabelChoice, annotator: str) -> str | None:
    """A person's skip is an answer: the network's label does not take its place."""
    if choice is not LabelChoice.MODEL:
        decision = document.decisions.get((turn.id, annotator))
        if choice is LabelChoice.HUMAN or decided(decision):
            return decision.label if decision is not None else None
    kept = document.predictions.get(turn.id)
    return None if kept is None else kept.prediction.label


def by_speaker(said: Sayings) -> Ints:
    """[speakers, labels]: how many turns."""
    return _counted(said.speaker, said.label, len(said.speakers), len(said.labels), said.label >= 0)


def over_time(said: Sayings, bins: int) -> tuple[Floats, Floats]:
    """Edges [bins + 1] and labelled seconds [bins, labels].

    Edges are seconds of the medium; of several media they are shares of each one's length, 0 to 1.
    """
    many = len(said.media) != 1
    length = 1.0 if many else max(float(said.duration[0]), float(said.end.max(initial=0.0)), 1e-9)
    edges = np.linspace(0.0, length, bins + 1)
    seconds = np.zeros((bins, len(said.labels)))
    scale = np.maximum(said.duration, 1e-9)[said.medium] if many else np.ones(len(said.start))
    for place in range(len(said.labels)):
        one = said.label == place
        start, end = (said.start / scale)[one, None], (said.end / scale)[one, None]
        shared = np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1])
        seconds[:, place] = (np.maximum(shared, 0.0) * scale[one, None]).sum(0)
    return edges, seconds


def transitions(said: Sayings, following: Following) -> Ints:
    """[labels, labels]: how often a turn with one label (row) is followed by one with another (column)."""
    order = np.arange(len(said.label))
    if following is Following.SAME:
        order = np.lexsort((order, said.speaker, said.medium))
    here, then = order[:-1], order[1:]
    same = said.speaker[here] == said.speaker[then]
    fits = (said.medium[here] == said.medium[then]) & (said.label[here] >= 0) & (said.label[then] >= 0)
    if following is not Following.ANY:
        fits &= same if following is Following.SAME else ~same
    count = len(said.labels)
    return _counted(said.label[here], said.label[then], count, count, fits)


def _counted(rows: Ints, columns: Ints, height: int, width: int, which: npt.NDArray[np.bool_]) -> Ints:
    cells = np.bincount(rows[which] * width + columns[which], minlength=height * width)
    return cells.reshape(height, width)


def progress(document: Document, annotator: str, media: Collection[str] | None = None) -> Mapping[str, Progress]:
    """An annotator's, of each medium, or of these ``media`` alone. One look at each of their utterances."""
    analysed = set(document.predictions)
    asked = [key for key in document.media if media is None or key in media]
    rows: dict[str, list[tuple[int, ...]]] = {key: [] for key in asked}
    seconds = dict.fromkeys(asked, 0.0)
    for turn in document.turns.values():
        if turn.medium not in seconds:
            continue
        decision = document.decisions.get((turn.id, annotator), _NOTHING)
        rows[turn.medium].append((1, turn.id in analysed, decided(decision), decision.skip, decision.unsure))
        seconds[turn.medium] += decision.seconds
    sums = {key: [sum(column) for column in zip(*some, strict=True)] for key, some in rows.items()}
    return {key: Progress(*sums[key] or [0] * 5, seconds=seconds[key]) for key in asked}


def whole(parts: Mapping[str, Progress]) -> Progress:
    """Of the whole project."""
    return sum(parts.values(), Progress())
