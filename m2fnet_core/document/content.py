"""What a project holds, as frozen data. The store reads and writes it; views, exporters and the trainer only read it.

A *decision* is a human's, a *prediction* the network's; neither ever replaces the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.base.emotions import MELD, LabelSet


class MediumState(StrEnum):
    """Whether a medium's file can be read now."""

    OK = "ok"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    REPLACED = "replaced"  # another file lies in its place


@dataclass(frozen=True, slots=True)
class Medium:
    """One video or sound file of a project. It is found again by ``path``, by ``relative`` and by its content."""

    id: str
    path: Path  # absolute, where it was last seen
    relative: str  # from the project file's folder, with slashes; "" where there is no such way
    sha256: str  # of its content; "" until it was read once
    duration: float  # seconds
    state: MediumState = MediumState.OK
    reason: str = ""  # why it cannot be used; of one that can, what a person should know of it


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker of the project; the same person in several media is one speaker."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Turn:
    """An utterance as the document keeps it. ``text`` is None when nothing was transcribed."""

    id: str
    medium: str  # id of its medium
    start: float  # seconds of media time
    end: float
    speaker: str  # id of its speaker, "" for nobody
    text: str | None = None
    words: str = ""  # with their times, as `transcript.wording.packed` writes them: read when they are looked at


@dataclass(frozen=True, slots=True)
class Decision:
    """What one annotator said about one utterance. A skip says that it shall not be labelled."""

    utterance: str
    annotator: str
    label: str | None = None
    second: str | None = None  # a second label, where one is not enough
    intensity: int | None = None  # 1 weak, 2 clear, 3 strong
    unsure: bool = False
    skip: bool = False
    comment: str = ""
    seconds: float = 0.0  # spent on it
    saw_prediction: bool = True  # False: decided blind
    time: str = ""  # UTC, ISO 8601


@dataclass(frozen=True, slots=True)
class Model:
    """The bundle that predicted."""

    name: str
    hash: str
    trained: bool
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptPrediction:
    """A prediction as it was made, immutable. ``start`` and ``end`` are the utterance's at that time."""

    analysis: int
    model: Model
    time: str  # UTC, ISO 8601
    start: float
    end: float
    prediction: Prediction


class FaceRole(StrEnum):
    """What a person said about a face track."""

    SPEAKER = "speaker"
    NOT_A_FACE = "not a face"


@dataclass(frozen=True, slots=True)
class FaceIdentity:
    """A face track of a medium, named. ``track`` is the track's id as the face scan gave it."""

    medium: str
    track: str
    role: FaceRole
    speaker: str = ""  # id, where the role is speaker


@dataclass(frozen=True, slots=True)
class Look:
    """How a label of the project's scheme is shown and given. "" leaves a part to the program."""

    label: str
    colour: str = ""  # "#rrggbb"
    key: str = ""  # in Qt's portable words
    description: str = ""  # of the coding manual


@dataclass(frozen=True, slots=True)
class Meaning:
    """A network's label and the label of the project that it is shown as."""

    label: str
    means: str


class Dimension(StrEnum):
    """What a trace is about. Values go from -1 (unpleasant, calm) to 1 (pleasant, excited)."""

    VALENCE = "valence"
    AROUSAL = "arousal"


@dataclass(frozen=True, slots=True)
class Take:
    """A piece of a trace, as recorded in one go: values at the times ``first / RATE``, ``(first + 1) / RATE``, …

    Where takes of one annotator and dimension overlap, the one that came later counts. `traces` unpacks ``samples``.
    """

    id: str
    medium: str
    annotator: str
    dimension: Dimension
    first: int  # place on the grid of media time
    lag: float  # seconds that the annotator answers late: the values belong that much earlier
    samples: str  # base64 of little-endian int16, 32767 for 1
    time: str = ""  # UTC, ISO 8601


@dataclass(frozen=True, slots=True)
class Document:
    """A project at one moment. Turns are in order of their start inside each medium."""

    label_set: LabelSet = MELD
    media: Mapping[str, Medium] = field(default_factory=dict)  # by id, in the order they were added
    speakers: Mapping[str, Speaker] = field(default_factory=dict)
    turns: Mapping[str, Turn] = field(default_factory=dict)
    decisions: Mapping[tuple[str, str], Decision] = field(default_factory=dict)  # by (utterance, annotator)
    predictions: Mapping[str, KeptPrediction] = field(default_factory=dict)  # the newest of each utterance
    faces: Mapping[tuple[str, str], FaceIdentity] = field(default_factory=dict)  # by (medium, track)
    looks: Mapping[str, Look] = field(default_factory=dict)  # by label, of those that have one
    meanings: Mapping[str, Meaning] = field(default_factory=dict)  # by the label of a network
    traces: Mapping[str, Take] = field(default_factory=dict)  # by id, in the order they came
