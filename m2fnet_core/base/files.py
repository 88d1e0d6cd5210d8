"""Files that are written whole or not at all, so that no crash or full disk leaves half of one. No torch."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """An empty file beside ``path`` to write into, which takes its place at the end; on any exception it goes.

    Raises OSError when the place cannot be written.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _to_disk(temporary)
        temporary.chmod(_mode(path))  # mkstemp makes it private to its maker
        temporary.replace(path)
        _name_to_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """The permissions of what is replaced, else those of a new file."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0o666 & ~_umask()


def _umask() -> int:
    """Linux tells it; elsewhere it can only be asked for by setting it, which all threads would see for a moment."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1], 8) for line in lines if line.startswith("Umask:"))
    except (OSError, StopIteration, ValueError):
        return 0o022


def write_whole(path: Path, body: bytes) -> None:
    """All of ``body`` as the content of ``path``, or what was there stays. Raises OSError."""
    with whole_file(path) as temporary:
        temporary.write_bytes(body)


def drive_time(folder: Path) -> float:
    """The time as the folder's drive tells it: on a network drive the machines' own clocks differ. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=".now.", dir=folder)
    try:
        return os.fstat(handle).st_mtime
    finally:
        os.close(handle)
        Path(name).unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _name_to_disk(folder: Path) -> None:
    """That the file has its name after a power cut, too. Windows does so by itself and knows no handle of a folder."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
