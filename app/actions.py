"""Every command a person can give, in one table: menus, shortcuts, tooltips and the shortcut sheet are made from it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.icons import icon


class Need(Enum):
    """What must be there for a command to make sense."""

    NOTHING = auto()
    MEDIA = auto()
    SELECTION = auto()
    REPORT = auto()
    RUNNING = auto()
    HALTED = auto()  # an analysis that was stopped or interrupted


@dataclass(frozen=True, slots=True)
class Command:
    """One row. ``group``: rows of a menu with another number are set apart by a line."""

    key: str
    menu: str
    group: int
    text: str
    tip: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    need: Need = Need.NOTHING
    checkable: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("open", "&File", 0, "&Open video…", "Open a video or sound file and analyse it", ("Ctrl+O",), "open"),
    Command(
        "transcript",
        "&File",
        0,
        "Open &transcript…",
        "Use this transcript for the open video (srt, vtt or csv)",
        ("Ctrl+T",),
        "transcript",
        Need.MEDIA,
    ),
    Command("demo", "&File", 0, "Open the &demo", "Open the conversation that comes with the program", (), "film"),
    Command("close", "&File", 1, "&Close video", "Close the open video", ("Ctrl+W",), "close", Need.MEDIA),
    Command(
        "export",
        "&File",
        1,
        "&Export predictions…",
        "Write all predictions to a JSON file",
        ("Ctrl+E",),
        "export",
        Need.REPORT,
    ),
    Command("quit", "&File", 2, "&Quit", "End the program", ("Ctrl+Q",), "quit"),
    Command(
        "toggle",
        "&Play",
        0,
        "&Play or pause",
        "Play or pause; with an utterance selected, play it locked to its bounds",
        ("Space",),
        "play",
        Need.MEDIA,
    ),
    Command("shuttle-back", "&Play", 0, "Play &backwards", "Shuttle backwards; again: faster", ("J",), "", Need.MEDIA),
    Command("pause", "&Play", 0, "&Stop", "Stop the shuttle", ("K",), "", Need.MEDIA),
    Command("shuttle-on", "&Play", 0, "Play &forwards", "Shuttle forwards; again: faster", ("L",), "", Need.MEDIA),
    Command("frame-back", "&Play", 1, "Previous frame", "One frame back", ("Left",), "", Need.MEDIA),
    Command("frame-on", "&Play", 1, "Next frame", "One frame on", ("Right",), "", Need.MEDIA),
    Command("second-back", "&Play", 1, "One second back", "One second back", ("Shift+Left",), "", Need.MEDIA),
    Command("second-on", "&Play", 1, "One second on", "One second on", ("Shift+Right",), "", Need.MEDIA),
    Command("next", "&Play", 2, "&Next utterance", "Select the next utterance", ("Tab",), "next", Need.MEDIA),
    Command(
        "previous",
        "&Play",
        2,
        "P&revious utterance",
        "Select the utterance before",
        ("Shift+Tab",),
        "previous",
        Need.MEDIA,
    ),
    Command(
        "replay",
        "&Play",
        2,
        "Replay with &context",
        "Play the selected utterance with one second before and after",
        ("R",),
        "replay",
        Need.SELECTION,
    ),
    Command(
        "deselect",
        "&Play",
        2,
        "Select no utterance",
        "Give up the selection, so that Space plays on past its bounds",
        ("Escape",),
        "",
        Need.SELECTION,
    ),
    Command(
        "overlays",
        "&View",
        0,
        "Face &boxes",
        "Draw face boxes and area weights on the picture",
        ("B",),
        "overlay",
        checkable=True,
    ),
    Command("zoom-in", "&View", 1, "Zoom &in", "Show less time in the timeline", ("+", "="), "zoom-in", Need.MEDIA),
    Command("zoom-out", "&View", 1, "Zoom &out", "Show more time in the timeline", ("-",), "zoom-out", Need.MEDIA),
    Command("fit", "&View", 1, "&Fit the whole video", "Show all time in the timeline", ("F",), "fit", Need.MEDIA),
    Command("find", "&View", 2, "&Find utterances", "Go to the filter box", ("Ctrl+F",), "search", Need.MEDIA),
    Command(
        "reset-layout", "&View", 3, "&Reset layout", "Put all panels back to where they were at first", (), "layout"
    ),
    Command(
        "again",
        "&Analysis",
        0,
        "Analyse &again",
        "Compute everything anew, without what was kept from before",
        ("Ctrl+R",),
        "refresh",
        Need.MEDIA,
    ),
    Command("cancel", "&Analysis", 0, "&Cancel", "Stop the analysis; what is computed stays", (), "stop", Need.RUNNING),
    Command("go-on", "&Analysis", 0, "&Go on", "Go on with a stopped analysis", (), "play", Need.HALTED),
    Command("model", "&Analysis", 1, "Choose &model…", "Choose the folder of a trained model bundle", (), "model"),
    Command(
        "own-model", "&Analysis", 1, "Use the program's o&wn model", "Go back to the model that comes with the program"
    ),
    Command(
        "transcribe",
        "&Analysis",
        2,
        "&Transcribe…",
        "Write the text with a speech recognition model you name",
        (),
        "microphone",
        Need.MEDIA,
    ),
    Command("shortcuts", "&Help", 0, "&Keyboard shortcuts", "Show all shortcuts", ("?",), "keyboard"),
    Command(
        "documentation", "&Help", 0, "&Documentation", "A short tour, and how to read predictions", ("F1",), "book"
    ),
    Command("about", "&Help", 1, "&About M2FNet Studio", "Versions of all parts, for bug reports", (), "info"),
)


class Actions:
    """The table as actions of one window."""

    def __init__(self, window: QWidget) -> None:
        self._actions: dict[str, QAction] = {row.key: _action(row, window) for row in COMMANDS}
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
        for row in COMMANDS:
            self._actions[row.key].setEnabled(row.need in facts or row.need is Need.NOTHING)

    def tint(self) -> None:
        """Icons in the colours of the palette in force."""
        for row in COMMANDS:
            if row.icon:
                self._actions[row.key].setIcon(icon(row.icon))


def _action(row: Command, window: QWidget) -> QAction:
    action = QAction(row.text, window)
    action.setObjectName(row.key)
    action.setShortcuts([QKeySequence(shortcut) for shortcut in row.shortcuts])
    action.setToolTip(row.tip)
    action.setStatusTip(row.tip)
    action.setCheckable(row.checkable)
    window.addAction(action)
    return action
