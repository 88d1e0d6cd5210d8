"""Which keys give which command: the table's, and what a person put in their place."""

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from app.base.command_table import COMMANDS
from app.base.settings import KEYS, Settings

_OWN = {row.key: row.shortcuts for row in COMMANDS}


class Keyboard(QObject):
    """Settings keep only what differs from the table."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._given = _read(settings.get(KEYS))

    def keys(self, command: str) -> tuple[str, ...]:
        """The key sequences that give a command, in Qt's portable words."""
        return self._given.get(command, _OWN[command])

    def is_own(self, command: str) -> bool:
        """Whether it still has the table's keys."""
        return command not in self._given

    def give(self, command: str, keys: tuple[str, ...]) -> None:
        """Other keys for a command."""
        given = {**self._given, command: tuple(_portable(key) for key in keys)}
        if _same(given[command], _OWN[command]):
            del given[command]
        self._keep(given)

    def reset(self, command: str = "") -> None:
        """The table's keys again, for one command or for all."""
        self._keep({key: keys for key, keys in self._given.items() if command and key != command})

    def users(self, key: str) -> tuple[str, ...]:
        """The commands that a key sequence gives; more than one is a conflict, and then it gives none."""
        key = _portable(key)
        return tuple(row.key for row in COMMANDS if key in map(_portable, self.keys(row.key)))

    def conflicts(self) -> Mapping[str, tuple[str, ...]]:
        """Commands by key sequence, where there is more than one."""
        by_key: dict[str, list[str]] = {}
        for row in COMMANDS:
            for key in self.keys(row.key):
                by_key.setdefault(_portable(key), []).append(row.key)
        return {key: tuple(users) for key, users in by_key.items() if len(users) > 1}

    def _keep(self, given: dict[str, tuple[str, ...]]) -> None:
        if given != self._given:
            self._given = given
            self._settings.set(KEYS, json.dumps(given, sort_keys=True) if given else "")
            self.changed.emit()


def _portable(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def _same(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return [_portable(key) for key in some] == [_portable(key) for key in others]


def _read(text: str) -> dict[str, tuple[str, ...]]:
    """What was written; anything that is no list of keys of a known command is passed over."""
    try:
        written: Any = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(written, dict):
        return {}
    return {key: tuple(keys) for key, keys in written.items() if key in _OWN and _are_keys(keys)}


def _are_keys(keys: Any) -> bool:
    return isinstance(keys, list) and all(isinstance(key, str) and _portable(key) for key in keys)
