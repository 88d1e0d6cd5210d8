"""Trainings as the window knows them: what waits, what runs, what its folder tells."""

import shutil
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.base.settings import Settings
from app.jobs.training import TrainingProcess, stop_process
from app.models.notices import Notices
from app.models.training.run_folders import LOG, TOML, RunFolders, folder_of
from app.models.training.run_queue import RunQueue
from m2fnet_core.base.errors import TrainingError
from trainer.config import RunConfig
from trainer.run.file import write_run
from trainer.run.view import KILLED, RunView, StepState, is_alive, runs_folder, runs_in

_LOOK_MS = 400
_LOOKS = 5  # after so many, whether a run is trained by another window or without one
_PATIENCE = 20.0  # seconds to save and end when the window closes
_TOLD = (0, 130)  # exit codes of a run that is done or was stopped


class Runs(QObject):
    """All runs of the data folder and the queue of those that wait. One of them trains at a time."""

    changed = Signal()  # which there are, what waits, what trains
    told = Signal(str)  # a run's folder has news

    def __init__(self, settings: Settings, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._process: TrainingProcess | None = None
        self._queue = RunQueue(settings)
        self._folders = RunFolders()
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
        made = sorted(path.parent.name for path in runs_folder().glob(f"*/{TOML}"))
        return tuple(
            dict.fromkeys([*reversed(self.waiting), *([self.training] if self.training else []), *begun, *made])
        )

    @property
    def waiting(self) -> tuple[str, ...]:
        """Runs that wait, the next one first."""
        return self._queue.waiting

    @property
    def paused(self) -> str:
        """The run that holds up those that wait until it is resumed or stopped."""
        return self._queue.paused

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
        return folder_of(name)

    def view(self, name: str) -> RunView:
        """What the run's folder tells."""
        return self._folders.view(name)

    def log(self, name: str) -> str:
        """The last of what the training said."""
        return self._folders.log(name)

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
            write_run(replace(config, name=name, out=runs_folder()), folder / TOML)
        except (OSError, TrainingError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise TrainingError(f"{folder} cannot be written ({error}); free some space.") from error
        self._queue.append(name)
        self.changed.emit()
        self._next()
        return name

    def finish(self, name: str) -> None:
        """As `resume`, but the best so far of the step that was begun is its end; the steps behind it follow."""
        self._finishing.add(name)
        self.resume(name)

    def resume(self, name: str) -> None:
        """Train a run that was stopped, failed or killed, as soon as nothing else trains."""
        self._look_elsewhere(name)
        view, toml = self.view(name), self.folder(name) / TOML
        if self.is_training(name) or name in self.waiting:
            return
        if view.config is not None and not toml.exists():  # it was begun without this window
            try:
                write_run(replace(view.config, out=runs_folder()), toml)
            except (OSError, TrainingError) as error:
                self._notices.fail(f"{toml} cannot be written ({error}); free some space.")
                return
        self._queue.resume(name)
        self.changed.emit()
        self._next()

    def pause(self, name: str) -> None:
        """Save and end for a while: those that wait go on waiting until this one is resumed."""
        self._queue.pause(name)
        self._halt(name)

    def stop(self, name: str) -> None:
        """Save and end; the best state so far is kept. One that waits does not wait any longer."""
        self._queue.drop(name)
        self._halt(name)
        self._next()

    def remove(self, name: str) -> None:
        """Delete a run's folder with all it holds; not one that trains. What cannot be deleted is told."""
        self._look_elsewhere(name)
        if self.is_training(name):
            self._notices.fail(f"{name} is being trained; stop it first.")
            return
        self._queue.drop(name)
        try:
            shutil.rmtree(self.folder(name))
        except OSError as error:
            self._notices.fail(f"{self.folder(name)} cannot be deleted ({error}); delete it in a file manager.")
        self._folders.forget(name)
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
        self.changed.emit()
        if name == self.training and self._process is not None:
            self._process.stop()
        elif (process := self.view(name).process) is not None:
            stop_process(process)

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
        name = self._queue.take()
        self.changed.emit()
        try:
            finish = name in self._finishing
            self._process = TrainingProcess(self.folder(name) / TOML, self.folder(name) / LOG, finish)
        except TrainingError as error:
            self._notices.fail(str(error))
            return
        self.training = name
        self._told_before = self._folders.told(name)
        self._finishing.discard(name)
        self._broken.pop(name, None)
        self._timer.start()
        self.changed.emit()

    def look(self) -> None:
        """Take what the folders of the runs that train have news of."""
        ended = self._process is not None and self._process.code is not None
        views = self._folders.views
        watched = [name for name in views if name == self.training or views[name].process is not None]
        for name in watched:
            self._take(name)
        self._looks += 1
        if self._looks % _LOOKS == 0:
            for name in [name for name in views if name not in watched]:
                self._look_elsewhere(name)
            self._next()
        if ended:
            self._end()

    def _look_elsewhere(self, name: str) -> None:
        """Whether another window or a command has begun to train in a run that stood still."""
        view = self._folders.views.get(name)
        if view is not None and name != self.training and is_alive(self.folder(name)) != view.process:
            self._folders.read(name)
            self.changed.emit()

    def _take(self, name: str) -> None:
        """News of a run that trains."""
        if not self._folders.take_news(name):
            return
        if self.view(name).process is None and name != self.training:  # one that went on without a window has ended
            self.changed.emit()
            self._next()
        self.told.emit(name)

    def _end(self) -> None:
        code = self._process.code if self._process is not None else 0
        name, self.training, self._process = self.training, "", None
        self._folders.settle(name)
        wordless = self._folders.told(name) == self._told_before or self.trouble(name) == KILLED
        if code is not None and code > 0 and code not in _TOLD and wordless:
            self._broken[name] = (
                f"The training of {name} broke off (exit code {code}); what it said last is in its log."
            )
        if self.view(name).state is StepState.DONE:  # before it could be paused
            self._queue.let_go(name)
        self.told.emit(name)
        self.changed.emit()
        self._next()
