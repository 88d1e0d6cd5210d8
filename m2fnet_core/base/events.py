"""What an analysis says while it works: typed events, one JSON line each. No torch.

The hook of `analysis.analyze`, the worker's standard output, the command line and the window all speak these.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from m2fnet_core.base.bundle_kind import BundleKind
from m2fnet_core.base.dialogue import FaceBox, Prediction, Presence, Utterance
from m2fnet_core.base.json_codec import build, plain


@dataclass(frozen=True, slots=True)
class AnalysisStarted:
    """The utterances are known. Whoever shows results must say when ``kind`` is untrained or starter."""

    media: Path
    model: str
    kind: BundleKind
    labels: tuple[str, ...]
    device: str
    utterances: tuple[Utterance, ...]
    transcript: Path | None = None  # None: embedded subtitles or speech detection
    devices: tuple[str, ...] = ()  # what this machine could compute on
    model_hash: str = ""  # of the bundle's weights and configuration
    voices: tuple[str, ...] = ()  # speakers that nobody named, called by their voices

    @property
    def trained(self) -> bool:
        """False for random weights."""
        return self.kind != "untrained"


@dataclass(frozen=True, slots=True)
class UtteranceStarted:
    """Work on this utterance's vectors begins."""

    utterance_id: str


@dataclass(frozen=True, slots=True)
class FacesFound:
    """Faces on the utterance's frames. ``frames`` are the presentation times looked at, with or without a face."""

    utterance_id: str
    frames: tuple[float, ...]
    faces: tuple[FaceBox, ...]


@dataclass(frozen=True, slots=True)
class VectorsReady:
    """All vectors of this utterance are computed or came from the store (``cached``)."""

    utterance_id: str
    present: Presence
    cached: bool


@dataclass(frozen=True, slots=True)
class Predicted:
    """A prediction; a provisional one is replaced once later turns are known."""

    prediction: Prediction


@dataclass(frozen=True, slots=True)
class FacesScanned:
    """Faces on one sampled frame of the whole video, for display between the network's own frames."""

    time: float
    faces: tuple[FaceBox, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """``stage`` is a short phrase for people; ``seconds_left`` is None while unknown."""

    stage: str
    done: int
    of: int
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user must see though the work goes on (a modality is missing, the CPU took over)."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The job is done. ``result`` is a JSON-ready mapping whose keys depend on the job."""

    result: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """The job ended on a failure; ``message`` is one clear sentence."""

    message: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The job was cancelled; what was computed so far is in the feature store."""


Event = (
    AnalysisStarted
    | UtteranceStarted
    | FacesFound
    | VectorsReady
    | Predicted
    | FacesScanned
    | Progress
    | Notice
    | Finished
    | Failed
    | Stopped
)
Hook = Callable[[Event], None]
_TYPES: dict[str, type] = {kind.__name__: kind for kind in get_args(Event)}


def ignore(event: Event) -> None:
    """The hook of whoever wants only the result."""


def to_line(event: Event, job: str = "") -> str:
    """One line of JSON without a line end; ``job`` names the request it answers.

    Plain ASCII, so that no pipe's encoding and no file name that is not Unicode can break it.
    """
    body = {"event": type(event).__name__, "job": job, **plain(event)}
    return json.dumps(body, allow_nan=False)


def from_line(line: str) -> tuple[str, Event]:
    """The job and the event of a line. Raises ValueError when it is no event line."""
    body = json.loads(line)
    if not isinstance(body, dict) or body.get("event") not in _TYPES:
        raise ValueError(f"not an event: {line[:80]!r}")
    kind = _TYPES[body.pop("event")]
    job = str(body.pop("job", ""))
    return job, build(kind, body)
