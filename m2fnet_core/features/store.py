"""The feature store: vectors and boxes on disk, keyed by what they were computed from. No torch.

One small file per entry, written whole or not at all, so that any number of processes may read and write at once, on a
network drive too: there are no locks. A damaged entry is a miss. No pickle: a line of JSON, then float32 numbers, both
under one checksum.
"""

import hashlib
import json
import logging
import os
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from m2fnet_core.base.errors import CacheError
from m2fnet_core.base.events import Hook, Notice, ignore
from m2fnet_core.base.files import drive_time, write_whole
from m2fnet_core.base.folders import cache_folder
from m2fnet_core.features.vectors import Vector

_FOLDER = "features-1"  # the number is the form of the files
LIMIT = 4_000_000_000  # bytes, where nobody set another; the entries written longest ago go first
_LIMIT_FILE = "limit"  # beside the entries, so that all who share them keep to it
_TIDY_EVERY = 3600.0  # seconds
_ABANDONED = 24 * 3600.0  # seconds after which what is being written was left behind by a crash
_PART = ".part"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What is kept under one key: float32 arrays by name and JSON-ready facts."""

    arrays: Mapping[str, Vector] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def key_of(kind: str, *parts: Any) -> str:
    """The key of something computed from ``parts`` (JSON-ready), hex."""
    return hashlib.sha256(json.dumps([kind, *parts]).encode()).hexdigest()


class FeatureStore:
    """Entries by key in a folder of the cache."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder``: None for the program's own cache."""
        self._folder = cache_folder() / _FOLDER if folder is None else folder
        self._tidied = False

    @property
    def limit(self) -> int:
        """Bytes that it is cut back to, once an hour while it is written to."""
        try:
            return max(0, int((self._folder / _LIMIT_FILE).read_text(encoding="ascii")))
        except (OSError, ValueError):
            return LIMIT

    def set_limit(self, limit: int) -> None:
        """Keep at most so many bytes, and cut back to them now. Raises CacheError."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / _LIMIT_FILE, str(limit).encode())
            _cut_back(self._folder, limit)
        except OSError as error:
            raise CacheError(f"{self._folder} cannot be written ({error.strerror}); make room there.") from error

    def size(self) -> int:
        """Bytes that are kept. Takes seconds for hundreds of thousands of entries."""
        return sum(state.st_size for state, _ in _entries(self._folder))

    def get(self, key: str) -> Entry | None:
        """The entry, or None when there is none or it is damaged."""
        path = self._path(key)
        try:
            return _parsed(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("ignoring the damaged cache file %s: %s", path, error)
            return None

    def put(self, key: str, entry: Entry) -> None:
        """Keep an entry. Raises CacheError when the folder cannot be written."""
        if not self._tidied:
            self._tidied = True
            self.tidy()
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, _packed(entry))
        except OSError as error:
            reason = error.strerror or str(error)
            raise CacheError(
                f"Results cannot be kept in {self._folder} ({reason}) and will be computed again next time; "
                "make room there or set M2FNET_CACHE to another folder."
            ) from error

    def tidy(self) -> None:
        """At most once an hour: delete the entries written longest ago until the rest fits the limit.

        The first `put` does this by itself. Of many processes one does it, or several do the same.
        """
        mark = self._folder / "tidied"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            before = mark.stat().st_mtime if mark.exists() else float("-inf")
            if abs(drive_time(self._folder) - before) < _TIDY_EVERY:
                return
            mark.touch()
            _cut_back(self._folder, self.limit)
        except OSError as error:
            _log.warning("cannot tidy %s: %s", self._folder, error)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key[2:]


class Keeper:
    """A store that may be absent or fail: then nothing is kept, the work goes on, and one notice says why."""

    def __init__(self, store: FeatureStore | None, hook: Hook = ignore) -> None:
        self._store = store
        self._hook = hook
        self._failed = False

    def get(self, key: str) -> Entry | None:
        """As `FeatureStore.get`."""
        return None if self._store is None else self._store.get(key)

    def put(self, key: str, entry: Entry) -> None:
        """As `FeatureStore.put` until that fails once."""
        if self._store is None or self._failed:
            return
        try:
            self._store.put(key, entry)
        except CacheError as error:
            self._failed = True
            self._hook(Notice(str(error)))


def _cut_back(folder: Path, limit: int) -> None:
    """Raises OSError where the folder cannot be changed."""
    now, found = drive_time(folder), _entries(folder)
    total = sum(state.st_size for state, _ in found)
    for state, path in sorted(found, key=lambda item: item[0].st_mtime):
        left_behind = path.suffix == _PART and now - state.st_mtime > _ABANDONED
        if total > limit or left_behind:
            path.unlink(missing_ok=True)
            total -= state.st_size


def _entries(folder: Path) -> list[tuple[os.stat_result, Path]]:
    """All files but those that another process just deletes."""
    found = []
    for path in folder.glob("??/*"):
        try:
            found.append((path.stat(), path))
        except FileNotFoundError:
            continue
    return found


def _packed(entry: Entry) -> bytes:
    shapes = {name: list(array.shape) for name, array in entry.arrays.items()}
    head = json.dumps({"shapes": shapes, "facts": entry.facts}, allow_nan=False).encode() + b"\n"
    body = head + b"".join(np.ascontiguousarray(array, dtype="<f4").tobytes() for array in entry.arrays.values())
    return b"%08x\n" % zlib.crc32(body) + body


def _parsed(raw: bytes) -> Entry:
    """Raises ValueError for anything `_packed` did not write."""
    if len(raw) < 10 or int(raw[:8], 16) != zlib.crc32(raw[9:]):
        raise ValueError("the checksum is wrong")
    head, _, body = raw[9:].partition(b"\n")
    about = json.loads(head)
    arrays, place = {}, 0
    for name, shape in about["shapes"].items():
        count = prod(shape)
        arrays[name] = np.frombuffer(body, "<f4", count, place).reshape(shape).astype(np.float32)
        place += 4 * count
    return Entry(arrays, about["facts"])


def _write(path: Path, raw: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=_PART)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if not (isinstance(error, PermissionError) and path.exists()):  # Windows: being read now, so it is there
            raise
