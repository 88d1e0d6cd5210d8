"""Small windows of the Help and Analysis menus."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
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
        grid = QGridLayout()
        grid.setHorizontalSpacing(36)
        grid.setVerticalSpacing(7)
        for column, commands in enumerate(_columns()):
            for place, command in enumerate(commands):
                grid.addLayout(_line(command), place, column)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(26, 22, 26, 16)
        layout.setSpacing(16)
        layout.addWidget(label("Keyboard shortcuts", "title"))
        layout.addLayout(grid)
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


def _columns() -> list[list[Command]]:
    """The commands that have a shortcut, in two columns of about equal length."""
    commands = [command for command in COMMANDS if command.shortcuts]
    half = -(-len(commands) // 2)
    return [commands[:half], commands[half:]]


def _line(command: Command) -> QGridLayout:
    line = QGridLayout()
    keys = [QKeySequence(shortcut).toString(_NATIVE) for shortcut in command.shortcuts if shortcut != "Backtab"]
    name = label(command.text.replace("&", "").rstrip("…"))
    name.setToolTip(command.tip)
    shown = label("  ".join(keys), "muted")
    shown.setAlignment(Qt.AlignmentFlag.AlignRight)
    line.addWidget(name, 0, 0)
    line.addWidget(shown, 0, 1)
    line.setColumnStretch(0, 1)
    return line


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    return buttons
