"""What the folders of runs tell, read once and then only what was added."""

from pathlib import Path

from m2fnet_core.base.errors import TrainingError
from trainer.events import Event
from trainer.run.file import read_run
from trainer.run.view import RunTail, RunView, StepHistory, gone_on, is_alive, read_view, runs_folder

TOML = "run.toml"
LOG = "log.txt"
_CONFIG, _EVENTS = "run.json", "events.jsonl"
_LOG_BYTES = 20_000


def folder_of(name: str) -> Path:
    """Where a run of the data folder lies."""
    return runs_folder() / name


class RunFolders:
    """Views of the runs that were asked for, and how far their events were read."""

    def __init__(self) -> None:
        self.views: dict[str, RunView] = {}  # of the runs that were asked for
        self._tails: dict[str, RunTail] = {}

    def view(self, name: str) -> RunView:
        """What the run's folder tells."""
        if name not in self.views:
            self.read(name)
        return self.views[name]

    def read(self, name: str) -> None:
        """From the beginning."""
        folder = folder_of(name)
        tail = self._tails[name] = RunTail(folder)
        self.views[name] = read_view(folder, tail) if (folder / _CONFIG).exists() else _unbegun(folder)

    def take_news(self, name: str) -> bool:
        """Take what the folder tells since; False where that is nothing."""
        before, now = self.view(name).process, is_alive(folder_of(name))
        events = self._tails[name].take()
        if not events and now == before:
            return False
        self._go_on(name, events)
        return True

    def settle(self, name: str) -> None:
        """Take what the folder of a run tells that has ended, even where its events say nothing more."""
        self._go_on(name, self._tails[name].take() if name in self._tails else [])

    def _go_on(self, name: str, events: list[Event]) -> None:
        view = self.views.get(name)
        if view is not None and view.created:
            self.views[name] = gone_on(view, events)
        else:  # it has just begun
            self.read(name)

    def forget(self, name: str) -> None:
        """The folder is gone."""
        self.views.pop(name, None)
        self._tails.pop(name, None)

    def told(self, name: str) -> int:
        """Bytes of all events by now."""
        try:
            return (folder_of(name) / _EVENTS).stat().st_size
        except OSError:
            return 0

    def log(self, name: str) -> str:
        """The last of what the training said."""
        try:
            with (folder_of(name) / LOG).open("rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - _LOG_BYTES))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""


def _unbegun(folder: Path) -> RunView:
    """A run that waits: its settings, and nothing else yet."""
    try:
        config = read_run(folder / TOML)
    except TrainingError as error:
        return RunView(folder, folder.name, None, "", {}, None, str(error))
    return RunView(folder, folder.name, config, "", {step: StepHistory() for step in config.steps}, is_alive(folder))
