"""What can go wrong with a project's file, as sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path
from textwrap import shorten

from m2fnet_core.base.errors import DocumentError


class DocumentLocked(DocumentError):  # noqa: N818 - says what it is
    """Another window has the project open for writing; it can be opened read-only."""


class DocumentUnwritable(DocumentError):  # noqa: N818 - says what it is
    """The file or its folder cannot be written safely; a working copy can."""


class DocumentForeign(DocumentError):  # noqa: N818 - says what it is
    """Not a file of this program."""


class DocumentDamaged(DocumentError):  # noqa: N818 - says what it is
    """The file's content does not hold together. ``snapshot``: the newest sound copy of it, if there is one."""

    def __init__(self, sentence: str, snapshot: Path | None = None) -> None:
        super().__init__(sentence)
        self.snapshot = snapshot


_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH, None}  # None: text that is not UTF-8
_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_NO_ROOM_BESIDE = {sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMMAP}
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}


@contextmanager
def failures(path: Path) -> Iterator[None]:
    """SQLite's errors about ``path``, and content that cannot be read, as DocumentError. Mistakes of ours pass."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.IntegrityError as error:
        raise DocumentError(
            f"{path.name} does not take this step ({shorten(str(error), 100)}); nothing was changed. Close it and open "
            "it again, and go on with a snapshot if that does not help."
        ) from error
    except sqlite3.DatabaseError as error:
        raise told(error, path) from error
    except (
        UnicodeDecodeError,
        JSONDecodeError,
        RecursionError,
    ) as error:  # the first also where SQLite quotes what it stumbled over
        raise damaged(path, error) from error
    except UnicodeEncodeError as error:
        raise DocumentError(
            f"{path.name} cannot keep {error.object!r}, which is no proper text; nothing was changed. Rename the file "
            "or type the words again."
        ) from error


def told_unwritable(error: sqlite3.Error) -> bool:
    """Whether the place does not let SQLite write."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _UNWRITABLE


def cannot_share(error: sqlite3.Error) -> bool:
    """Whether there was no room, or no way, for the small files that SQLite needs beside a project."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code in _NO_ROOM_BESIDE or code & 0xFF == sqlite3.SQLITE_FULL


def told(error: sqlite3.DatabaseError, path: Path) -> DocumentError:
    """The sentence for an error of SQLite."""
    code = getattr(error, "sqlite_errorcode", None)
    cause = None if code is None else code & 0xFF  # the rest tells variants apart
    if cause in _DAMAGED:
        return damaged(path, error)
    if cause == sqlite3.SQLITE_NOTADB:
        return foreign(path)
    if code in _NO_ROOM_BESIDE:
        return unwritable(path, "its disk is full or shares no memory; make room on it")
    if cause == sqlite3.SQLITE_INTERRUPT:
        return damaged(path, "a statement did not end")
    if cause in _UNWRITABLE:
        return unwritable(path, str(error))
    if cause in _HELD:
        return DocumentError(f"{path.name} is held by another program; nothing was changed. Close it there, try again.")
    if cause == sqlite3.SQLITE_FULL:
        return DocumentError(f"The disk of {path} is full; nothing was changed. Make room on it, or save elsewhere.")
    return DocumentError(f"{path} could not be read or written ({error}); nothing was changed. Look after its disk.")


def damaged(path: Path, why: object) -> DocumentDamaged:
    """For content that does not hold together."""
    return DocumentDamaged(f"{path.name} is damaged ({shorten(str(why), 100)}).")  # SQLite quotes whole rows


def foreign(path: Path) -> DocumentForeign:
    """For a file that is no project."""
    return DocumentForeign(f"{path.name} is no project of this program; choose a file that it made (.m2f).")


def unwritable(path: Path, why: str) -> DocumentUnwritable:
    """For a file that cannot be worked on where it is."""
    return DocumentUnwritable(f"{path} cannot be written where it is ({why}); work on a copy, or save it elsewhere.")
