"""The table of commands as actions of one window."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.base.command_table import COMMANDS, LABELS, Command, Need
from app.base.icons import icon
from app.models.keyboard import Keyboard
from m2fnet_core.document.content import Look


class Actions:
    """One action per row. ``keyboard`` says which keys a person gave them; without it they have the table's."""

    def __init__(self, window: QWidget, keyboard: Keyboard | None = None) -> None:
        self._actions: dict[str, QAction] = {row.key: _action(row, window) for row in COMMANDS}
        self._keyboard = keyboard
        self._labels: tuple[Look, ...] | None = None
        self._facts: frozenset[Need] = frozenset()
        if keyboard is not None:
            keyboard.changed.connect(self._take_keys)
            self._take_keys()
        self.provide({Need.NOTHING})
        self.tint()

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def connect(self, slots: Mapping[str, Callable[..., object]]) -> None:
        """Give every command what it does. Raises KeyError for a row that was forgotten."""
        for row in COMMANDS:
            action, slot = self._actions[row.key], slots[row.key]
            if row.checkable:
                action.toggled.connect(slot)
            else:
                action.triggered.connect(lambda _checked, slot=slot: slot())

    def provide(self, facts: set[Need]) -> None:
        """Enable what is possible now, disable the rest."""
        if facts == self._facts:
            return
        self._facts = frozenset(facts)
        for row in COMMANDS:
            self._actions[row.key].setEnabled(row.need in facts or row.need is Need.NOTHING)

    def name_labels(self, labels: Sequence[Look]) -> None:
        """The commands stand for these labels; one that has a key of its own is given by that."""
        if tuple(labels) == self._labels:
            return
        self._labels = tuple(labels)
        for number in LABELS:
            look = labels[number - 1] if number <= len(labels) else None
            for key in (f"label-{number}", f"second-{number}"):
                action = self._actions[key]
                action.setVisible(look is not None)  # an invisible action's keys do nothing
                action.setText(look.label.replace("&", "&&") if look is not None else "")
                action.setToolTip(look.description if look is not None and look.description else action.statusTip())
        self._take_keys()

    def name_steps(self, undo: str, redo: str) -> None:
        """Say what undo and redo would do."""
        for key, word, title in (("undo", "&Undo", undo), ("redo", "&Redo", redo)):
            self._actions[key].setText(f"{word}: {title.replace('&', '&&')}" if title else word)

    def tint(self) -> None:
        """Icons in the colours of the palette in force."""
        for row in COMMANDS:
            if row.icon:
                self._actions[row.key].setIcon(icon(row.icon))

    def _take_keys(self) -> None:
        for row in COMMANDS:
            keys = row.shortcuts if self._keyboard is None else self._keyboard.keys(row.key)
            self._actions[row.key].setShortcuts([QKeySequence(key) for key in keys])
        for number, look in enumerate(self._labels or (), 1):
            if look.key:
                self._actions[f"label-{number}"].setShortcuts([QKeySequence(look.key)])


def _action(row: Command, window: QWidget) -> QAction:
    action = QAction(row.text, window)
    action.setObjectName(row.key)
    action.setShortcuts([QKeySequence(shortcut) for shortcut in row.shortcuts])
    action.setToolTip(row.tip)
    action.setStatusTip(row.tip)
    action.setCheckable(row.checkable)
    window.addAction(action)
    return action
