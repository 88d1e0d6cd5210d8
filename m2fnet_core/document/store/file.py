"""The SQLite file under a project: opening, bringing up to date, transactions, the log."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.content import Medium
from m2fnet_core.document.edits import Edit
from m2fnet_core.document.media_files import relative_to
from m2fnet_core.document.store.bounded import Bounded
from m2fnet_core.document.store.failing import (
    DocumentDamaged,
    cannot_share,
    damaged,
    failures,
    foreign,
    told_unwritable,
    unwritable,
)
from m2fnet_core.document.store.schema import APPLICATION, MIGRATIONS, TABLES, VERSION

_BUSY_MS = 5000  # other programs hold the file for milliseconds
_LEAVING_MS = 200  # what closing waits for a reader


def now() -> str:
    """UTC, ISO 8601, with microseconds."""
    return datetime.now(UTC).isoformat()


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection that commits nothing by itself, for one thread. Raises DocumentError."""
    with failures(path):
        connection = _reader(path) if read_only else sqlite3.connect(path, isolation_level=None, factory=Bounded)
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("PRAGMA trusted_schema = OFF")  # what a file's own statements call has no effects
        return connection


def waiting(path: Path) -> bool:
    """Whether something that was done lies beside the file still, because whoever did it could not close it."""
    journal = path.with_name(f"{path.name}-wal")
    return journal.is_file() and journal.stat().st_size > 0


def _reader(path: Path) -> sqlite3.Connection:
    """Where the folder cannot be written either, SQLite has to be told that nobody else writes."""
    uri = path.absolute().as_uri()
    try:
        return _tried(f"{uri}?mode=ro")
    except sqlite3.OperationalError as error:
        if not (cannot_share(error) or told_unwritable(error)) or waiting(path):
            raise
    return _tried(f"{uri}?mode=ro&immutable=1")


def _tried(uri: str) -> sqlite3.Connection:
    with ExitStack() as undo:
        connection = undo.enter_context(closing(sqlite3.connect(uri, uri=True, isolation_level=None, factory=Bounded)))
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        undo.pop_all()
    return connection


def leave(connection: sqlite3.Connection, *, read_only: bool) -> None:
    """Close it, and bring the journal into the file first: what is found there at the next opening tells of a crash."""
    with suppress(sqlite3.Error):  # what SQLite cannot tidy up now it does at the next opening
        if not read_only:
            connection.execute(f"PRAGMA busy_timeout = {_LEAVING_MS}")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


def make(path: Path, label_set: LabelSet) -> sqlite3.Connection:
    """A new project with nothing in it, or no file at all. Raises DocumentError."""
    with ExitStack() as undo:
        undo.callback(path.unlink, missing_ok=True)
        connection = undo.enter_context(closing(connect(path, read_only=False)))
        with failures(path):
            _prepare(connection, path)
            with transaction(connection):
                migrate(connection, 0)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                write_edits(connection, [Edit("label_set", "", None, label_set)])
        undo.pop_all()
    return connection


def check(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a sound project, one that we know. Raises DocumentForeign, DocumentDamaged, DocumentError."""
    with failures(path):
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise foreign(path)
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            raise DocumentError(
                f"{path.name} was made by a newer version of this program (its form is {version}, this one knows up to "
                f"{VERSION}); install the newer version to open it."
            )
        planted = _planted(connection, version)
        if planted:
            raise damaged(path, f"its form is not this program's: {planted}")
        found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if found != "ok" or version < 1:
            raise damaged(path, found.splitlines()[-1])
        return version


def _planted(connection: sqlite3.Connection, version: int) -> str:
    """What of the form is not as we make it, "" for nothing: such a statement would run inside ours.

    Tables and views of a person's own beside ours are no damage.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for step in range(1, version + 1):
            for statement in MIGRATIONS[step]:
                fresh.execute(statement)
        ours = _objects(fresh)
    found = _objects(connection)
    tables = {name for kind, name in ours if kind == "table"}
    for (kind, name), (table, sql) in found.items():
        own = ours.get((kind, name))
        if own is not None and own[1] != sql:
            return f"the {kind} {name} is another one"
        if own is None and (name in tables or (table in tables and kind in ("trigger", "index"))):
            return f"it holds a {kind} {name}"
    lost = next((name for kind, name in ours if (kind, name) not in found and kind == "table"), "")
    return f"the table {lost} is missing" if lost else ""


def _objects(connection: sqlite3.Connection) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Table and statement by kind and name, names in small letters as SQLite compares them."""
    rows = connection.execute("SELECT type, lower(name), lower(tbl_name), sql FROM sqlite_master").fetchall()
    return {(kind, name): (table, statement) for kind, name, table, statement in rows}


def prepare(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Make a checked project ready for writing, and an older one today's. Raises DocumentUnwritable, DocumentError."""
    with failures(path):
        _prepare(connection, path)
        with transaction(connection):
            migrate(connection, version)
            _restore(connection)


def _restore(connection: sqlite3.Connection) -> None:
    """Triggers and indexes of ours that somebody took away come back: they keep the log as it was made."""
    found = {name for _, name in _objects(connection)}
    for statement in (statement for step in MIGRATIONS.values() for statement in step):
        what, name = statement.split()[1:3]
        if what in ("TRIGGER", "INDEX") and name.lower() not in found:
            connection.execute(statement)


def in_memory(connection: sqlite3.Connection, path: Path, version: int) -> sqlite3.Connection:
    """A copy of an older project in today's form, for reading: its file stays as it is. Closes the connection."""
    with failures(path), closing(connection):
        copy = sqlite3.connect(":memory:", isolation_level=None)
        connection.backup(copy)
        migrate(copy, version)
    return copy


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if not os.access(path, os.W_OK):  # SQLite would begin to write without a word, and fail at the first command
        raise unwritable(path, "the file is write-protected")
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise unwritable(path, "its file system shares no memory")
    connection.execute("PRAGMA synchronous = FULL")  # a command that returned survives a power cut


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring the tables from a version, 0 for none, to today's."""
    for step in range(version + 1, VERSION + 1):
        for statement in MIGRATIONS[step]:
            connection.execute(statement)
    if version < VERSION:
        connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def steady(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything read inside is of one moment, whatever another window writes meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        _roll_back(connection)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, on disk at the end."""
    connection.execute("BEGIN IMMEDIATE")
    with ExitStack() as undo:
        undo.callback(_roll_back, connection)
        yield
        connection.execute("COMMIT")
        undo.pop_all()


def _roll_back(connection: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):  # SQLite may have rolled back itself, as it does on a full disk
        connection.execute("ROLLBACK")


def log_entry(connection: sqlite3.Connection, kind: str, title: str, body: Any, of: int | None = None) -> int:
    """Append to the log; the entry's number."""
    sql = "INSERT INTO log(time, kind, title, body, of) VALUES (?, ?, ?, ?, ?)"
    cursor = connection.execute(sql, (now(), kind, title, json.dumps(body, ensure_ascii=False), of))
    return int(cursor.lastrowid or 0)


def write_edits(connection: sqlite3.Connection, edits: Sequence[Edit]) -> None:
    """Bring the tables to what the edits say."""
    for edit in edits:
        table = TABLES[edit.table]
        if edit.after is None:
            key = edit.key if isinstance(edit.key, tuple) else (edit.key,)
            connection.execute(table.drop_sql, key)
        else:
            connection.execute(table.put_sql, table.write(edit.after))


def keep_edits(connection: sqlite3.Connection, entry: int, edits: Iterable[Edit]) -> None:
    """What an entry of the log changed, for undo and redo."""
    rows = (
        (
            entry,
            place,
            edit.table,
            json.dumps(edit.key),
            _image(edit.table, edit.before),
            _image(edit.table, edit.after),
        )
        for place, edit in enumerate(edits)
    )
    connection.executemany("INSERT INTO changes(entry, place, tbl, key, before, after) VALUES (?, ?, ?, ?, ?, ?)", rows)


def read_edits(connection: sqlite3.Connection, entry: int) -> tuple[Edit, ...]:
    """What an entry of the log changed, in order. Raises DocumentDamaged."""
    sql = "SELECT tbl, key, before, after FROM changes WHERE entry = ? ORDER BY place"
    rows = connection.execute(sql, (entry,)).fetchall()
    try:
        return tuple(
            Edit(table, _key(key), _row(table, before), _row(table, after)) for table, key, before, after in rows
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DocumentDamaged(f"The project is damaged: step {entry} cannot be read; go on with a snapshot.") from error


def _image(table: str, row: Any) -> str | None:
    return None if row is None else json.dumps(TABLES[table].write(row), ensure_ascii=False)


def _row(table: str, image: str | None) -> Any:
    return None if image is None else TABLES[table].read(tuple(json.loads(image)))


def _key(image: str) -> Any:
    key = json.loads(image)
    return tuple(key) if isinstance(key, list) else key


def arrivals(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """In which order videos and speakers came for the first time, by table and id: undo brings them back there."""
    sql = (
        "SELECT tbl, key FROM changes WHERE before IS NULL AND tbl IN ('media', 'speakers') "
        "GROUP BY tbl, key ORDER BY min(entry * 1000000 + place)"
    )
    return {(table, json.loads(key)): number for number, (table, key) in enumerate(connection.execute(sql).fetchall())}


def mark(connection: sqlite3.Connection) -> tuple[int, int]:
    """Rises with everything that is done: the last entry of the log, the last analysis."""
    sql = "SELECT (SELECT coalesce(max(number), 0) FROM log), (SELECT coalesce(max(number), 0) FROM analyses)"
    log, analyses = connection.execute(sql).fetchone()
    return int(log), int(analyses)


def identity(path: Path) -> tuple[int, int]:
    """Which file lies at a path now; (0, 0) for none."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def place_media(connection: sqlite3.Connection, media: Iterable[Medium], folder: Path) -> None:
    """Write how media lie from the project's folder."""
    rows = [(str(medium.path), relative_to(medium.path, folder), medium.id) for medium in media]
    connection.executemany("UPDATE media SET path = ?, relative = ? WHERE id = ?", rows)
