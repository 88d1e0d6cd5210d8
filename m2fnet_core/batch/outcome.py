"""What came of a video, and the journals that keep it: lines of JSON that are only ever appended. No torch.

Each process writes a journal of its own, so that none waits for another, on a network drive neither; readers take them
together. A line that was cut off by a crash or a full disk counts as not written.
"""

import errno
import json
import os
import secrets
import socket
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

State = Literal["done", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt at one video."""

    media: str  # absolute path
    state: State
    reason: str = ""  # why it failed or was skipped, one sentence
    again: bool = False  # a failure that was not the video's: the next run tries it by itself
    seconds: float = 0.0  # that the analysis took
    device: str = ""
    length: float = 0.0  # seconds of the media
    utterances: int = 0
    size: int = 0  # bytes of the media
    changed: int = 0  # its time of change, nanoseconds
    sha256: str = ""  # of its content
    words: str = ""  # hash of the transcript that was there
    result: str = ""  # the file in the results folder
    result_sha256: str = ""
    model_hash: str = ""
    notices: tuple[str, ...] = ()
    turn: int = 1  # which attempt; the highest counts, whatever the clocks of the machines say
    host: str = ""


class Journal:
    """A journal of this process in a folder; the file comes with the first line."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}.jsonl"

    def add(self, *outcomes: Outcome) -> None:
        """Append them and bring them to the disk. Raises OSError; half a line does no harm, the next begins anew."""
        line = "".join(f"\n{json.dumps(asdict(outcome))}\n" for outcome in outcomes).encode()
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            written = os.write(handle, line)
            if written < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        finally:
            os.close(handle)


class Journals:
    """All journals of a folder, read on from where the last reading ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, int] = {}  # bytes by file name
        self.newest: dict[str, Outcome] = {}  # by media
        self.count = 0

    def take(self) -> list[Outcome]:
        """What was written since the last call."""
        found = [outcome for path, size in _files(self._folder) for outcome in self._take(path, size)]
        self.count += len(found)
        for outcome in found:
            known = self.newest.get(outcome.media)
            if known is None or _rank(outcome) >= _rank(known):
                self.newest[outcome.media] = outcome
        return found

    def _take(self, path: Path, size: int) -> Iterable[Outcome]:
        start = self._read.get(path.name, 0)
        if size <= start:
            return
        try:
            with path.open("rb") as file:
                file.seek(start)
                body = file.read()
        except OSError:  # the drive is away for a moment: the next call reads it
            return
        whole = body.rfind(b"\n") + 1
        self._read[path.name] = start + whole
        for line in body[:whole].splitlines():
            outcome = _outcome(line) if line else None
            if outcome is not None:
                yield outcome


def _files(folder: Path) -> list[tuple[Path, int]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((Path(each.path), each.stat().st_size) for each in entries if each.name.endswith(".jsonl"))
    except OSError:
        return []


def _rank(outcome: Outcome) -> tuple[int, bool]:
    return outcome.turn, outcome.state == "done"


def _outcome(line: bytes) -> Outcome | None:
    """None for what is no whole line of ours: it counts as not written."""
    try:
        raw: Mapping[str, object] = json.loads(line)
        return Outcome(**{**raw, "notices": tuple(raw["notices"])})  # type: ignore[arg-type]
    except (ValueError, TypeError, KeyError):
        return None
