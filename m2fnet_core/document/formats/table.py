"""CSV, schema 1 (docs/formats.md): one row for each utterance, a human's and the model's label side by side."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.json_codec import plain
from m2fnet_core.base.numbers import finite, whole
from m2fnet_core.base.wording import count, some
from m2fnet_core.document.content import Decision, KeptPrediction, Medium
from m2fnet_core.document.formats.base import Entry, Found, Row, Sheet, Written, told_formulas
from m2fnet_core.document.formats.transcripts import found_in, media_info
from m2fnet_core.transcript.clock import parse_time
from m2fnet_core.transcript.encoding import read_text
from m2fnet_core.transcript.tables import read_csv, table_rows

SCHEMA = "1"
_UTTERANCE = ("schema", "media", "media_sha256", "id", "start", "end", "speaker", "text", "emotion", "emotion_from")
_DECISION = (
    "human_label",
    "second_label",
    "intensity",
    "unsure",
    "skip",
    "comment",
    "annotator",
    "decided_at",
    "seconds",
    "saw_prediction",
)
_PRESENT = ("text", "audio", "scene", "faces")
_MODEL = ("provisional", "model", "model_hash", "model_trained", "predicted_at")
_YES = {"1": True, "0": False, "true": True, "false": False, "": False}  # pandas writes True, a person 1


def csv_text(sheet: Sheet) -> Written:
    """The table, with a column of probabilities for each label that some prediction has."""
    labels = tuple(dict.fromkeys(label for row in sheet.rows for label in _probabilities(row.kept)))
    predicted = ("model_label", *(f"p_{label}" for label in labels), *(f"has_{name}" for name in _PRESENT), *_MODEL)
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow((*_UTTERANCE, *_DECISION, *predicted))
    for row in sheet.rows:
        writer.writerow(map(_cell, (*_about(sheet, row), *_decided(row.decision), *_predicted(row.kept, labels))))
    return Written(target.getvalue(), told_formulas(sheet))


def _about(sheet: Sheet, row: Row) -> Sequence[object]:
    media = sheet.medium.relative or sheet.medium.path.as_posix()
    turn = row.turn
    place = SCHEMA, media, sheet.medium.sha256, turn.id, turn.start, turn.end
    return *place, row.speaker, turn.text, row.label, row.source


def _decided(decision: Decision | None) -> Sequence[object]:
    if decision is None:
        return (None,) * len(_DECISION)
    d = decision
    given = d.label, d.second, d.intensity, d.unsure, d.skip, d.comment
    return *given, d.annotator, d.time, d.seconds, d.saw_prediction


def _predicted(kept: KeptPrediction | None, labels: Sequence[str]) -> Sequence[object]:
    if kept is None:
        return (None,) * (1 + len(labels) + len(_PRESENT) + len(_MODEL))
    said, model = kept.prediction, kept.model
    chances = (said.probabilities.get(label) for label in labels)
    present = (plain(said.present)[name] for name in _PRESENT)
    return said.label, *chances, *present, said.provisional, model.name, model.hash, model.trained, kept.time


def _probabilities(kept: KeptPrediction | None) -> Sequence[str]:
    return () if kept is None else tuple(kept.prediction.probabilities)


def _cell(value: object) -> str:
    """Numbers so that they come back the same, yes and no as 1 and 0."""
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def read_csv_labels(path: Path, medium: Medium, label_set: LabelSet) -> Found:
    """Utterances and decisions of this table; of any other one with start and end what a transcript has.

    Raises TranscriptError, which names missing columns.
    """
    text, notices = read_text(path)
    columns, rows = table_rows(path, text)
    if "human_label" not in columns:
        return found_in(read_csv(path, media_info(medium)))
    missing = [name for name in ("start", "end") if name not in columns]
    if missing:
        raise TranscriptError(f"{path} lacks the columns {' and '.join(missing)}; export it again or add them.")
    if any(row.get("schema", SCHEMA) != SCHEMA for row in rows):
        raise TranscriptError(f"{path} is of a newer schema than {SCHEMA}; use the program that wrote it.")
    entries, broken = list[Entry](), list[str]()
    for number, row in enumerate(rows, 1):
        try:
            entries.append(_entry(row))
        except ValueError:
            broken.append(str(number))
    if broken:
        notices = (*notices, f"{path.name}: {count(len(broken), 'unreadable row')} left out (row {some(broken)}).")
    return Found(tuple(entries), notices)


def _entry(row: Mapping[str, str]) -> Entry:
    """Raises ValueError for times and numbers that are none."""
    start, end = parse_time(row.get("start", "")), parse_time(row.get("end", ""))
    if start is None or end is None:
        raise ValueError("no time")
    said = row.get("text") or None
    return Entry(start, end, row.get("speaker", ""), said, row.get("id", ""), _decisions(row))


def _decisions(row: Mapping[str, str]) -> tuple[Decision, ...]:
    if not any(row.get(name) for name in _DECISION):
        return ()
    return (
        Decision(
            utterance="",
            annotator=row.get("annotator", ""),
            label=row.get("human_label") or None,
            second=row.get("second_label") or None,
            intensity=whole(row["intensity"]) if row.get("intensity") else None,
            unsure=_yes(row.get("unsure", "")),
            skip=_yes(row.get("skip", "")),
            comment=row.get("comment", ""),
            seconds=finite(row.get("seconds") or "0"),
            saw_prediction=_yes(row.get("saw_prediction") or "1"),
            time=row.get("decided_at", ""),
        ),
    )


def _yes(cell: str) -> bool:
    value = _YES.get(cell.lower().removesuffix(".0"))
    if value is None:
        raise ValueError(f"{cell} is neither yes nor no")
    return value
