"""Who works at which video: one small file each, so that processes and machines that share a folder share the work.

No locks, which hang on network drives: a claim is a file that only one can create, and its owner touches it while it
lives. On one machine the owner's process says whether it lives; elsewhere the file's age by the clock of the drive
itself, so that no machine's own clock matters. No torch.
"""

import contextlib
import hashlib
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from m2fnet_core.base.files import drive_time

_BEAT = 20.0  # seconds between two signs of life
PATIENCE = 180.0  # seconds without one after which another machine's claim is taken over
MOST_ATTEMPTS = 3  # processes that may end over one video


@dataclass(frozen=True, slots=True)
class Owner:
    """A process on a machine. ``born`` tells it from a later one of the same number."""

    host: str
    process: int
    born: str = ""
    boss: int = 0  # the process that began it
    attempts: int = 1  # this one and those of the same boss that ended over the same video

    def __str__(self) -> str:
        return f"process {self.process} on {self.host}"


def this_process() -> Owner:
    """Whoever asks."""
    return Owner(_machine(), os.getpid(), _born(os.getpid()), os.getppid())


class Claims:
    """The claims in a folder. One video at a time for each instance."""

    def __init__(self, folder: Path, patience: float = PATIENCE, beat: float = _BEAT) -> None:
        self._folder, self._patience, self._beat = folder, patience, beat

    @contextmanager
    def held(self, media: str) -> Iterator[tuple[Owner, bool]]:
        """Try to claim a video for the length of a block: its owner, and whether that is this process.

        ``Owner.attempts`` above `MOST_ATTEMPTS` says that too many processes ended over it. Raises OSError.
        """
        place = self._place(media)
        owner, mine = self._claimed(place)
        if not mine:
            yield owner, False
            return
        ended = threading.Event()
        beating = threading.Thread(target=_beat, args=(place, ended, self._beat), name="claim", daemon=True)
        beating.start()
        try:
            yield owner, True
        finally:
            ended.set()
            beating.join()
            with contextlib.suppress(OSError):  # it grows old by itself
                place.unlink(missing_ok=True)

    def note_failure(self, media: str) -> None:
        """Let other processes know, without reading journals, that an attempt at the video failed. Raises OSError."""
        self._place(media).with_suffix(".failed").touch()

    def failed(self, media: str) -> bool:
        """Whether an attempt ever failed: the journals say which, and whether it still counts."""
        return self._place(media).with_suffix(".failed").exists()

    def living(self) -> list[Owner]:
        """Those that work now."""
        found = [(path, _read(path)) for path in self._folder.glob("*.claim")]
        return [owner for path, owner in found if owner is not None and not self._is_over(path, owner)]

    def _place(self, media: str) -> Path:
        digits = hashlib.sha256(media.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return self._folder / f"{digits}.claim"

    def _claimed(self, place: Path) -> tuple[Owner, bool]:
        me = this_process()
        for _ in range(3):  # each turn takes away what is over, or loses against somebody
            if _create(place, me):
                return me, True
            there = _read(place)
            if not self._is_over(place, there):
                return there or Owner("another machine", 0), False
            aside = place.with_suffix(f".{secrets.token_hex(4)}")
            with contextlib.suppress(FileNotFoundError):  # somebody else took it away
                place.rename(aside)
                aside.unlink()
            # A worker alone ended over the video; together with its boss it was stopped, preempted or switched off.
            alone = there is not None and (there.host, there.boss) == (me.host, me.boss)
            me = replace(me, attempts=there.attempts + 1 if there is not None and alone else 1)
        return Owner("another machine", 0), False

    def _is_over(self, place: Path, owner: Owner | None) -> bool:
        if owner is not None and owner.host == _machine() and os.name != "nt":
            return _born(owner.process) != owner.born
        try:
            return self._now() - place.stat().st_mtime > self._patience
        except FileNotFoundError:
            return True

    def _now(self) -> float:
        try:
            return drive_time(self._folder)
        except OSError:  # whoever only looks may not be allowed to write
            return time.time()


def _create(place: Path, owner: Owner) -> bool:
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return False
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(owner), file)
    except OSError:
        place.unlink(missing_ok=True)
        raise
    return True


def _read(place: Path) -> Owner | None:
    """None for one that is just being written, or was cut off: its age decides."""
    try:
        return Owner(**json.loads(place.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _beat(place: Path, ended: threading.Event, seconds: float) -> None:
    while not ended.wait(seconds):
        with contextlib.suppress(OSError):  # a drive that is away for a moment
            os.utime(place)


def _machine() -> str:
    """The machine's name with the number of its start: after a restart no process of before lives."""
    start = _text(Path("/proc/sys/kernel/random/boot_id"))[:8]
    space = ""
    with contextlib.suppress(OSError):  # containers of one machine do not see each other's processes
        space = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    return "-".join(part for part in (socket.gethostname(), start, space) if part)


def _born(process: int) -> str:
    """When a process began, in the machine's own ticks; "" where it is gone (or no system tells)."""
    told = _text(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    if told:
        return "" if told[0] == "Z" else told[19]
    if os.name == "nt" or Path("/proc/self").exists():  # on Windows asking would end it; there a claim's age decides
        return ""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "lives"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
