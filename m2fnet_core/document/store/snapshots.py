"""Copies of a project that were proven sound before an older one goes."""

import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from m2fnet_core.document.store.file import failures
from m2fnet_core.document.store.schema import TABLES
from m2fnet_core.errors import DocumentError
from m2fnet_core.files import whole_file
from m2fnet_core.folders import data_folder

KEPT = 20
_COUNTED = (*TABLES, "analyses", "predictions", "log", "changes")


def folder_of(project: Path) -> Path:
    """Where a project's snapshots lie: in the data folder, by the project's place, also when its file is damaged."""
    digest = hashlib.sha256(str(project.absolute()).encode()).hexdigest()[:12]
    return data_folder() / "snapshots" / f"{project.stem[:60]}-{digest}"


def snapshots_of(project: Path) -> list[Path]:
    """Newest first. Names hold a number that only rises, since a clock may go backwards."""
    folder = folder_of(project)
    return sorted(folder.glob("*.m2f"), reverse=True) if folder.is_dir() else []


def take(connection: sqlite3.Connection, project: Path) -> Path:
    """A verified copy of the project as it is; then the oldest beyond `KEPT` go. Raises DocumentError."""
    folder, earlier = folder_of(project), snapshots_of(project)
    number = 1 + (int(earlier[0].name[:8]) if earlier else 0)
    path = folder / f"{number:08d} {datetime.now(UTC):%Y-%m-%d %H.%M.%S}.m2f"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DocumentError(f"No snapshot could be kept in {folder} ({error}); make room there.") from error
    copy_verified(connection, path)
    for old in snapshots_of(project)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def copy_verified(connection: sqlite3.Connection, path: Path) -> None:
    """A whole, sound copy at ``path``, or what was there stays. Raises DocumentError."""
    try:
        with failures(path), whole_file(path) as temporary, closing(sqlite3.connect(temporary)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
            _verify(connection, copy, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DocumentError(f"{path} could not be written ({reason}); make room there, or choose another.") from error


def _verify(original: sqlite3.Connection, copy: sqlite3.Connection, path: Path) -> None:
    found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok" or _counts(original) != _counts(copy):
        raise DocumentError(f"The copy {path} is not sound ({found}) and was not kept; the disk may be failing.")


def _counts(connection: sqlite3.Connection) -> list[int]:
    return [connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _COUNTED]
