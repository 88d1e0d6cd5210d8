"""A project: the annotation document on disk. Every command is one transaction and one undo step.

What `do`, `undo` and `redo` returned is on disk. Nothing here is thread-safe; a project belongs to one thread.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.base.emotions import MELD, LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.json_codec import plain
from m2fnet_core.document.applying import applied
from m2fnet_core.document.changes import Change, LogEntry, Steps, change_of
from m2fnet_core.document.commands import Command, Relink
from m2fnet_core.document.content import Document, KeptPrediction, Medium, Model, Turn
from m2fnet_core.document.edits import Edit, planned
from m2fnet_core.document.media_files import found_in, looked_up
from m2fnet_core.document.places import find_project_of, projects_folder, remember, untitled
from m2fnet_core.document.store import file, opening, predictions, reading, snapshots
from m2fnet_core.document.store.failing import (
    DocumentDamaged,
    DocumentForeign,
    DocumentLocked,
    DocumentUnwritable,
    failures,
)
from m2fnet_core.document.store.place import lock
from m2fnet_core.document.titles import title

__all__ = [
    "Change",
    "DocumentDamaged",
    "DocumentLocked",
    "DocumentUnwritable",
    "LogEntry",
    "Project",
    "find_project_of",
    "untitled",
]


class Project:
    """An open project file."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FileLock | None) -> None:
        """For `create` and `open`; ``lock`` None means read-only."""
        self.path, self.read_only = path, lock is None
        self.recovered = ""
        self.document = Document()
        self._done: Steps = []
        self._undone: Steps = []
        self._newest = predictions.Newest({}, {}, {}, {})
        self._connection, self._lock, self._identity = connection, lock, file.identity(path)
        self._read()
        self._kept = snapshots.newest_mark(path)  # how much was done at the last snapshot

    # Opening and closing

    @classmethod
    def create(cls, path: Path, label_set: LabelSet = MELD) -> "Project":
        """A new project. Raises DocumentError, also where there is a file already."""
        path = opening.real(path)
        if path.exists():
            raise DocumentError(f"{path} is there already; open it, or choose another name.")
        with ExitStack() as undo:
            held = lock(path)
            undo.callback(held.release)
            connection = undo.enter_context(closing(file.make(path, label_set)))
            project = cls(path, connection, held)
            undo.pop_all()
        remember(path)
        return project

    @classmethod
    def open(cls, path: Path, read_only: bool = False) -> "Project":
        """An existing project.

        Raises DocumentLocked (another window has it), DocumentUnwritable (`copies.working_copy` helps), DocumentDamaged
        (names the newest sound snapshot), DocumentError.
        """
        path = opening.real(path)
        if not path.is_file():
            raise DocumentError(f"There is no file {path}; choose another, or look where it was moved to.")
        with ExitStack() as undo:
            held = None if read_only else lock(path)
            if held is not None:
                undo.callback(held.release)
            crashed = not read_only and file.waiting(path)
            try:
                connection = undo.enter_context(closing(opening.opened(path, read_only)))
                project = cls(path, connection, held)
            except (DocumentDamaged, DocumentForeign) as error:
                raise opening.with_way_out(error, path) from error
            undo.pop_all()
        if crashed:
            project.recovered = f"{path.name} was not closed the last time; everything that was done is there."
        remember(path)
        return project

    def close(self) -> None:
        """Let go of the file. Nothing is waiting to be written."""
        file.leave(self._connection, read_only=self.read_only)
        if self._lock is not None:
            self._lock.release()

    def refresh(self) -> Change | None:
        """Read-only: take in what the other window did since. None when that is nothing."""
        with failures(self.path):
            if not self.read_only or reading.version_of(self._connection) == self._seen:
                return None
        self._read()
        return Change("refresh", "refresh", whole=True)

    def save_as(self, path: Path) -> None:
        """Go on under another name; the old file stays, unless it was untitled. Raises DocumentError."""
        path = opening.real(path)
        if path == self.path:
            return
        with ExitStack() as undo:
            held = lock(path)
            undo.callback(held.release)
            snapshots.copy_verified(self._connection, path)
            connection = undo.enter_context(closing(opening.opened(path, read_only=False)))
            undo.pop_all()
        old, was_untitled = self.path, self.path.parent == projects_folder() and not self.read_only
        self.close()
        self.path, self.read_only, self._connection, self._lock = path, False, connection, held
        self._identity, self._kept = file.identity(path), snapshots.newest_mark(path)
        remember(path)
        self._place_media()
        if was_untitled:
            opening.remove(old)

    # Reading

    @property
    def undo_title(self) -> str:
        """What undo would take back, "" for nothing."""
        return self._done[-1][1] if self._done else ""

    @property
    def redo_title(self) -> str:
        """What redo would do again, "" for nothing."""
        return self._undone[-1][1] if self._undone else ""

    def predictions_of(self, utterance: str) -> tuple[KeptPrediction, ...]:
        """All that were ever made, newest first. Raises DocumentError."""
        with failures(self.path):
            return predictions.read_all_of(self._connection, utterance)

    def history(self, after: int = 0) -> Sequence[LogEntry]:
        """What happened after the entry ``after``, in order: with 0 everything there ever was. Raises DocumentError."""
        with failures(self.path):
            return reading.history(self._connection, after)

    # Changing

    def do(self, command: Command) -> Change:
        """Carry a command out. Raises DocumentError, and then everything is as before."""
        self._must_be_writable()
        edits = planned(command, self.document)
        name, kind = title(command), type(command).__name__
        with failures(self.path), file.transaction(self._connection):
            number = file.log_entry(self._connection, kind, name, plain(command))
            file.write_edits(self._connection, edits)
            file.keep_edits(self._connection, number, edits)
        self._done.append((number, name))
        self._undone.clear()
        return self._changed(name, kind, edits)

    def undo(self) -> Change | None:
        """Take the last step back; None when there is none. Raises DocumentError."""
        return self._step(self._done, self._undone, "undo")

    def redo(self) -> Change | None:
        """Do again what was taken back last; None when there is nothing. Raises DocumentError."""
        return self._step(self._undone, self._done, "redo")

    def _step(self, source: Steps, goal: Steps, kind: str) -> Change | None:
        self._must_be_writable()
        if not source:
            return None
        number, name = source[-1]
        with failures(self.path), file.transaction(self._connection):
            edits = file.read_edits(self._connection, number)
            if kind == "undo":
                edits = tuple(edit.reversed() for edit in reversed(edits))
            file.log_entry(self._connection, kind, name, None, number)
            file.write_edits(self._connection, edits)
        goal.append(source.pop())
        return self._changed(f"{kind} {name}", kind, edits)

    def add_predictions(
        self, medium: str, model: Model, items: Sequence[tuple[Turn, Prediction]], time: str = ""
    ) -> Change:
        """A new analysis beside the former ones. Decisions stay as they are, and undo does not know of it.

        Raises DocumentError.
        """
        self._must_be_writable()
        with failures(self.path), file.transaction(self._connection):
            written = predictions.write_analysis(self._connection, medium, model, items, time or file.now())
        self._newest = self._newest.after(*written)
        self.document = replace(self.document, predictions=self._newest)
        return Change("analysis", "analysis", frozenset(written[0]), frozenset((medium,)))

    # Media

    def check_media(self) -> None:
        """Look whether the files are there: also beside the project, where it was moved together with them."""
        media = {key: looked_up(medium, self.path.parent) for key, medium in self.document.media.items()}
        self.document = replace(self.document, media=media)

    def see(self, medium: Medium) -> None:
        """What a medium's file turned out to be when it was read, until the files are looked for again."""
        self.document = replace(self.document, media={**self.document.media, medium.id: medium})

    def relink(self, folder: Path) -> Change | None:
        """Find missing media in a folder and those below it, by their content; None when none was found.

        Raises DocumentError.
        """
        self.check_media()
        found = found_in(folder, self.document.media.values(), self.path.parent)
        return self.do(Relink(found)) if found else None

    def _place_media(self) -> None:
        """Write anew how media lie from the project's folder. No step: undoing it would make no sense."""
        self.check_media()
        with failures(self.path), file.transaction(self._connection):
            file.place_media(self._connection, self.document.media.values(), self.path.parent)
        self._read()

    # Snapshots

    def snapshot(self) -> Path | None:
        """A verified copy, None when nothing was done since the last one. Raises DocumentError."""
        work = self.snapshot_work()
        return None if work is None else work()

    def snapshot_work(self) -> Callable[[], Path | None] | None:
        """The same as a function for any thread: a large project takes half a second. None when there is nothing to do.

        Raises DocumentError, as does the function.
        """
        with failures(self.path):
            mark = file.mark(self._connection)
        if self.read_only or mark == self._kept:
            return None
        path = self.path

        def work() -> Path | None:
            if mark == self._kept:  # asked for twice
                return None
            taken = snapshots.take(path)
            self._kept = mark
            return taken

        return work

    def snapshots(self) -> list[Path]:
        """Newest first."""
        return snapshots.snapshots_of(self.path)

    # Inside

    def _must_be_writable(self) -> None:
        if self.read_only:
            raise DocumentError(f"{self.path.name} is open read-only; close the other window, or save it elsewhere.")
        if file.identity(self.path) != self._identity:  # what is written now would be lost with the journal
            raise DocumentError(f"{self.path} was moved or deleted while it was open; save the project as a new file.")

    def _read(self) -> None:
        """The whole document from the file."""
        content = reading.read(self._connection, self.path)
        self.document, self._newest, self._seen = content.document, content.newest, content.version
        self._done, self._undone = content.done, content.undone
        self.check_media()

    def _changed(self, name: str, kind: str, edits: Sequence[Edit]) -> Change:
        former, document = self.document, applied(self.document, edits)
        if document.turns is not former.turns or document.meanings is not former.meanings:
            self._newest = self._newest.over(document.turns, document.meanings)
            document = replace(document, predictions=self._newest)
        if any(edit.before is None and edit.table in ("media", "speakers") for edit in edits):
            with failures(self.path):
                document = reading.arranged(self._connection, document)
        self.document = document
        if any(edit.table == "media" for edit in edits):
            self.check_media()
        return change_of(name, kind, edits)
