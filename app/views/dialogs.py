"""Small windows of the Help and Analysis menus."""

from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.actions import COMMANDS, Command
from app.views.parts import label
from m2fnet_core.folders import resource

_NATIVE = QKeySequence.SequenceFormat.NativeText


class Shortcuts(QDialog):
    """All shortcuts, by menu, made from the table of commands."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        columns = QHBoxLayout()
        columns.setSpacing(44)
        for groups in _columns():
            columns.addLayout(_column(groups))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(26, 22, 26, 16)
        layout.setSpacing(16)
        layout.addWidget(label("Keyboard shortcuts", "title"))
        layout.addLayout(columns)
        layout.addWidget(label("Letters do nothing while you type in a text field.", "muted"))
        layout.addWidget(_close_button(self))


class Documentation(QDialog):
    """The tour that ships with the program."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Documentation")
        self.resize(760, 640)
        browser = QTextBrowser()
        browser.setMarkdown(resource("help", "documentation.md").read_text(encoding="utf-8"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 12)
        layout.addWidget(browser)
        layout.addWidget(_close_button(self))


def ask_recogniser(parent: QWidget, last: str) -> str:
    """The speech recognition model a person names; "" when they think better of it."""
    text, accepted = QInputDialog.getText(
        parent,
        "Transcribe",
        "Speech recognition model: a folder, or a Hugging Face name whose weights are on this machine\n"
        "(for example openai/whisper-small)",
        text=last,
    )
    return text.strip() if accepted else ""


Group = tuple[str, list[Command]]


def _columns() -> tuple[list[Group], list[Group]]:
    """The commands that have a shortcut, by menu, in two columns of about equal length."""
    commands = [command for command in COMMANDS if command.shortcuts]
    groups = [(title, list(rows)) for title, rows in groupby(commands, key=lambda command: command.menu)]
    longest = max(groups, key=lambda group: len(group[1]))
    return [longest], [group for group in groups if group is not longest]


def _column(groups: list[Group]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(28)
    grid.setVerticalSpacing(7)
    for title, commands in groups:
        grid.addWidget(label(title.replace("&", ""), "section"), grid.rowCount(), 0)
        for command in commands:
            _add_line(grid, grid.rowCount(), command)
    grid.setRowStretch(grid.rowCount(), 1)
    grid.setColumnStretch(0, 1)
    return grid


def _add_line(grid: QGridLayout, place: int, command: Command) -> None:
    keys = [QKeySequence(shortcut).toString(_NATIVE) for shortcut in command.shortcuts]
    name = label(command.text.replace("&", "").rstrip("…"))
    name.setToolTip(command.tip)
    grid.addWidget(name, place, 0)
    grid.addWidget(label("   ".join(keys), "muted"), place, 1, Qt.AlignmentFlag.AlignRight)


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    return buttons
