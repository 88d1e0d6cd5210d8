"""The SQLite file under a project: opening, locking, transactions, and sentences for what goes wrong."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from m2fnet_core.document.edits import Edit
from m2fnet_core.document.store.schema import APPLICATION, MIGRATIONS, TABLES, VERSION
from m2fnet_core.errors import DocumentError

_BUSY_MS = 5000  # a reader in another window holds the file for milliseconds


class DocumentLocked(DocumentError):  # noqa: N818 - says what it is
    """Another window has the project open for writing; it can be opened read-only."""


class DocumentDamaged(DocumentError):  # noqa: N818 - says what it is
    """The file's content does not hold together; a snapshot may."""


def now() -> str:
    """UTC, ISO 8601, with microseconds."""
    return datetime.now(UTC).isoformat()


def lock(path: Path) -> FileLock:
    """Hold the project for writing until released or until this process ends. Raises DocumentLocked, DocumentError."""
    held = FileLock(path.with_name(path.name + ".lock"), timeout=0)
    try:
        held.acquire()
    except Timeout as error:
        raise DocumentLocked(f"{path.name} is open in another window; close it there to work on it here.") from error
    except (OSError, NotImplementedError) as error:
        raise DocumentError(
            f"The folder {path.parent} cannot be written or locked ({error}); make a working copy, or save elsewhere."
        ) from error
    return held


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection that commits nothing by itself. Raises DocumentError, DocumentDamaged."""
    with failures(path):
        if not read_only:
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            return connection
        return _reader(path)


def _reader(path: Path) -> sqlite3.Connection:
    """Where the folder cannot be written either, SQLite has to be told that nobody else writes."""
    uri = path.absolute().as_uri()
    for how in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{uri}?{how}", uri=True, isolation_level=None)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            continue
        return connection
    raise sqlite3.OperationalError("unable to open database file")


def make(path: Path) -> sqlite3.Connection:
    """A new file with empty tables. Raises DocumentError."""
    connection = connect(path, read_only=False)
    with failures(path):
        _prepare(connection, path)
        with transaction(connection):
            _migrate(connection, 0)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
    return connection


def check(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    """That it is a sound project of a version we know; an older one is brought up to date.

    Raises DocumentError, DocumentDamaged.
    """
    with failures(path):
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise DocumentError(f"{path.name} is no project of this program; choose a file that it made (.m2f).")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise DocumentError(
                f"{path.name} was made by a newer version of this program (its form is {version}, this one knows up to "
                f"{VERSION}); install the newer version to open it."
            )
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise DocumentDamaged(f"{path.name} is damaged ({found}).")
        if read_only:
            return
        _prepare(connection, path)
        if version < VERSION:
            with transaction(connection):
                _migrate(connection, version)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise DocumentError(f"{path.parent} is on a file system where a project is not safe; make a working copy.")
    connection.execute("PRAGMA synchronous = FULL")  # a command that returned survives a power cut


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for step in range(version + 1, VERSION + 1):
        for statement in MIGRATIONS[step]:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


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


@contextmanager
def failures(path: Path) -> Iterator[None]:
    """SQLite's errors as sentences."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise DocumentError(
            f"{path} could not be read or written ({error}); nothing was changed. Make room there, or save elsewhere."
        ) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise  # a mistake of ours
        text = str(error)
        if "not a database" in text:
            raise DocumentError(
                f"{path.name} is no project of this program; choose a file that it made (.m2f)."
            ) from error
        raise DocumentDamaged(f"{path.name} is damaged ({text}).") from error


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
    """What an entry of the log changed, in order."""
    sql = "SELECT tbl, key, before, after FROM changes WHERE entry = ? ORDER BY place"
    return tuple(
        Edit(table, _key(key), _row(table, before), _row(table, after))
        for table, key, before, after in connection.execute(sql, (entry,))
    )


def _image(table: str, row: Any) -> str | None:
    return None if row is None else json.dumps(TABLES[table].write(row), ensure_ascii=False)


def _row(table: str, image: str | None) -> Any:
    return None if image is None else TABLES[table].read(tuple(json.loads(image)))


def _key(image: str) -> Any:
    key = json.loads(image)
    return tuple(key) if isinstance(key, list) else key
