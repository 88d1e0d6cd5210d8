"""What run folders tell: settings, steps, epochs, figures, whether they are trained in now. No torch.

Everything is rebuilt from the folder alone, so that a run is the same to a window that was closed in between, and to
one that never started it.
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

from m2fnet_core.base.folders import data_folder
from m2fnet_core.base.json_codec import build, plain
from trainer.config import RunConfig
from trainer.events import Done, Epoch, Event, Failed, Progress, Started, Stopped, Warned, from_line
from trainer.run.lock import is_alive

__all__ = [
    "KILLED",
    "RunTail",
    "RunView",
    "StepHistory",
    "StepState",
    "differing",
    "gone_on",
    "history",
    "is_alive",
    "read_view",
]

_CONFIG, _EVENTS, _DONE = "run.json", "events.jsonl", "done.json"
_PROGRESS = b'{"event": "Progress"'  # how such a line begins
_POINTS = 2000  # of a curve, at least, when a run is read anew
KILLED = (
    "The training ended without a word: it was killed, ran out of memory, or the computer was switched off. "
    "Resume it; at most five minutes of work are done again."
)


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(slots=True)
class StepHistory:
    """What a step's events told so far; `add` takes the next. Live curves are ``batches`` against ``losses``."""

    state: StepState = StepState.WAITING
    started: Started | None = None
    progress: Progress | None = None
    epochs: dict[int, Epoch] = field(default_factory=dict)  # by number; one that was done again counts once
    # ``done`` of every progress with losses, ascending, and the losses by name, one for each of them.
    batches: "array[float]" = field(default_factory=lambda: array("d"))
    losses: "dict[str, array[float]]" = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)  # of the finished step
    paths: Mapping[str, Path] = field(default_factory=dict)  # what the finished step wrote
    seconds: float = 0.0  # that the finishing process worked on it
    warnings: list[str] = field(default_factory=list)
    message: str = ""  # why it failed

    @property
    def best(self) -> Epoch | None:
        """The newest epoch that was the best when it ended."""
        return next((epoch for epoch in reversed(self.epochs.values()) if epoch.best), None)

    def add(self, event: Event) -> None:
        """The next event of this step."""
        match event:
            case Started():
                self.started, self.state, self.message = event, StepState.RUNNING, ""
            case Progress():
                self._go_on(event)
            case Epoch():
                for later in [number for number in self.epochs if number >= event.epoch]:
                    del self.epochs[later]
                self.epochs[event.epoch] = event
            case Warned():
                self.warnings.append(event.text)
            case Done():
                self.state, self.message = StepState.DONE, ""
                if not event.skipped:
                    self.metrics, self.paths, self.seconds = event.metrics, event.paths, event.seconds
            case Failed():
                self.state, self.message = StepState.FAILED, event.message
            case Stopped():
                self.state = StepState.STOPPED
            case _:
                pass  # a report, not part of a training

    def _go_on(self, event: Progress) -> None:
        self.progress, self.state = event, StepState.RUNNING
        if not event.losses:
            return
        place = bisect_left(self.batches, event.done)  # after a crash, batches since the last state are done again
        if event.losses.keys() != self.losses.keys():
            self.losses, place = {name: array("d") for name in event.losses}, 0
        del self.batches[place:]
        self.batches.append(event.done)
        for name, values in self.losses.items():
            del values[place:]
            values.append(event.losses[name])


class RunTail:
    """Reads a run's events as they are appended."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _EVENTS
        self._read = 0
        self._rest = b""

    def take(self) -> list[Event]:
        """What was appended since the last call.

        Half a line waits for its end; a line that is no event (a crash, a newer program) is left out. Of very many
        batches some are left out too: nobody can see a hundred thousand points, and reading them takes seconds.
        """
        lines = self._lines()
        of_batches = sum(line.startswith(_PROGRESS) for line in lines)
        kept = _thinned(lines, of_batches // _POINTS) if of_batches >= 2 * _POINTS else lines
        return [event for line in kept if (event := _event(line)) is not None]

    def _lines(self) -> list[bytes]:
        try:
            with self._path.open("rb") as file:
                file.seek(0, 2)
                if file.tell() < self._read:  # another run took the folder
                    self._read, self._rest = 0, b""
                file.seek(self._read)
                new = file.read()
        except OSError:
            return []
        self._read += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        return lines


def _thinned(lines: Sequence[bytes], every: int) -> Iterator[bytes]:
    """One in ``every`` batches, the last one before something else happens, and everything else."""
    passed = 0
    for line, after in zip(lines, [*lines[1:], b""], strict=True):
        passed = passed + 1 if line.startswith(_PROGRESS) else 0
        if passed % every == 0 or not after.startswith(_PROGRESS):
            yield line


def _event(line: bytes) -> Event | None:
    try:
        return from_line(line.decode("utf-8"))
    except (ValueError, TypeError):
        return None


def history(events: Iterable[Event], steps: Mapping[str, StepHistory] | None = None) -> dict[str, StepHistory]:
    """The steps' histories, ``steps`` (which it changes) gone on with."""
    found = dict(steps or {})
    for event in events:
        step = getattr(event, "step", "")
        if step:
            found.setdefault(step, StepHistory()).add(event)
    return found


@dataclass(frozen=True, slots=True)
class RunView:
    """A run folder as it stands. ``error``: why its settings cannot be read, one sentence."""

    folder: Path
    name: str
    config: RunConfig | None
    created: str  # UTC, ISO 8601
    steps: Mapping[str, StepHistory]  # those that the run names, in their order, then others that were trained
    process: int | None  # the one that trains in it now
    error: str = ""

    @property
    def state(self) -> StepState:
        """Of the run as a whole."""
        states = [step.state for step in self.steps.values()]
        for one in (StepState.RUNNING, StepState.FAILED, StepState.STOPPED):
            if one in states:
                return one
        if states and all(state is StepState.DONE for state in states):
            return StepState.DONE
        return StepState.STOPPED if StepState.DONE in states else StepState.WAITING

    @property
    def bundle(self) -> Path | None:
        """The model that it made, None before fusion is done."""
        path = self.folder / "bundle"
        return path if (path / "config.json").is_file() else None


def runs_folder() -> Path:
    """Where the window's runs lie."""
    return data_folder() / "runs"


def runs_in(folder: Path) -> list[Path]:
    """The run folders in a folder, the newest first."""
    found = {path.parent: path.stat().st_mtime for path in folder.glob(f"*/{_CONFIG}")}
    return sorted(found, key=lambda path: -found[path])


def read_view(folder: Path, tail: RunTail | None = None) -> RunView:
    """The run in a folder; never raises for what lies in it: `RunView.error` says what is wrong.

    ``tail``: a new one of this folder, which goes on where the view ends.
    """
    config, created, error = _settings(folder / _CONFIG)
    told = history((tail or RunTail(folder)).take())
    process = is_alive(folder)
    names = dict.fromkeys([*(config.steps if config else ()), *told])
    steps = {name: _settled(told.get(name, StepHistory()), folder / name, process) for name in names}
    return RunView(folder, config.name if config else folder.name, config, created, steps, process, error)


def gone_on(view: RunView, events: Iterable[Event]) -> RunView:
    """The view with what was told since, and what its folder says now. Reading a long run anew takes a second."""
    process = is_alive(view.folder)
    told = history(events, view.steps)
    steps = {name: _settled(step, view.folder / name, process) for name, step in told.items()}
    return replace(view, steps=steps, process=process)


def _settled(step: StepHistory, folder: Path, process: int | None) -> StepHistory:
    """The step with what its folder knows better than its events."""
    if step.state is not StepState.RUNNING and (figures := _figures(folder / _DONE)) is not None:
        return replace(step, state=StepState.DONE, metrics=figures)
    if step.state is StepState.RUNNING and process is None:
        return replace(step, state=StepState.FAILED, message=KILLED)
    return step


def _figures(path: Path) -> dict[str, float] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _settings(path: Path) -> tuple[RunConfig | None, str, str]:
    """Configuration, creation and error of a run.json."""
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
        created = str(raw.get("created") or datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat())
        made_by = str(raw["program"])
    except OSError as error:
        return None, "", f"{path} cannot be read ({error.strerror}); it is no run, or it was moved."
    except (ValueError, KeyError, AttributeError):
        return None, "", f"{path} is damaged; remove the run, or train it again."
    try:
        return build(RunConfig, raw["config"]), created, ""
    except (ValueError, KeyError) as error:
        if _number(made_by) > _number(version("m2fnet-studio")):
            return None, created, f"{path.parent.name} was made by version {made_by} of the program; update this one."
        return None, created, f"{path} does not fit this version of the program ({error}); train the run again."


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def differing(views: Sequence[RunView]) -> dict[str, tuple[Any, ...]]:
    """The settings in which runs differ, by dotted name: each run's value in their order, None where it has none."""
    flat = [_flat(plain(view.config)) if view.config else {} for view in views]
    names = dict.fromkeys(name for one in flat for name in one if name not in ("name", "out"))
    rows = {name: tuple(one.get(name) for one in flat) for name in names}
    return {name: row for name, row in rows.items() if any(value != row[0] for value in row)}


def _flat(values: Any, where: str = "") -> dict[str, Any]:
    """Nested values by dotted name; members of a list of tables count from 1."""
    if isinstance(values, list) and values and isinstance(values[0], dict):
        values = {str(number): value for number, value in enumerate(values, 1)}
    if not isinstance(values, dict):
        return {where: values}
    return {
        name: value
        for key, part in values.items()
        for name, value in _flat(part, f"{where}.{key}" if where else key).items()
    }
