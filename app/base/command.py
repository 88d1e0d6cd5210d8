"""What a row of the table of commands is."""

from dataclasses import dataclass
from enum import Enum, auto


class Need(Enum):
    """What must be there for a command to make sense."""

    NOTHING = auto()
    MEDIA = auto()
    SELECTION = auto()
    PROJECT = auto()
    EDIT = auto()  # a medium is shown, and its project can be changed
    MISSING = auto()  # media whose files are not found
    REPLACED = auto()  # the video shown is one whose file is another now
    UNDO = auto()
    REDO = auto()
    RUNNING = auto()
    HALTED = auto()  # an analysis that was stopped or interrupted


@dataclass(frozen=True, slots=True)
class Command:
    """One row. ``group``: rows of a menu with another number are set apart by a line; ``submenu`` gathers rows."""

    key: str
    menu: str
    group: int
    text: str
    tip: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    need: Need = Need.NOTHING
    checkable: bool = False
    submenu: str = ""
