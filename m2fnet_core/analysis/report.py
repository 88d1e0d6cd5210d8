"""The result of an analysis as JSON, schema 1 (docs/json-schema.md): frozen dataclasses and a whole-or-nothing writer.

Field names and their order are the schema's. No torch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from m2fnet_core.base.dialogue import Contributions, FaceBox, Prediction, Presence, Utterance, Word
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.guard import refuse_overwriting
from m2fnet_core.base.json_codec import plain

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class AnalysedMedia:
    """What was analysed. ``fps`` (average) and ``frames`` are None for a file without a picture."""

    path: Path
    sha256: str
    duration: float  # seconds
    fps: float | None
    frames: int | None


@dataclass(frozen=True, slots=True)
class UsedModel:
    """The bundle that predicted. ``trained`` is False for random weights: the labels then mean nothing."""

    name: str
    trained: bool
    labels: tuple[str, ...]
    prior: Mapping[str, float] | None = None  # `Prediction.prior`


@dataclass(frozen=True, slots=True)
class AnalysedUtterance:
    """An utterance, its prediction, and the faces on the frames the network looked at."""

    id: str
    start: float
    end: float
    speaker: str
    text: str | None
    label: str
    probabilities: Mapping[str, float]
    contributions: Contributions
    present: Presence
    faces: tuple[FaceBox, ...]
    words: tuple[Word, ...] = ()  # of ``text``, where their times are known
    speaking: FaceBox | None = None  # the face that says it; None: it is off screen, or nobody looked


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything an analysis found, ready to be written."""

    schema: int = SCHEMA
    media: AnalysedMedia
    model: UsedModel
    utterances: tuple[AnalysedUtterance, ...]
    voices: tuple[str, ...] = ()  # speakers that nobody named, called by their voices


def analysed(
    utterance: Utterance, prediction: Prediction, faces: tuple[FaceBox, ...], speaking: FaceBox | None = None
) -> AnalysedUtterance:
    """One utterance's entry. ``faces`` are those of its frames, in order of time, ``speaking`` the one that says it."""
    return AnalysedUtterance(
        id=utterance.id,
        start=utterance.start,
        end=utterance.end,
        speaker=utterance.speaker,
        text=utterance.text,
        label=prediction.label,
        probabilities=prediction.probabilities,
        contributions=prediction.contributions,
        present=prediction.present,
        faces=faces,
        words=utterance.words,
        speaking=speaking,
    )


def to_json(report: Report) -> bytes:
    """UTF-8 JSON text. A file name that is not Unicode keeps its bytes as the escapes Python's json reads back."""
    return json_bytes(plain(report))


def json_bytes(plain_report: Mapping[str, Any]) -> bytes:
    """`to_json` of a report that is plain JSON already."""
    text = json.dumps(plain_report, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def write_report(report: Report, path: Path, sources: Sequence[Path] = ()) -> None:
    """Write the whole report or leave what was there.

    Raises DocumentError when the place cannot be written, or holds the analysed file, one of ``sources``, or something
    that is no JSON.
    """
    refuse_overwriting(path, (".json",), (report.media.path, *sources))
    try:
        write_whole(path, to_json(report))
    except OSError as error:
        reason = error.strerror or str(error)
        raise DocumentError(
            f"The report {path} could not be written ({reason}); name another place or make room there."
        ) from error
