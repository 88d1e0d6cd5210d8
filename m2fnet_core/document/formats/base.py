"""What every format is given and hands back: rows of one medium for writing, entries of one file for reading."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from m2fnet_core.base.dialogue import FaceBox, Word
from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.events import Hook
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.wording import count, some
from m2fnet_core.document.content import Decision, Document, KeptPrediction, Medium, Take, Turn
from m2fnet_core.transcript.wording import unpacked

_FORMULA = ("=", "+", "-", "@")
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class LabelChoice(StrEnum):
    """Whose label an export shows as the emotion of an utterance."""

    HUMAN = "human"
    MODEL = "model"
    HUMAN_ELSE_MODEL = "human-else-model"


@dataclass(frozen=True, slots=True)
class Row:
    """An utterance with what an export may say about it."""

    turn: Turn
    speaker: str  # name, "" for nobody
    decision: Decision | None  # the sheet's annotator's
    decisions: tuple[Decision, ...]  # everybody's, by name
    kept: KeptPrediction | None
    label: str | None  # the one chosen for the export
    source: LabelChoice | None  # HUMAN or MODEL: whose ``label`` is


@dataclass(frozen=True, slots=True)
class Sheet:
    """One medium of a project as an export shows it. ``rows`` are in order of their start."""

    medium: Medium
    number: int  # of the medium in its project, from 0
    label_set: LabelSet
    choice: LabelChoice
    annotator: str  # "" where nobody decided anything
    rows: tuple[Row, ...]
    faces: tuple[tuple[float, tuple[FaceBox, ...]], ...] = ()  # by presentation time: frames that were looked at
    takes: tuple[Take, ...] = ()  # everybody's traces, in the order they came


@dataclass(frozen=True, slots=True)
class Written:
    """The whole text of an exported file; each notice is one sentence the user must see."""

    text: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An utterance as a file has it. Decisions without an annotator belong to whoever imports them."""

    start: float  # seconds of media time
    end: float
    speaker: str = ""
    text: str | None = None
    id: str = ""  # where the file has lasting ids
    decisions: tuple[Decision, ...] = ()
    words: tuple[Word, ...] = ()  # of the text, where their times are known


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds, before it is fitted to a document."""

    entries: tuple[Entry, ...]
    notices: tuple[str, ...] = ()


Write = Callable[[Sheet, Path, Hook, CancelToken], tuple[str, ...]]  # returns notices; raises DocumentError, Cancelled
Read = Callable[[Path, Medium, LabelSet], Found]  # raises TranscriptError, DocumentError


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the registry. ``write`` or ``read`` is None where that direction makes no sense."""

    name: str  # as on the command line
    suffixes: tuple[str, ...]  # the first is that of new files
    title: str  # for people
    write: Write | None
    read: Read | None


def main_annotator(document: Document) -> str:
    """Who decided most in this project ("" for nobody); of equals the first by name."""
    counts = Counter(annotator for _, annotator in document.decisions)
    return min(counts, key=lambda name: (-counts[name], name), default="")


def sheet_of(document: Document, medium: str, choice: LabelChoice, annotator: str = "") -> Sheet:
    """The rows of one medium. ``annotator``: "" for the project's main one.

    Raises DocumentError for an unknown medium, and for an annotator who decided nothing.
    """
    if medium not in document.media:
        raise DocumentError(f"The project has no medium {medium}; choose one of its videos.")
    names = {name for _, name in document.decisions}
    if annotator and annotator not in names:
        known = f"choose one of {', '.join(sorted(names))}" if names else "nobody did yet"
        raise DocumentError(f"{annotator} decided nothing in this project: {known}.")
    whose = annotator or main_annotator(document)
    decided = _by_utterance(document)
    rows = tuple(
        _row(document, turn, choice, whose, decided.get(turn.id, ()))
        for turn in sorted(document.turns.values(), key=lambda turn: turn.start)
        if turn.medium == medium
    )
    number = list(document.media).index(medium)
    takes = tuple(take for take in document.traces.values() if take.medium == medium)
    return Sheet(document.media[medium], number, document.label_set, choice, whose, rows, takes=takes)


def _by_utterance(document: Document) -> Mapping[str, tuple[Decision, ...]]:
    found: dict[str, tuple[Decision, ...]] = {}
    for key in sorted(document.decisions):
        found[key[0]] = (*found.get(key[0], ()), document.decisions[key])
    return found


def _row(document: Document, turn: Turn, choice: LabelChoice, whose: str, decisions: tuple[Decision, ...]) -> Row:
    decision = next((d for d in decisions if d.annotator == whose), None)
    kept = document.predictions.get(turn.id)
    label, source = _chosen(decision, kept, choice)
    speaker = document.speakers[turn.speaker].name if turn.speaker else ""
    return Row(turn, speaker, decision, decisions, kept, label, source)


def _chosen(
    decision: Decision | None, kept: KeptPrediction | None, choice: LabelChoice
) -> tuple[str | None, LabelChoice | None]:
    """The label and whose it is. A human's skip is an answer: the model's label does not take its place."""
    if choice is not LabelChoice.MODEL and decision is not None and (decision.label is not None or decision.skip):
        label = None if decision.skip else decision.label
        return label, None if label is None else LabelChoice.HUMAN
    if choice is not LabelChoice.HUMAN and kept is not None:
        return kept.prediction.label, LabelChoice.MODEL
    return None, None


def labels_of(sheet: Sheet) -> tuple[str, ...]:
    """The label set and, after it, labels that rows have beside it (a model may know others)."""
    used = dict.fromkeys(row.label for row in sheet.rows if row.label is not None)
    return (*sheet.label_set.labels, *(label for label in used if label not in sheet.label_set.labels))


def speakers_of(sheet: Sheet) -> tuple[str, ...]:
    """Names in the order in which they first speak; "" is nobody's."""
    return tuple(dict.fromkeys(row.speaker for row in sheet.rows))


def refuse_names(sheet: Sheet, title: str, survives: Callable[[str], bool]) -> None:
    """Raise DocumentError when ``title`` cannot hold the names of some speakers."""
    lost = [name for name in speakers_of(sheet) if name and not survives(name)]
    if lost:
        raise DocumentError(
            f"{title} cannot hold the speaker's name {some([repr(name) for name in lost])}: rename the speaker, "
            "or export as CSV or JSON, which hold any name."
        )


def told_formulas(sheet: Sheet) -> tuple[str, ...]:
    """A notice for tables, where a spreadsheet would take words for a formula. They stay, to come back as they were."""
    words = [(row.speaker, row.turn.text, row.label, row.decision and row.decision.comment) for row in sheet.rows]
    alike = sum((cell or "").lstrip().startswith(_FORMULA) for row in words for cell in row)
    if not alike:
        return ()
    begin = f"{count(alike, 'cell')} {'begins' if alike == 1 else 'begin'} with = + - or @"
    return (f"{begin}, which a spreadsheet may run as a formula: import such columns there as text.",)


def lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """The lane of each span (start, end; in order of their start) so that no lane holds two at once; 0 is the first."""
    ends: list[float] = []
    chosen = []
    for start, end in spans:
        lane = next((i for i, last in enumerate(ends) if last <= start), len(ends))
        ends[lane : lane + 1] = [end]
        chosen.append(lane)
    return chosen


def word_spans(turn: Turn) -> list[tuple[int, int, str]]:
    """Start, end (milliseconds) and text of its words as a tier holds them: inside it, one after the other."""
    at, last = math.ceil(turn.start * 1000), math.floor(turn.end * 1000)
    spans = list[tuple[int, int, str]]()
    for word in unpacked(turn.words):
        start = max(at, round(word.start * 1000))
        at = min(last, max(start + 1, round(word.end * 1000)))
        if start < at and (text := one_line(word.text)):
            spans.append((start, at, text))
    return spans


def one_line(text: str | None) -> str:
    """The words of an utterance with single blanks, without control characters and half characters; "" for None."""
    return " ".join(_NO_TEXT.sub(" ", text or "").split())
