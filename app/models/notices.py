"""What a person should see though the work goes on: notices and failures of the open video."""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal


class Weight(Enum):
    """How much a notice matters."""

    NOTE = auto()
    FAILURE = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """One clear sentence, and how much it matters."""

    text: str
    weight: Weight


class Notices(QObject):
    """The list behind the bell. The same sentence is kept once."""

    added = Signal(Entry)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()

    def note(self, text: str) -> None:
        """Something to know: a modality is missing, the CPU took over."""
        self._add(Entry(text, Weight.NOTE))

    def fail(self, text: str) -> None:
        """Something did not work."""
        self._add(Entry(text, Weight.FAILURE))

    def clear(self) -> None:
        """Forget all; another video is opened, or the person has read them."""
        if self.entries:
            self.entries = ()
            self.changed.emit()

    def _add(self, entry: Entry) -> None:
        if entry not in self.entries:
            self.entries = (*self.entries, entry)
            self.changed.emit()
        self.added.emit(entry)
