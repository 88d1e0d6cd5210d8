"""JSON, schema 1 (docs/formats.md, docs/annotations.schema.json): everything about one medium, all annotators.

Field names and their order are the schema's.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from m2fnet_core.base.dialogue import Contributions, Presence, Word
from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.json_codec import build, plain
from m2fnet_core.base.numbers import LARGEST
from m2fnet_core.document.content import Decision, KeptPrediction, Medium, Model
from m2fnet_core.document.formats.base import Entry, Found, LabelChoice, Row, Sheet, Written
from m2fnet_core.transcript.encoding import read_text
from m2fnet_core.transcript.wording import unpacked

NAME = "m2fnet-annotations"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class MediaPart:
    """Which file it is. ``sha256`` finds it again wherever it lies."""

    path: Path
    sha256: str
    duration: float


@dataclass(frozen=True, slots=True)
class LabelSetPart:
    """The emotions to choose from."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionPart:
    """What one annotator said."""

    annotator: str
    label: str | None
    second: str | None
    intensity: int | None
    unsure: bool
    skip: bool
    comment: str
    seconds: float
    saw_prediction: bool
    time: str


@dataclass(frozen=True, slots=True)
class PredictionPart:
    """What a model said; ``start`` and ``end`` are the utterance's at that time."""

    label: str
    probabilities: Mapping[str, float]
    contributions: Contributions
    present: Presence
    provisional: bool
    start: float
    end: float
    model: Model
    time: str


@dataclass(frozen=True, slots=True)
class UtterancePart:
    """An utterance. ``emotion`` is the label that the export chose, ``emotion_from`` whose it is."""

    id: str
    start: float
    end: float
    speaker: str
    text: str | None
    emotion: str | None
    emotion_from: str | None
    decisions: tuple[DecisionPart, ...]
    prediction: PredictionPart | None
    words: tuple[Word, ...] = ()  # of ``text``, where their times are known


@dataclass(frozen=True, slots=True)
class AnnotationFile:
    """All of the file."""

    format: str
    schema: int
    media: MediaPart
    label_set: LabelSetPart
    labels: str  # the choice of the export
    annotator: str
    utterances: tuple[UtterancePart, ...]


def json_text(sheet: Sheet) -> Written:
    """The whole file, indented."""
    medium = sheet.medium
    whole = AnnotationFile(
        NAME,
        SCHEMA,
        MediaPart(Path(medium.relative or medium.path), medium.sha256, medium.duration),
        LabelSetPart(sheet.label_set.name, sheet.label_set.labels),
        sheet.choice,
        sheet.annotator,
        tuple(map(_utterance, sheet.rows)),
    )
    return Written(json.dumps(plain(whole), ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def _utterance(row: Row) -> UtterancePart:
    turn = row.turn
    source: LabelChoice | None = row.source
    decisions = tuple(map(_decision, row.decisions))
    said = _prediction(row.kept)
    about = turn.id, turn.start, turn.end, row.speaker, turn.text
    return UtterancePart(*about, row.label, source, decisions, said, unpacked(turn.words))


def _decision(d: Decision) -> DecisionPart:
    marks = d.intensity, d.unsure, d.skip, d.comment
    return DecisionPart(d.annotator, d.label, d.second, *marks, d.seconds, d.saw_prediction, d.time)


def _prediction(kept: KeptPrediction | None) -> PredictionPart | None:
    if kept is None:
        return None
    said = kept.prediction
    found = said.label, said.probabilities, said.contributions, said.present, said.provisional
    return PredictionPart(*found, kept.start, kept.end, kept.model, kept.time)


def read_json_labels(path: Path, medium: Medium, label_set: LabelSet) -> Found:
    """Utterances and everybody's decisions. Raises TranscriptError for anything but this schema."""
    text, notices = read_text(path)
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TranscriptError(f"{path} is no readable JSON file ({error}); export it again.") from error
    if not isinstance(raw, dict) or raw.get("format") != NAME or raw.get("schema") != SCHEMA:
        raise TranscriptError(f"{path} is not of the form {NAME} {SCHEMA} (docs/formats.md); export it again.")
    try:
        whole: AnnotationFile = build(AnnotationFile, raw)
        entries = tuple(map(_entry, whole.utterances))
    except ValueError as error:
        raise TranscriptError(f"{path} does not follow the schema {SCHEMA}: {error}; export it again.") from error
    if medium.sha256 and whole.media.sha256 not in ("", medium.sha256):
        notices = (*notices, f"{path.name} was made for another file than {medium.path.name}; its times may not fit.")
    return Found(entries, notices)


def _entry(part: UtterancePart) -> Entry:
    """Raises ValueError for a number that is none."""
    numbers = [part.start, part.end, *(n for d in part.decisions for n in (d.seconds, d.intensity) if n is not None)]
    numbers += [number for word in part.words for number in (word.start, word.end, word.probability)]
    if not all(math.isfinite(n) and abs(n) <= LARGEST for n in numbers):
        raise ValueError(f"utterance {part.id!r:.40} has a number that cannot be used")
    decisions = tuple(map(_decided, part.decisions))
    return Entry(part.start, part.end, part.speaker, part.text, part.id, decisions, part.words)


def _decided(part: DecisionPart) -> Decision:
    marks = part.intensity, part.unsure, part.skip, part.comment
    return Decision("", part.annotator, part.label, part.second, *marks, part.seconds, part.saw_prediction, part.time)
