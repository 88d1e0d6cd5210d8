"""The open project as the window sees it: one way in for every change, one signal out."""

import getpass
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.base.settings import ANNOTATOR, BLIND, Settings
from app.jobs.background import Background
from app.models.notices import Notices
from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.base.folders import data_folder
from m2fnet_core.document import copies
from m2fnet_core.document.commands import Command
from m2fnet_core.document.content import Decision, Document, Medium, Model, Turn
from m2fnet_core.document.project import (
    Change,
    DocumentDamaged,
    DocumentLocked,
    DocumentUnwritable,
    Project,
    untitled,
)
from m2fnet_core.document.trace_journal import recover

_SNAPSHOT_MS = 5 * 60 * 1000
_REFRESH_MS = 2000
_EMPTY = Document()
T = TypeVar("T")


class ProjectModel(QObject):
    """Owns the `Project` of one window. Failures become notices; whoever asked gets None and goes on."""

    damaged = Signal(str, Path)  # a sentence, and the newest sound snapshot of a project that does not open
    opened = Signal()  # another project, or none: read everything anew
    changed = Signal(object)  # Change: what a command, an undo or an analysis touched
    saved_as = Signal()  # the same project under another name
    blind_changed = Signal()
    annotator_changed = Signal()
    kept = Signal()  # a snapshot was taken

    def __init__(self, settings: Settings, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._notices = settings, notices
        self._project: Project | None = None
        self._asked = Path()  # the file that was to be opened last
        self._news: list[str] = []  # what opening had to say
        self._keeper: Background | None = None  # takes snapshots of the open project
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look_after)

    # What there is

    @property
    def is_open(self) -> bool:
        return self._project is not None

    @property
    def document(self) -> Document:
        """As it is now; an empty one while nothing is open."""
        return _EMPTY if self._project is None else self._project.document

    @property
    def read_only(self) -> bool:
        return self._project is not None and self._project.read_only

    @property
    def path(self) -> Path | None:
        """Its file."""
        return None if self._project is None else self._project.path

    @property
    def is_untitled(self) -> bool:
        """Whether it still lies in the application's data folder."""
        return self.path is not None and self.path.parent == data_folder() / "projects"

    @property
    def title(self) -> str:
        """For a window's title: its name, and whether it can be changed."""
        name = "" if self.path is None else "Untitled" if self.is_untitled else self.path.stem
        return f"{name} [read-only]" if self.read_only else name

    @property
    def undo_title(self) -> str:
        """What undo would take back, "" for nothing."""
        return "" if self._project is None else self._project.undo_title

    @property
    def redo_title(self) -> str:
        """What redo would do again, "" for nothing."""
        return "" if self._project is None else self._project.redo_title

    @property
    def project(self) -> Project | None:
        """For what only reads: history, earlier predictions."""
        return self._project

    def turns_of(self, medium: str) -> tuple[Turn, ...]:
        """A medium's utterances in order of their start. Looks at every utterance of the project."""
        turns = (turn for turn in self.document.turns.values() if turn.medium == medium)
        return tuple(sorted(turns, key=lambda turn: (turn.start, turn.end)))

    def decision(self, utterance: str) -> Decision | None:
        """The annotator's own."""
        return self.document.decisions.get((utterance, self.annotator))

    def medium_of(self, sha256: str, path: Path) -> Medium | None:
        """The medium with this content, else the one at this place."""
        media = self.document.media.values()
        same = next((medium for medium in media if medium.sha256 == sha256 != ""), None)
        return same or next((medium for medium in media if medium.path == path), None)

    # Who works, and how

    @property
    def annotator(self) -> str:
        """The name that decisions are made under."""
        return self._settings.get(ANNOTATOR) or _login()

    def set_annotator(self, name: str) -> None:
        """Decide under another name from now on."""
        if name.strip() and name.strip() != self.annotator:
            self._settings.set(ANNOTATOR, name.strip())
            self.annotator_changed.emit()

    @property
    def blind(self) -> bool:
        """Whether predictions are hidden while a person decides."""
        return self._settings.get(BLIND)

    def set_blind(self, blind: bool) -> None:
        """Hide predictions everywhere, or show them."""
        if blind != self.blind:
            self._settings.set(BLIND, blind)
            self.blind_changed.emit()

    # Opening and closing

    def open(self, path: Path) -> bool:
        """Open a project's file, read-only where another window has it. What is open stays if that fails."""
        self._asked = path
        try:
            project, news = _opened(path)
        except DocumentDamaged as error:
            if error.snapshot is not None:
                self.damaged.emit(str(error), error.snapshot)
            else:
                self._notices.fail(str(error))
            return False
        except M2FNetError as error:
            self._notices.fail(str(error))
            return False
        self._news += news
        return self._take(project)

    def open_snapshot(self, snapshot: Path) -> bool:
        """Go on with a copy of a snapshot of the damaged project that was to be opened, which stays as it is."""
        project = self._tried(lambda: copies.from_snapshot(snapshot, self._asked))
        return project is not None and self._take(project)

    def create_untitled(self, media: Path, label_set: LabelSet) -> bool:
        """A new project for a video, in the application's data folder."""
        try:
            place = untitled(media)
        except OSError as error:
            reason = error.strerror or str(error)
            self._notices.fail(f"No project can be made in {data_folder()} ({reason}); make room or give access there.")
            return False
        project = self._tried(lambda: Project.create(place, label_set))
        return project is not None and self._take(project)

    def close(self) -> None:
        """Let go of the project."""
        if self._project is not None:
            self._release()
            self.opened.emit()

    def save_as(self, path: Path) -> bool:
        """Go on under another name."""
        project = self._project
        if project is None or not self._ran(lambda: project.save_as(path)):
            return False
        self.saved_as.emit()
        return True

    def take_news(self) -> list[str]:
        """What a person should know about the project that was opened, once."""
        news, self._news = self._news, []
        return news

    def _take(self, project: Project) -> bool:
        self._release()
        self._project = project
        found = project.recovered, self._tried(lambda: recover(project)) or ""
        self._news += [sentence for sentence in found if sentence]
        self._keeper = Background("snapshots", self)
        self._keeper.failed.connect(self._notices.fail)
        self._keeper.done.connect(self.kept)
        self._timer.start(_REFRESH_MS if project.read_only else _SNAPSHOT_MS)
        self.opened.emit()
        return True

    def _release(self) -> None:
        self._timer.stop()
        if self._keeper is not None:
            keeper, self._keeper = self._keeper, None
            keeper.close()
            keeper.deleteLater()
        if self._project is not None:
            project, self._project = self._project, None
            self._ran(project.close)

    # Changing

    def do(self, command: Command) -> Change | None:
        """Carry a command out; it is on disk when this returns. None when it was refused (a notice says why)."""
        project = self._project
        return None if project is None else self._tell(self._tried(lambda: project.do(command)))

    def undo(self) -> Change | None:
        """Take the last command back."""
        project = self._project
        return None if project is None else self._tell(self._tried(project.undo))

    def redo(self) -> Change | None:
        """Do again what was taken back last."""
        project = self._project
        return None if project is None else self._tell(self._tried(project.redo))

    def add_predictions(self, medium: str, model: Model, items: Sequence[tuple[Turn, Prediction]]) -> Change | None:
        """A new analysis; decisions stay as they are."""
        project = self._project
        if project is None or project.read_only or not items:
            return None
        return self._tell(self._tried(lambda: project.add_predictions(medium, model, items)))

    def see(self, medium: Medium) -> None:
        """What its file turned out to be; nothing is written."""
        if self._project is not None:
            self._project.see(medium)
            self.changed.emit(Change("look", "look", media=frozenset((medium.id,))))

    def check_media(self) -> None:
        """Look again whether the files are there."""
        if self._project is not None:
            self._project.check_media()

    def look_after(self) -> None:
        """Every now and then: keep a verified copy of what changed; read-only: take in what the other window did."""
        project = self._project
        if project is not None and project.read_only:
            self._tell(self._tried(project.refresh))
        elif project is not None and self._keeper is not None:
            work = self._tried(project.snapshot_work)
            if work is not None:
                self._keeper.start(lambda _emit, _cancel: _run(work))

    def _tell(self, change: Change | None) -> Change | None:
        if change is not None:
            self.changed.emit(change)
        return change

    def _ran(self, work: Callable[[], None]) -> bool:
        """Whether it went well."""
        try:
            work()
        except M2FNetError as error:
            self._notices.fail(str(error))
            return False
        return True

    def _tried(self, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except M2FNetError as error:
            self._notices.fail(str(error))
            return None


def _opened(path: Path) -> tuple[Project, list[str]]:
    """The project, or what can be had of it, and what that means for a person."""
    try:
        return Project.open(path), []
    except DocumentUnwritable as error:
        kept = f"{error} This is a working copy of it: save it as another file to keep it elsewhere."
        return copies.working_copy(path), [kept]
    except DocumentLocked as error:
        return Project.open(path, read_only=True), [f"{error} It is open read-only here."]


def _run(work: Callable[[], object]) -> None:
    work()


@cache
def _login() -> str:
    """Who is logged in; a machine may not know."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "annotator"
