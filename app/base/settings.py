"""What the program remembers between two starts: a table of rows. The file keeps only what differs from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from m2fnet_core.base.folders import data_folder

T = TypeVar("T")
_KEPT_RECENT = 10


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One row: where it is kept, what it is before anybody changed it, and what it means for a person."""

    key: str
    type: type[T]
    default: T
    description: str
    choices: tuple[str, ...] = ()


SCHEME = Setting("look/scheme", str, "system", "Colours of the window", ("system", "dark", "light"))
TEXT_SIZE = Setting("look/text-size", int, 100, "Size of the text, per cent of the system's: 100 to 200")
OVERLAYS = Setting("look/overlays", bool, True, "Draw face boxes and area weights on the picture")
SORTED_BARS = Setting("look/sorted-bars", bool, False, "Most probable emotion first instead of the label set's order")
DEVICE = Setting("analysis/device", str, "auto", "Device that computes the analysis")
MODEL = Setting("analysis/model", str, "", "Folder of the model bundle; empty for the one the program brings")
PRIOR = Setting(
    "analysis/prior", str, "model", "How frequent labels are held to be", ("model", "corpus", "uniform", "own")
)
RECOGNISER = Setting(
    "analysis/recogniser", str, "base", "Speech recognition model: base (the program's own), a folder, or a name"
)
RECOGNISE = Setting("analysis/recognise", bool, True, "Find the words by itself when a video has no transcript")
QUEUE = Setting("analysis/queue", str, "", "Videos still to be analysed one after the other, by project, as JSON")
FOLLOWED = Setting("analysis/followed", str, "", "Folder of the run over many videos that the dashboard follows")
TRAININGS = Setting("training/queue", str, "", "Trainings that wait, by name, as JSON")
PAUSED = Setting("training/paused", str, "", "Training that holds up those that wait")
ANNOTATOR = Setting("annotating/annotator", str, "", "Name that decisions are made under; empty for the login name")
BLIND = Setting("annotating/blind", bool, False, "Hide predictions while deciding")
LAG = Setting("annotating/lag", int, 0, "Milliseconds that a person answers late; traces lie that much earlier")
REVIEW = Setting("annotating/review", str, "entropy", "Order of the review queue")
KEYS = Setting("keyboard/shortcuts", str, "", "Shortcuts that differ from the program's own, as JSON")
RECENT: Setting[list[str]] = Setting("files/recent", list, [], "Files opened last, newest first")
GEOMETRY = Setting("window/geometry", QByteArray, QByteArray(), "Place and size of the window")
TRACKS = Setting("timeline/tracks", str, "", "Hidden tracks of the timeline and heights of the others")
LAYOUT = Setting("window/layout", QByteArray, QByteArray(), "Places of the panels")

SETTINGS: tuple[Setting[Any], ...] = (
    SCHEME,
    TEXT_SIZE,
    OVERLAYS,
    SORTED_BARS,
    DEVICE,
    MODEL,
    PRIOR,
    RECOGNISER,
    RECOGNISE,
    QUEUE,
    FOLLOWED,
    TRAININGS,
    PAUSED,
    ANNOTATOR,
    BLIND,
    LAG,
    REVIEW,
    KEYS,
    RECENT,
    GEOMETRY,
    TRACKS,
    LAYOUT,
)


class Settings(QObject):
    """Reads and writes the table's rows. A value of a wrong kind in the file counts as not written."""

    changed = Signal(str)  # key

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(str(path or data_folder() / "settings.ini"), QSettings.Format.IniFormat, self)

    def get(self, row: Setting[T]) -> T:
        """The remembered value, or the row's default."""
        if not self._store.contains(row.key):
            return row.default
        value = _read(row, self._store.value(row.key))
        return value if isinstance(value, row.type) and (not row.choices or value in row.choices) else row.default

    def set(self, row: Setting[T], value: T) -> None:
        """Remember a value; the default is remembered by forgetting. Announced when it differs from before."""
        if value == self.get(row):
            return
        if value == row.default:
            self._store.remove(row.key)
        else:
            self._store.setValue(row.key, value)
        self.changed.emit(row.key)

    def recent(self) -> tuple[Path, ...]:
        """Files opened last, newest first; files that are gone are left out."""
        names: list[str] = self.get(RECENT)
        return tuple(path for path in map(Path, names) if path.is_file())

    def remember_file(self, path: Path) -> None:
        """Put a file on top of the recent ones."""
        others = [name for name in self.get(RECENT) if name != str(path)]
        self.set(RECENT, [str(path), *others][:_KEPT_RECENT])

    def forget_files(self) -> None:
        """Empty the list of recent files."""
        self.set(RECENT, [])

    def sync(self) -> None:
        """Write to disk now; the store's own delayed write is no longer needed."""
        self._store.sync()


def _read(row: Setting[T], value: Any) -> Any:
    """An ini file knows only text: a flag comes back as a word, a list of one as a single text."""
    if row.type is bool and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    if row.type is int and isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if row.type is list and not isinstance(value, list):
        return [value] if value else []
    return value


def by_itself(settings: Settings) -> tuple[str, int | None]:
    """Who finds the words of a bare video, and how many speakers (0: found out); nobody where nobody wishes it."""
    return (settings.get(RECOGNISER), 0) if settings.get(RECOGNISE) else ("", None)
