"""Copies of a project that were proven sound before an older one goes."""

import hashlib
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.files import whole_file
from m2fnet_core.base.folders import data_folder
from m2fnet_core.document.store import file
from m2fnet_core.document.store.failing import DocumentUnwritable, failures

KEPT = 20
_NAME = re.compile(r"(\d{8}) .*\.m2f")


def folder_of(project: Path) -> Path:
    """Where a project's snapshots lie: in the data folder, by the project's place, also when its file is damaged."""
    digest = hashlib.sha256(str(project.absolute()).encode(errors="surrogateescape")).hexdigest()[:12]
    return data_folder() / "snapshots" / f"{project.stem[:60]}-{digest}"


def snapshots_of(project: Path) -> list[Path]:
    """Newest first. Names hold a number that only rises, since a clock may go backwards."""
    folder = folder_of(project)
    found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)] if folder.is_dir() else []
    return sorted(found, reverse=True)


def newest_sound(project: Path) -> Path | None:
    """The newest snapshot that still opens; disks fail under copies, too."""
    return next(filter(_is_sound, snapshots_of(project)), None)


def newest_mark(project: Path) -> tuple[int, int] | None:
    """How much was done when the newest snapshot was taken (`file.mark`); None where there is none to be read."""
    try:
        newest = snapshots_of(project)[0]
        with closing(file.connect(newest, read_only=True)) as connection, failures(newest):
            return file.mark(connection)
    except (IndexError, DocumentError):
        return None


def _is_sound(snapshot: Path) -> bool:
    try:
        with closing(file.connect(snapshot, read_only=True)) as connection:
            return file.check(connection, snapshot) > 0
    except DocumentError:
        return False


def take(project: Path) -> Path:
    """A verified copy of the project; then the oldest beyond `KEPT` go. For any thread. Raises DocumentError."""
    folder, earlier = folder_of(project), snapshots_of(project)
    number = 1 + (int(earlier[0].name[:8]) if earlier else 0)
    path = folder / f"{number:08d} {datetime.now(UTC):%Y-%m-%d %H.%M.%S}.m2f"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DocumentError(f"No snapshot could be kept in {folder} ({error}); make room there.") from error
    with closing(file.connect(project, read_only=True)) as connection:
        copy_verified(connection, path)
    _tidy(folder, snapshots_of(project)[KEPT:])
    return path


def _tidy(folder: Path, old: list[Path]) -> None:
    """Remove old snapshots and what a killed process left half-written."""
    for path in (*old, *folder.glob(".*.part*")):
        with suppress(OSError):  # held by another program: the next one removes it
            path.unlink(missing_ok=True)


def copy_verified(connection: sqlite3.Connection, path: Path) -> None:
    """A whole, sound copy at ``path``, or what was there stays. Raises DocumentError."""
    try:
        with failures(path), whole_file(path) as temporary:
            with file.steady(connection), closing(sqlite3.connect(temporary, isolation_level=None)) as copy:
                counts = _counts(connection)
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
                _verify(copy, counts, path)
            for ending in ("-wal", "-shm"):  # SQLite would take a former file's journal for this one's
                path.with_name(path.name + ending).unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DocumentError(f"{path} could not be written ({reason}); make room there, or choose another.") from error


@contextmanager
def everything(project: Path) -> Iterator[sqlite3.Connection]:
    """A reader of a project that may lie where nothing can be written, with what waits beside it after a crash."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            connection = file.connect(project, read_only=True)
        except DocumentUnwritable:
            for name in (project.name, f"{project.name}-wal"):
                copyfile(project.with_name(name), Path(folder) / name)
            connection = file.connect(Path(folder) / project.name, read_only=False)
        with closing(connection):
            yield connection


def _verify(copy: sqlite3.Connection, counts: dict[str, int], path: Path) -> None:
    found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok" or _counts(copy) != counts:
        raise DocumentError(f"The copy {path} is not sound ({found}) and was not kept; the disk may be failing.")


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows of every table."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: connection.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()[0] for name in names}


def _quoted(name: str) -> str:
    """A table may be a person's own, with any name."""
    return '"' + name.replace('"', '""') + '"'
