"""What the worker can be asked to do: frozen requests, one JSON line each. No torch."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from m2fnet_core.base.calibration import AS_THE_MODEL_SAYS, LabelPrior
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.json_codec import build, plain


@dataclass(frozen=True, slots=True)
class Analyze:
    """Predict every utterance of a video or sound file (events end with Finished holding the schema 1 report)."""

    media: Path
    transcript: Path | None = None  # None: found beside the media, embedded, or speech detection
    model: Path | None = None  # None: the default bundle
    device: str = "auto"
    use_cache: bool = True
    utterances: tuple[Utterance, ...] | None = None  # given: these exact utterances (an edited document)
    recogniser: str = ""  # writes the words where there is no transcript (`Transcribe`); "": nobody does
    speakers: int | None = None  # names speakers by their voices where nobody did; 0: however many, None: does not
    prior: LabelPrior = AS_THE_MODEL_SAYS
    sha256: str = ""  # of the content that is meant, "" for any: another file under the path is refused
    speaking: bool = False  # tells which face speaks each utterance, where the weights for that are on this machine


@dataclass(frozen=True, slots=True)
class ScanFaces:
    """Detect faces on sampled frames of the whole video, for display (FacesScanned events)."""

    media: Path
    device: str = "auto"
    use_cache: bool = True


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Find the words of a file's speech with their times (result: utterances and notices)."""

    media: Path
    recogniser: str  # "base" (the program's own), a folder, or a Hugging Face id
    device: str = "auto"
    fetch: bool = False  # a person said that the model may be fetched
    speakers: int | None = None  # as in `Analyze`


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the running job named by the line's ``job``."""


Request = Analyze | ScanFaces | Transcribe | Cancel
_TYPES: dict[str, type] = {kind.__name__: kind for kind in get_args(Request)}


def to_line(request: Request, job: str) -> str:
    """One line of JSON without a line end, plain ASCII as events are."""
    return json.dumps({"request": type(request).__name__, "job": job, **plain(request)}, allow_nan=False)


def from_line(line: str) -> tuple[str, Request]:
    """The job and the request of a line. Raises ValueError when it is no request line."""
    body = json.loads(line)
    if not isinstance(body, dict) or body.get("request") not in _TYPES:
        raise ValueError(f"not a request: {line[:80]!r}")
    kind = _TYPES[body.pop("request")]
    return str(body.pop("job", "")), build(kind, body)
