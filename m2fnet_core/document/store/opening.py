"""From a path to a checked connection, and what to say where there is none."""

import os
import sqlite3
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.store import file, snapshots
from m2fnet_core.document.store.failing import DocumentDamaged, DocumentForeign
from m2fnet_core.document.store.schema import VERSION


def real(path: Path) -> Path:
    """Where the file really lies: two ways to one file must meet at one lock."""
    return Path(os.path.realpath(path))


def opened(path: Path, read_only: bool) -> sqlite3.Connection:
    """A checked connection to a project in today's form. Raises DocumentError, DocumentDamaged."""
    with ExitStack() as undo:
        connection = undo.enter_context(closing(file.connect(path, read_only=read_only)))
        version = file.check(connection, path)
        if not read_only:
            if version < VERSION:
                with suppress(DocumentError):  # one more way back; without it the step is still all or nothing
                    snapshots.take(path)
            file.prepare(connection, path, version)
        undo.pop_all()
    return connection if version == VERSION or not read_only else file.in_memory(connection, path, version)


def with_way_out(error: DocumentError, path: Path) -> DocumentError:
    """What to do about a damaged file. A foreign one that has snapshots was a project once."""
    found = snapshots.newest_sound(path)
    if isinstance(error, DocumentForeign):
        if found is None:
            return error
        error = DocumentDamaged(f"{path.name} is damaged (its beginning is not that of a project any more).")
    way_out = f"The newest sound snapshot is {found}." if found else "There is no snapshot of it."
    return DocumentDamaged(f"{error} {way_out}", found)


def remove(project: Path) -> None:
    """A project that lies elsewhere now, with what is beside it."""
    with suppress(OSError):  # another window reads it: it stays
        for name in (project.name, f"{project.name}-wal", f"{project.name}-shm", f"{project.name}.lock"):
            project.with_name(name).unlink(missing_ok=True)
