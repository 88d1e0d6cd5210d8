"""Which trainings wait for their turn, kept in the settings so that they wait over a restart of the window."""

import json

from app.base.settings import PAUSED, TRAININGS, Settings
from app.models.training.run_folders import folder_of


class RunQueue:
    """Names of runs, the next one first, and the one that was paused and holds up the others."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def waiting(self) -> tuple[str, ...]:
        """Runs that wait and whose folder is there, the next one first."""
        return tuple(name for name in json.loads(self._settings.get(TRAININGS) or "[]") if folder_of(name).is_dir())

    @property
    def paused(self) -> str:
        """The run that holds up those that wait until it is resumed or stopped; "" where none does."""
        name = self._settings.get(PAUSED)
        return name if name and folder_of(name).is_dir() else ""

    def append(self, name: str) -> None:
        """The last one to have its turn."""
        self._set((*self.waiting, name))

    def resume(self, name: str) -> None:
        """One that was paused is the next, any other one the last."""
        self._set((name, *self.waiting) if name == self.paused else (*self.waiting, name))
        self.let_go(name)

    def take(self) -> str:
        """The next one, which does not wait any longer. There must be one."""
        name, *rest = self.waiting
        self._set(rest)
        return name

    def pause(self, name: str) -> None:
        """It does not wait, and holds up those that do."""
        self._settings.set(PAUSED, name)
        self._leave(name)

    def drop(self, name: str) -> None:
        """It neither waits nor holds up others."""
        self.let_go(name)
        self._leave(name)

    def let_go(self, name: str) -> None:
        """Those that wait need not wait for this one any more."""
        if self.paused == name:
            self._settings.set(PAUSED, "")

    def _leave(self, name: str) -> None:
        self._set(tuple(other for other in self.waiting if other != name))

    def _set(self, names: tuple[str, ...] | list[str]) -> None:
        self._settings.set(TRAININGS, json.dumps(names) if names else "")
