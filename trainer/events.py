"""What a training run says while it works: typed events, one JSON line each. No torch; the Train panel reads these."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from m2fnet_core.base.json_codec import build, plain


@dataclass(frozen=True, slots=True)
class Started:
    """A step begins; told again, with ``of`` steps of the optimiser ahead, once it is about to train."""

    step: str
    run: Path
    device: str
    epochs: int
    of: int


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``of`` batches of the whole step; times in seconds.

    ``memory``: bytes of the device at their highest, ``use``: percent of the last moment that it worked (None: CPU).
    """

    step: str
    done: int
    of: int
    seconds_left: float | None = None
    samples_per_second: float | None = None
    memory: int | None = None
    losses: Mapping[str, float] = dataclasses.field(default_factory=dict)  # of this batch, by name
    use: int | None = None


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch (from 1) ended: mean training losses by name, validation figures by name, whether it is the best."""

    step: str
    epoch: int
    losses: Mapping[str, float]
    metrics: Mapping[str, float]
    best: bool
    confusion: tuple[tuple[int, ...], ...] = ()  # of the validation split: rows true, columns predicted; () if none


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a person must know though the run goes on."""

    step: str
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The step ended well: what it wrote, and its figures."""

    step: str
    paths: Mapping[str, Path] = dataclasses.field(default_factory=dict)
    metrics: Mapping[str, float] = dataclasses.field(default_factory=dict)
    skipped: bool = False  # already done for the same configuration
    seconds: float = 0.0  # that this process worked on it


@dataclass(frozen=True, slots=True)
class Failed:
    """The step ended on a failure, in one clear sentence."""

    step: str
    message: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The step was cancelled; the best state so far is kept and the run can be resumed."""

    step: str


@dataclass(frozen=True, slots=True)
class SplitContent:
    """One split of a corpus: how many utterances, clips or pictures of each label, how many dialogues and speakers."""

    labels: Mapping[str, int]
    dialogues: int
    speakers: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a corpus holds. ``unreadable`` names files that do not open, with the reason; ``missing`` those not there.

    ``media`` counts the files of sound and pictures that its dialogues have.
    """

    kind: str
    folder: Path
    parts: Mapping[str, SplitContent]
    problems: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = dataclasses.field(default_factory=dict)
    missing: tuple[str, ...] = ()
    media: int = 0


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a step will take on this machine, measured with a few real batches; sizes in bytes."""

    step: str
    seconds: float  # all epochs; a step that stops early or is partly done takes less
    disk: int  # its states and results
    memory: int  # of the device at its highest
    device: str
    free_disk: int  # where the run will lie
    free_memory: int  # of the device


@dataclass(frozen=True, slots=True)
class Devices:
    """The devices of this machine by name, as people know them; why each other kind cannot be used."""

    names: Mapping[str, str]
    unusable: Mapping[str, str]


Event = Started | Progress | Epoch | Warned | Done | Failed | Stopped | Checked | Estimated | Devices
Hook = Callable[[Event], None]
_TYPES: dict[str, type] = {kind.__name__: kind for kind in get_args(Event)}


def ignore(event: Event) -> None:
    """The hook of whoever wants only the result."""


def to_line(event: Event) -> str:
    """One line of JSON without a line end."""
    return json.dumps({"event": type(event).__name__, **plain(event)}, ensure_ascii=False)


def from_line(line: str) -> Event:
    """The event of a line. Raises ValueError when it is no event line."""
    body: Any = json.loads(line)
    if not isinstance(body, dict) or body.get("event") not in _TYPES:
        raise ValueError(f"not an event: {line[:80]!r}")
    event: Event = build(_TYPES[body.pop("event")], body)
    return event
