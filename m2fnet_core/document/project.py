"""A project: the annotation document on disk. Every command is one transaction and one undo step.

What `do`, `undo` and `redo` returned is on disk. Nothing here is thread-safe; a project belongs to one thread.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from m2fnet_core.dialogue import Prediction
from m2fnet_core.document.commands import Command, Relink
from m2fnet_core.document.content import Document, FaceIdentity, KeptPrediction, Medium, Model, Turn
from m2fnet_core.document.edits import Edit, applied, in_order, planned, title
from m2fnet_core.document.media_files import found_in, looked_up, relative_to
from m2fnet_core.document.places import SUFFIX, find_project_of, projects_folder, remember, untitled
from m2fnet_core.document.store import file, predictions, snapshots
from m2fnet_core.document.store.file import DocumentDamaged, DocumentLocked
from m2fnet_core.document.store.schema import TABLES
from m2fnet_core.emotions import MELD, LabelSet
from m2fnet_core.errors import DocumentError
from m2fnet_core.plain import plain

__all__ = ["Change", "DocumentDamaged", "DocumentLocked", "LogEntry", "Project", "find_project_of", "untitled"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a command, an undo or an analysis touched. ``whole``: more than these, so read everything anew."""

    title: str
    kind: str
    utterances: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the history. ``of``: the entry that an undo or a redo is about."""

    number: int  # in the order things happened, whatever the clock said
    time: str
    kind: str
    title: str
    body: Any
    of: int | None


class Project:
    """An open project file."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FileLock | None) -> None:
        """For `create` and `open`; ``lock`` None means read-only."""
        self.path, self.read_only = path, lock is None
        self.recovered = ""
        self.document = Document()
        self._newest: dict[str, predictions.Raw] = {}
        self._connection, self._lock = connection, lock
        self._read()
        self._kept = self._last_entry()  # the log's end at the last snapshot

    # Opening and closing

    @classmethod
    def create(cls, path: Path, label_set: LabelSet = MELD) -> "Project":
        """A new project. Raises DocumentError, also where there is a file already."""
        path = path.absolute()
        if path.exists():
            raise DocumentError(f"{path} is there already; open it, or choose another name.")
        with ExitStack() as undo:
            held = file.lock(path)
            undo.callback(held.release)
            connection = undo.enter_context(closing(file.make(path)))
            with file.failures(path), file.transaction(connection):
                file.write_edits(connection, [Edit("label_set", "", None, label_set)])
            project = cls(path, connection, held)
            undo.pop_all()
        remember(path)
        return project

    @classmethod
    def open(cls, path: Path, read_only: bool = False) -> "Project":
        """An existing project. Raises DocumentLocked, DocumentDamaged (names the newest snapshot), DocumentError."""
        path = path.absolute()
        if not path.is_file():
            raise DocumentError(f"There is no file {path}; choose another, or look where it was moved to.")
        waiting = path.with_name(f"{path.name}-wal").exists() and not read_only
        with ExitStack() as undo:
            held = None if read_only else file.lock(path)
            if held is not None:
                undo.callback(held.release)
            try:
                connection = undo.enter_context(closing(file.connect(path, read_only=read_only)))
                file.check(connection, path, read_only=read_only)
                project = cls(path, connection, held)
            except DocumentDamaged as error:
                raise DocumentDamaged(f"{error} {_way_out(path)}") from error
            undo.pop_all()
        if waiting and project._last_entry():
            project.recovered = f"{path.name} was not closed the last time; everything that was done is there."
        remember(path)
        return project

    @classmethod
    def open_snapshot(cls, snapshot: Path, project: Path) -> "Project":
        """A copy of a snapshot beside the damaged project, under a free name; both stay. Raises DocumentError."""
        return cls._copied(snapshot, project.parent, f"{project.stem} recovered")

    @classmethod
    def working_copy(cls, path: Path) -> "Project":
        """A copy in the data folder of a project whose own folder cannot be written. Raises DocumentError."""
        projects_folder().mkdir(parents=True, exist_ok=True)
        return cls._copied(path, projects_folder(), f"{path.stem} copy")

    @classmethod
    def _copied(cls, source: Path, folder: Path, stem: str) -> "Project":
        number, path = 1, folder / f"{stem}{SUFFIX}"
        while path.exists():
            number += 1
            path = folder / f"{stem} {number}{SUFFIX}"
        original = file.connect(source, read_only=True)
        try:
            snapshots.copy_verified(original, path)
        finally:
            original.close()
        return cls.open(path)

    def close(self) -> None:
        """Let go of the file. Nothing is waiting to be written."""
        with suppress(sqlite3.Error):  # what SQLite cannot tidy up now it does at the next opening
            self._connection.close()
        if self._lock is not None:
            self._lock.release()

    def refresh(self) -> Change | None:
        """Read-only: take in what the other window did since. None when that is nothing."""
        if not self.read_only or self._last_entry() == self._read_to:
            return None
        with file.failures(self.path):
            self._read()
        return Change("refresh", "refresh", whole=True)

    def save_as(self, path: Path) -> None:
        """Go on under another name; the old file stays, unless it was untitled. Raises DocumentError."""
        path = path.absolute()
        if path == self.path:
            return
        with ExitStack() as undo:
            held = file.lock(path)
            undo.callback(held.release)
            snapshots.copy_verified(self._connection, path)
            connection = undo.enter_context(closing(file.connect(path, read_only=False)))
            file.check(connection, path, read_only=False)
            undo.pop_all()
        old, was_untitled = self.path, self.path.parent == projects_folder() and not self.read_only
        self.close()
        self.path, self.read_only, self._connection, self._lock = path, False, connection, held
        remember(path)
        self._place_media()
        if was_untitled:
            for name in (old.name, f"{old.name}-wal", f"{old.name}-shm", f"{old.name}.lock"):
                old.with_name(name).unlink(missing_ok=True)

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
        """All that were ever made, newest first."""
        with file.failures(self.path):
            return predictions.read_all_of(self._connection, utterance, self._analyses)

    def history(self) -> Sequence[LogEntry]:
        """Everything that ever happened, in order."""
        with file.failures(self.path):
            rows = self._connection.execute("SELECT number, time, kind, title, body, of FROM log ORDER BY number")
            return [LogEntry(n, time, kind, name, json.loads(body), of) for n, time, kind, name, body, of in rows]

    # Changing

    def do(self, command: Command) -> Change:
        """Carry a command out. Raises DocumentError, and then everything is as before."""
        self._must_be_writable()
        edits = planned(command, self.document)
        name, kind = title(command), type(command).__name__
        with file.failures(self.path), file.transaction(self._connection):
            number = file.log_entry(self._connection, kind, name, plain(command))
            file.write_edits(self._connection, edits)
            file.keep_edits(self._connection, number, edits)
        self._done.append((number, name))
        self._undone.clear()
        return self._changed(name, kind, edits, number)

    def undo(self) -> Change | None:
        """Take the last step back; None when there is none. Raises DocumentError."""
        return self._step(self._done, self._undone, "undo")

    def redo(self) -> Change | None:
        """Do again what was taken back last; None when there is nothing. Raises DocumentError."""
        return self._step(self._undone, self._done, "redo")

    def _step(self, source: list[tuple[int, str]], goal: list[tuple[int, str]], kind: str) -> Change | None:
        self._must_be_writable()
        if not source:
            return None
        number, name = source[-1]
        with file.failures(self.path), file.transaction(self._connection):
            edits = file.read_edits(self._connection, number)
            if kind == "undo":
                edits = tuple(edit.reversed() for edit in reversed(edits))
            entry = file.log_entry(self._connection, kind, name, None, number)
            file.write_edits(self._connection, edits)
        goal.append(source.pop())
        return self._changed(f"{kind} {name}", kind, edits, entry)

    def add_predictions(
        self, medium: str, model: Model, items: Sequence[tuple[Turn, Prediction]], time: str = ""
    ) -> Change:
        """A new analysis beside the former ones. Decisions stay as they are, and undo does not know of it.

        Raises DocumentError.
        """
        self._must_be_writable()
        time = time or file.now()
        with file.failures(self.path), file.transaction(self._connection):
            number, raw = predictions.write_analysis(self._connection, medium, model, items, time)
        self._analyses[number] = (model, time)
        self._newest = {**self._newest, **raw}
        newest = predictions.Newest(self._newest, self._analyses, self.document.turns)
        self.document = replace(self.document, predictions=newest)
        return Change("analysis", "analysis", frozenset(raw), frozenset((medium,)))

    # Media

    def check_media(self) -> None:
        """Look whether the files are there: also beside the project, where it was moved together with them."""
        media = {key: looked_up(medium, self.path.parent) for key, medium in self.document.media.items()}
        self.document = replace(self.document, media=media)

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
        media = self.document.media.values()
        rows = [(str(m.path), relative_to(m.path, self.path.parent), m.id) for m in media]
        with file.failures(self.path), file.transaction(self._connection):
            self._connection.executemany("UPDATE media SET path = ?, relative = ? WHERE id = ?", rows)
        self._read()

    # Snapshots

    def snapshot(self) -> Path | None:
        """A verified copy, None when nothing was done since the last one. Raises DocumentError."""
        last = self._last_entry()
        if last == self._kept:
            return None
        path = snapshots.take(self._connection, self.path)
        self._kept = last
        return path

    def snapshots(self) -> list[Path]:
        """Newest first."""
        return snapshots.snapshots_of(self.path)

    # Inside

    def _must_be_writable(self) -> None:
        if self.read_only:
            raise DocumentError(f"{self.path.name} is open read-only; close the other window, or save it elsewhere.")

    def _read(self) -> None:
        """The whole document from the file."""
        connection = self._connection
        with file.failures(self.path):
            try:
                tables = {name: _rows(connection, name) for name in TABLES}
                self._analyses = predictions.read_analyses(connection)
                self._newest = predictions.read_newest(connection)
                self._done, self._undone = _stacks(connection)
            except (ValueError, TypeError) as error:
                raise DocumentDamaged(f"{self.path.name} is damaged ({error}).") from error
            self._read_to = self._last_entry()
        label_set = tables.pop("label_set").get("", MELD)
        turns = in_order(tables["turns"])
        newest = predictions.Newest(self._newest, self._analyses, turns)
        self.document = Document(label_set, **{**tables, "turns": turns, "predictions": newest})
        self.check_media()

    def _last_entry(self) -> int:
        with file.failures(self.path):
            return int(self._connection.execute("SELECT coalesce(max(number), 0) FROM log").fetchone()[0])

    def _changed(self, name: str, kind: str, edits: Sequence[Edit], entry: int) -> Change:
        former, document = self.document.turns, applied(self.document, edits)
        if document.turns is not former:
            newest = predictions.Newest(self._newest, self._analyses, document.turns)
            document = replace(document, predictions=newest)
        self.document, self._read_to = document, entry
        tables = {edit.table for edit in edits}
        if "media" in tables:
            self.check_media()
        return Change(name, kind, _utterances(edits), _media(edits), not tables <= {"turns", "decisions"})


def _rows(connection: sqlite3.Connection, name: str) -> dict[Any, Any]:
    table = TABLES[name]
    return {table.key(row): table.read(row) for row in connection.execute(table.all_sql)}


def _stacks(connection: sqlite3.Connection) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """What can be undone and redone, latest last, from the log alone."""
    done: list[tuple[int, str]] = []
    undone: list[tuple[int, str]] = []
    for number, kind, name in connection.execute("SELECT number, kind, title FROM log ORDER BY number"):
        match kind:
            case "undo":
                undone.append(done.pop())
            case "redo":
                done.append(undone.pop())
            case _:
                done.append((number, name))
                undone.clear()
    return done, undone


def _utterances(edits: Sequence[Edit]) -> frozenset[str]:
    return frozenset(
        edit.key if edit.table == "turns" else edit.key[0] for edit in edits if edit.table in ("turns", "decisions")
    )


def _media(edits: Sequence[Edit]) -> frozenset[str]:
    rows = (row for edit in edits for row in (edit.before, edit.after))
    return frozenset(row.id if isinstance(row, Medium) else row.medium for row in rows if _of_a_medium(row))


def _of_a_medium(row: Any) -> bool:
    return isinstance(row, Medium | Turn | FaceIdentity)


def _way_out(path: Path) -> str:
    found = snapshots.snapshots_of(path)
    return f"The newest sound snapshot is {found[0]}." if found else "There is no snapshot of it."
