"""One process trains in a run folder at a time, and whoever looks can tell which. No torch."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from m2fnet_core.base.errors import TrainingError

_LOCK, _PID = "run.lock", "run.pid"
_PATIENCE = 2.0  # seconds: whoever looks who holds the lock takes it for an instant


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run folder (made when missing) until the end of the block or of this process.

    Raises TrainingError when another process trains in it, or where it cannot be written.
    """
    lock = FileLock(folder / _LOCK, timeout=_PATIENCE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise TrainingError(
            f"The run {folder.name} is being trained by another window or command (process {is_alive(folder) or '?'}); "
            "watch it there, or stop it first."
        ) from error
    except (OSError, NotImplementedError) as error:
        raise TrainingError(f"{folder} cannot be written ({error}); choose another folder for runs.") from error
    try:
        with suppress(OSError):  # without it nobody can tell who trains; a full disk is told by what is written next
            (folder / _PID).write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        with suppress(OSError):
            (folder / _PID).unlink(missing_ok=True)
        lock.release()


def is_alive(folder: Path) -> int | None:
    """The process that trains in the run folder now, None while there is none."""
    if not (folder / _LOCK).is_file():
        return None
    for patience in (0.0, 0.1):  # seconds: whoever took the lock an instant ago is about to write its number
        try:
            with FileLock(folder / _LOCK, timeout=patience):
                return None
        except Timeout:
            with suppress(OSError, ValueError):
                return int((folder / _PID).read_text(encoding="ascii"))
        except (OSError, NotImplementedError):  # a folder that cannot be written: nobody trains in it
            return None
    return None
