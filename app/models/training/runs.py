"""Trainings as the window knows them: what waits, what runs, what its folder tells."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.base.settings import PAUSED, TRAININGS, Settings
from app.jobs.training import TrainingProcess, stop_process
from app.models.notices import Notices
from m2fnet_core.base.errors import TrainingError
from trainer.config import RunConfig
from trainer.events import Event
from trainer.run.file import read_run, write_run
from trainer.run.view import (
    KILLED,
    RunTail,
    RunView,
    StepHistory,
    StepState,
    gone_on,
    is_alive,
    read_view,
    runs_folder,
    runs_in,
)

_LOOK_MS = 400
_LOOKS = 5  # after so many, whether a run is trained by another window or without one
_PATIENCE = 20.0  # seconds to save and end when the window closes
_TOML, _LOG, _CONFIG, _EVENTS = "run.toml", "log.txt", "run.json", "events.jsonl"
_LOG_BYTES = 20_000
_TOLD = (0, 130)  # exit codes of a run that is done or was stopped


class Runs(QObject):
    """All runs of the data folder and the queue of those that wait. One of them trains at a time."""

    changed = Signal()  # which there are, what waits, what trains
    told = Signal(str)  # a run's folder has news

    def __init__(self, settings: Settings, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._notices = settings, notices
        self._process: TrainingProcess | None = None
        self._views: dict[str, RunView] = {}
        self._tails: dict[str, RunTail] = {}
        self.training = ""  # the run that this window trains
        self._broken: dict[str, str] = {}  # runs whose process ended without a word in their folder
        self._finishing: set[str] = set()  # runs whose best so far shall be their end
        self._told_before = 0  # bytes of events that the run had told when its process was started
        self._looks = 0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)

    # What there is

    @property
    def names(self) -> tuple[str, ...]:
        """Runs by name, the newest first."""
        begun = [path.name for path in runs_in(runs_folder())]
        made = sorted(path.parent.name for path in runs_folder().glob(f"*/{_TOML}"))
        return tuple(
            dict.fromkeys([*reversed(self.waiting), *([self.training] if self.training else []), *begun, *made])
        )

    @property
    def waiting(self) -> tuple[str, ...]:
        """Runs that wait, the next one first."""
        text = self._settings.get(TRAININGS)
        return tuple(name for name in json.loads(text or "[]") if self.folder(name).is_dir())

    @property
    def paused(self) -> str:
        """The run that holds up those that wait until it is resumed or stopped."""
        name = self._settings.get(PAUSED)
        return name if name and self.folder(name).is_dir() else ""

    @property
    def held_up(self) -> str:
        """Why those that wait do not have their turn yet, in one sentence; "" when they do."""
        if self.training:
            return f"It waits until {self.training} has ended."
        elsewhere = next((folder.name for folder in runs_in(runs_folder()) if is_alive(folder)), "")
        if elsewhere:
            return f"It waits until {elsewhere} has ended, which is trained by another window or without one."
        return f"It waits because {self.paused} is paused; resume or stop that one first." if self.paused else ""

    def folder(self, name: str) -> Path:
        """Where the run lies."""
        return runs_folder() / name

    def view(self, name: str) -> RunView:
        """What the run's folder tells."""
        if name not in self._views:
            self._read(name)
        return self._views[name]

    def log(self, name: str) -> str:
        """The last of what the training said."""
        try:
            with (self.folder(name) / _LOG).open("rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - _LOG_BYTES))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def trouble(self, name: str) -> str:
        """Why the run stands still, in one sentence; "" while nothing is wrong."""
        view = self.view(name)
        failed = [step.message for step in view.steps.values() if step.state is StepState.FAILED]
        return view.error or self._broken.get(name, "") or (failed[-1] if failed else "")

    def is_training(self, name: str) -> bool:
        """Whether a process trains in it, this window's or another."""
        return name == self.training or self.view(name).process is not None

    # What a person does

    def follow(self) -> None:
        """Begin to look: runs that went on without a window are found again, and those that wait have their turn."""
        self._timer.start()
        self.look()
        self._next()

    def add(self, config: RunConfig) -> str:
        """Put a run at the end of the queue; it starts when nothing trains. Returns its name."""
        name = self._free(config.name)
        folder = self.folder(name)
        try:
            folder.mkdir(parents=True)
            write_run(replace(config, name=name, out=runs_folder()), folder / _TOML)
        except (OSError, TrainingError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise TrainingError(f"{folder} cannot be written ({error}); free some space.") from error
        self._queue((*self.waiting, name))
        self._next()
        return name

    def finish(self, name: str) -> None:
        """As `resume`, but the best so far of the step that was begun is its end; the steps behind it follow."""
        self._finishing.add(name)
        self.resume(name)

    def resume(self, name: str) -> None:
        """Train a run that was stopped, failed or killed, as soon as nothing else trains."""
        self._look_elsewhere(name)
        view, toml = self.view(name), self.folder(name) / _TOML
        if self.is_training(name) or name in self.waiting:
            return
        if view.config is not None and not toml.exists():  # it was begun without this window
            try:
                write_run(replace(view.config, out=runs_folder()), toml)
            except (OSError, TrainingError) as error:
                self._notices.fail(f"{toml} cannot be written ({error}); free some space.")
                return
        held = name == self.paused
        self._let_go(name)
        self._queue((name, *self.waiting) if held else (*self.waiting, name))
        self._next()

    def pause(self, name: str) -> None:
        """Save and end for a while: those that wait go on waiting until this one is resumed."""
        self._settings.set(PAUSED, name)
        self._halt(name)

    def stop(self, name: str) -> None:
        """Save and end; the best state so far is kept. One that waits does not wait any longer."""
        self._let_go(name)
        self._halt(name)
        self._next()

    def remove(self, name: str) -> None:
        """Delete a run's folder with all it holds; not one that trains. What cannot be deleted is told."""
        self._look_elsewhere(name)
        if self.is_training(name):
            self._notices.fail(f"{name} is being trained; stop it first.")
            return
        self._queue(tuple(other for other in self.waiting if other != name))
        self._let_go(name)
        try:
            shutil.rmtree(self.folder(name))
        except OSError as error:
            self._notices.fail(f"{self.folder(name)} cannot be deleted ({error}); delete it in a file manager.")
        self._views.pop(name, None)
        self._tails.pop(name, None)
        self.changed.emit()
        self._next()

    def detach(self) -> None:
        """Let what trains go on without the window."""
        if self._process is not None:
            self._process.detach()
            self._process, self.training = None, ""

    def close(self) -> None:
        """End what trains; it can be resumed."""
        self._timer.stop()
        if self._process is not None:
            self._process.end_and_wait(_PATIENCE)
            self._process, self.training = None, ""

    # Inside

    def _halt(self, name: str) -> None:
        self._queue(tuple(other for other in self.waiting if other != name))
        if name == self.training and self._process is not None:
            self._process.stop()
        elif (process := self.view(name).process) is not None:
            stop_process(process)

    def _let_go(self, name: str) -> None:
        """Those that wait need not wait for this one any more."""
        if self.paused == name:
            self._settings.set(PAUSED, "")

    def _queue(self, names: tuple[str, ...]) -> None:
        self._settings.set(TRAININGS, json.dumps(names) if names else "")
        self.changed.emit()

    def _free(self, name: str) -> str:
        """The name, or with a number behind it."""
        taken = 1
        free = name
        while self.folder(free).exists():
            taken += 1
            free = f"{name}-{taken}"
        return free

    def _next(self) -> None:
        """Start the first that waits, when nothing trains, in another window or without one either."""
        if not self.waiting or self.held_up:
            return
        name = self.waiting[0]
        self._queue(self.waiting[1:])
        try:
            finish = name in self._finishing
            self._process = TrainingProcess(self.folder(name) / _TOML, self.folder(name) / _LOG, finish)
        except TrainingError as error:
            self._notices.fail(str(error))
            return
        self.training = name
        self._told_before = self._told(name)
        self._finishing.discard(name)
        self._broken.pop(name, None)
        self._timer.start()
        self.changed.emit()

    def _read(self, name: str) -> None:
        """From the beginning."""
        folder = self.folder(name)
        tail = self._tails[name] = RunTail(folder)
        self._views[name] = read_view(folder, tail) if (folder / _CONFIG).exists() else _unbegun(folder)

    def look(self) -> None:
        """Take what the folders of the runs that train have news of."""
        ended = self._process is not None and self._process.code is not None
        watched = [name for name in self._views if name == self.training or self._views[name].process is not None]
        for name in watched:
            self._take(name)
        self._looks += 1
        if self._looks % _LOOKS == 0:
            for name in [name for name in self._views if name not in watched]:
                self._look_elsewhere(name)
            self._next()
        if ended:
            self._end()

    def _look_elsewhere(self, name: str) -> None:
        """Whether another window or a command has begun to train in a run that stood still."""
        view = self._views.get(name)
        if view is not None and name != self.training and is_alive(self.folder(name)) != view.process:
            self._read(name)
            self.changed.emit()

    def _told(self, name: str) -> int:
        try:
            return (self.folder(name) / _EVENTS).stat().st_size
        except OSError:
            return 0

    def _take(self, name: str) -> None:
        """News of a run that trains."""
        view, process = self._views[name], is_alive(self.folder(name))
        events: list[Event] = self._tails[name].take()
        if not events and process == view.process:
            return
        self._go_on(name, events)
        if process is None and name != self.training:  # one that went on without a window has ended
            self.changed.emit()
            self._next()
        self.told.emit(name)

    def _go_on(self, name: str, events: list[Event]) -> None:
        view = self._views.get(name)
        if view is not None and view.created:
            self._views[name] = gone_on(view, events)
        else:  # it has just begun
            self._read(name)

    def _end(self) -> None:
        code = self._process.code if self._process is not None else 0
        name, self.training, self._process = self.training, "", None
        self._go_on(name, self._tails[name].take() if name in self._tails else [])
        wordless = self._told(name) == self._told_before or self.trouble(name) == KILLED
        if code is not None and code > 0 and code not in _TOLD and wordless:
            self._broken[name] = (
                f"The training of {name} broke off (exit code {code}); what it said last is in its log."
            )
        if self._views[name].state is StepState.DONE:  # before it could be paused
            self._let_go(name)
        self.told.emit(name)
        self.changed.emit()
        self._next()


def _unbegun(folder: Path) -> RunView:
    """A run that waits: its settings, and nothing else yet."""
    try:
        config = read_run(folder / _TOML)
    except TrainingError as error:
        return RunView(folder, folder.name, None, "", {}, None, str(error))
    return RunView(folder, folder.name, config, "", {step: StepHistory() for step in config.steps}, is_alive(folder))
