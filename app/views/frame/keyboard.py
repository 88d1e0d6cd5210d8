"""The keyboard: a sheet of all shortcuts, and the place to change them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.base.command_table import COMMANDS, Command
from app.base.theme import SIGNS, emotion_colour
from app.models.keyboard import Keyboard
from app.views.parts.widgets import label, push, row
from m2fnet_core.document.content import Look

_NATIVE = QKeySequence.SequenceFormat.NativeText
_BY_KEY = {command.key: command for command in COMMANDS}
_KEY = Qt.ItemDataRole.UserRole
_COLUMNS = 3


class CheatSheet(QDialog):
    """All shortcuts by menu, as they are now."""

    def __init__(self, keyboard: Keyboard, parent: QWidget, labels: Sequence[Look] = ()) -> None:
        super().__init__(parent)
        self._keyboard, self._window = keyboard, parent
        self.setWindowTitle("Keyboard shortcuts")
        columns = QHBoxLayout()
        columns.setSpacing(40)
        for groups in _columns(keyboard):
            columns.addLayout(_column(groups))
        if labels:
            columns.addLayout(_manual(keyboard, labels))
        self.change = push("Change shortcuts…", "Give commands other keys")
        self.change.clicked.connect(self._change)
        buttons = _close_button(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(26, 22, 26, 16)
        layout.setSpacing(16)
        layout.addWidget(label("Keyboard shortcuts", "title"))
        layout.addLayout(columns)
        hint = "Letters do nothing while you type in a text field. Labels go to what is heard while the video plays."
        layout.addWidget(label(hint, "muted"))
        layout.addLayout(row(self.change, 1, buttons))

    def _change(self) -> None:
        self.accept()
        KeyboardEditor(self._keyboard, self._window).open()


Line = tuple[str, str]  # what it does, its keys
Group = tuple[str, list[Line]]


def _columns(keyboard: Keyboard) -> list[list[Group]]:
    """The groups in columns of about equal length."""
    groups = _groups(keyboard)
    most = sum(len(lines) + 1 for _, lines in groups) / _COLUMNS
    columns: list[list[Group]] = [[] for _ in range(_COLUMNS)]
    place = used = 0
    for group in groups:
        size = len(group[1]) + 1
        if used and used + size / 2 > most and place < _COLUMNS - 1:
            place, used = place + 1, 0
        columns[place].append(group)
        used += size
    return columns


def _groups(keyboard: Keyboard) -> list[Group]:
    made: list[Group] = []
    for menu, commands in groupby(COMMANDS, key=lambda command: command.menu):
        lines: list[Line] = []
        for submenu, rows in groupby(commands, key=lambda command: command.submenu):
            if submenu:
                lines.append(_range(submenu, list(rows), keyboard))
            else:
                lines += [(_plain(command), shown(keys)) for command in rows if (keys := keyboard.keys(command.key))]
        if lines:
            made.append((menu.replace("&", ""), lines))
    return made


def _range(title: str, commands: list[Command], keyboard: Keyboard) -> Line:
    """``1 … 9`` for the keys of a submenu."""
    keys = [shown(given[:1]) for command in commands if (given := keyboard.keys(command.key))]
    words = f"{keys[0]} … {keys[-1]}" if len(keys) > 1 else "".join(keys)
    return title.replace("&", ""), words


def _manual(keyboard: Keyboard, labels: Sequence[Look]) -> QGridLayout:
    """The labels with their signs, keys and descriptions: the coding manual at hand."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.addWidget(label("Labels", "section"), 0, 0, 1, 3)
    names = tuple(look.label for look in labels)
    for place, look in enumerate(labels, 1):
        keys = (look.key,) if look.key else keyboard.keys(f"label-{place}")
        sign = label(SIGNS[place - 1])
        sign.setStyleSheet(f"color: {emotion_colour(look.label, names).name()}")
        name = label(look.label)
        for part in (sign, name):
            part.setToolTip(look.description)
        grid.addWidget(sign, place, 0)
        grid.addWidget(name, place, 1)
        grid.addWidget(label(shown(keys), "muted"), place, 2, Qt.AlignmentFlag.AlignRight)
    grid.setRowStretch(len(labels) + 1, 1)
    return grid


def _column(groups: list[Group]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(26)
    grid.setVerticalSpacing(6)
    for title, lines in groups:
        grid.addWidget(label(title, "section"), grid.rowCount(), 0)
        for name, keys in lines:
            place = grid.rowCount()
            grid.addWidget(label(name), place, 0)
            grid.addWidget(label(keys, "muted"), place, 1, Qt.AlignmentFlag.AlignRight)
        grid.setRowMinimumHeight(grid.rowCount(), 8)
    grid.setRowStretch(grid.rowCount(), 1)
    grid.setColumnStretch(0, 1)
    return grid


class KeyboardEditor(QDialog):
    """A list of commands, a field that takes the next key pressed, and what else that key gives."""

    def __init__(self, keyboard: Keyboard, parent: QWidget) -> None:
        super().__init__(parent)
        self._keyboard = keyboard
        self.setWindowTitle("Change shortcuts")
        self.resize(640, 620)
        self.list = self._make_list()
        self.field = QKeySequenceEdit()
        self.field.setMaximumSequenceLength(1)
        self.field.setAccessibleName("New shortcut")
        self.conflict = label("", "muted", wrap=True)
        self.set = push("Use it", "Give the selected command this key alone", primary=True)
        self.none = push("No key", "The selected command has no key")
        self.reset = push("Reset", "The selected command has the program's own key again")
        self.reset_all = push("Reset all", "Every command has the program's own keys again")
        self._lay_out()
        self._connect()
        self.refresh()

    def choose(self, command: str) -> None:
        """Select a command."""
        for item in self._items():
            if item.data(0, _KEY) == command:
                self.list.setCurrentItem(item)

    def refresh(self) -> None:
        """Show the keys as they are now; what clashes is said."""
        clashes = {user for users in self._keyboard.conflicts().values() for user in users}
        for item in self._items():
            command = item.data(0, _KEY)
            changed = "" if self._keyboard.is_own(command) else "changed"
            item.setText(1, shown(self._keyboard.keys(command)))
            item.setText(2, "conflict" if command in clashes else changed)
        self._say_conflict()

    def _make_list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setHeaderLabels(["Command", "Keys", ""])
        made.setAccessibleName("Commands")
        made.header().setStretchLastSection(False)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        made.setColumnWidth(1, 170)
        made.setColumnWidth(2, 80)
        for menu, commands in groupby(COMMANDS, key=lambda command: command.menu):
            parent = QTreeWidgetItem(made, [menu.replace("&", "")])
            for command in commands:
                item = QTreeWidgetItem(parent, [_plain(command)])
                item.setData(0, _KEY, command.key)
                item.setToolTip(0, command.tip)
        made.expandAll()
        return made

    def _items(self) -> Iterator[QTreeWidgetItem]:
        for top in range(self.list.topLevelItemCount()):
            parent = self.list.topLevelItem(top)
            for place in range(parent.childCount() if parent is not None else 0):
                child = parent.child(place) if parent is not None else None
                if child is not None:
                    yield child

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self.list, 1)
        new = row(label("Press the new key here:"), self.field, self.set, self.none, self.reset)
        new.setSpacing(8)
        layout.addLayout(new)
        layout.addWidget(self.conflict)
        layout.addLayout(row(self.reset_all, 1, _close_button(self)))

    def _connect(self) -> None:
        self.list.currentItemChanged.connect(lambda *_: self._begin())
        self.field.keySequenceChanged.connect(lambda _: self._say_conflict())
        self.set.clicked.connect(self._use)
        self.none.clicked.connect(lambda: self._give(()))
        self.reset.clicked.connect(lambda: self._keyboard.reset(self.command) if self.command else None)
        self.reset_all.clicked.connect(lambda: self._keyboard.reset())
        self._keyboard.changed.connect(self.refresh)

    @property
    def command(self) -> str:
        """The selected one, "" for none."""
        item = self.list.currentItem()
        return (item.data(0, _KEY) or "") if item is not None else ""

    def _begin(self) -> None:
        self.field.clear()
        self._say_conflict()

    def _use(self) -> None:
        key = self.field.keySequence().toString()
        if self.command and key:
            for other in self._others(key):
                left = tuple(k for k in self._keyboard.keys(other) if QKeySequence(k) != QKeySequence(key))
                self._keyboard.give(other, left)
            self._give((key,))

    def _give(self, keys: tuple[str, ...]) -> None:
        if self.command:
            self._keyboard.give(self.command, keys)
            self.field.clear()

    def _others(self, key: str) -> list[str]:
        return [user for user in self._keyboard.users(key) if user != self.command]

    def _say_conflict(self) -> None:
        key = self.field.keySequence().toString()
        others = [_plain(_BY_KEY[other]) for other in self._others(key)] if key else []
        for button in (self.set, self.none, self.reset):
            button.setEnabled(bool(self.command) and (button is not self.set or bool(key)))
        self.conflict.setText(
            f"{shown((key,))} gives “{'”, “'.join(others)}” now, which then loses it." if others else ""
        )


def shown(keys: tuple[str, ...]) -> str:
    """Keys as this system writes them."""
    return "   ".join(QKeySequence(key).toString(_NATIVE) for key in keys)


def _plain(command: Command) -> str:
    """A command's name without marks for the menu."""
    return command.text.replace("&", "").rstrip("…")


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    close = buttons.button(QDialogButtonBox.StandardButton.Close)
    assert isinstance(close, QPushButton)
    close.setAutoDefault(False)
    return buttons
