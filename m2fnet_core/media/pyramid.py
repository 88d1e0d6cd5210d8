"""A long row of values at every zoom: levels, each the maximum over four rows of the one before. No torch.

Built from front to back in one pass while it is already read; kept in one file of fixed layout, of which reading
touches only what is on screen. Without a disk to write to it lives in memory, without its finest levels.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.errors import CacheError
from m2fnet_core.media.cache import new_part

FACTOR = 4  # rows of a level that one row of the next level covers
_COARSEST = 1024  # rows; a level this short needs no further one
_EXACT = 1e-6  # rows; smaller differences are of rounding
_MEMORY = 64 * 2**20  # bytes of a pyramid without a disk

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shape:
    """``rows`` of ``width`` values of ``dtype`` at the finest level, ``rate`` rows a second."""

    rows: int
    width: int
    dtype: np.dtype[Any]
    rate: float

    @property
    def row_bytes(self) -> int:
        return self.width * self.dtype.itemsize

    def lengths(self) -> list[int]:
        """Rows of every level, finest first."""
        lengths = [max(1, self.rows)]
        while lengths[-1] > _COARSEST:
            lengths.append(-(-lengths[-1] // FACTOR))
        return lengths


class Store(Protocol):
    """Bytes at places."""

    def read(self, offset: int, size: int) -> bytes:
        """``size`` bytes, or fewer where nothing was written yet."""

    def write(self, offset: int, data: bytes) -> None:
        """Raises CacheError when there is no space."""


class DiskStore:
    """A file that is opened for each access, so that it can be renamed and deleted while it is in use."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, offset: int, size: int) -> bytes:
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(offset)
                return file.read(size) or b""
        except OSError as error:
            _log.warning("cannot read %s: %s", self.path, error)
            return b""

    def write(self, offset: int, data: bytes) -> None:
        try:
            with self.path.open("r+b") as file:
                file.seek(offset)
                file.write(data)
        except OSError as error:
            raise CacheError(f"The cache file {self.path} cannot be written: {error.strerror}; free space.") from error


class MemoryStore:
    """The same in memory."""

    def __init__(self, size: int) -> None:
        self._data = bytearray(size)

    def read(self, offset: int, size: int) -> bytes:
        return bytes(self._data[offset : offset + size])

    def write(self, offset: int, data: bytes) -> None:
        self._data[offset : offset + len(data)] = data


class Pyramid:
    """All levels. One thread appends; any thread may read at the same time."""

    def __init__(self, shape: Shape, store: Store, finest: int = 0, complete: bool = False) -> None:
        """``finest``: the first level that ``store`` holds. ``complete``: it holds every row."""
        self.shape = shape
        self.complete = complete
        self._store = store
        self._finest = finest
        self._lengths = shape.lengths()
        starts = np.cumsum([0, *(n * shape.row_bytes for n in self._lengths[finest:])]).tolist()
        self._offsets = [0] * finest + starts
        self._filled = list(self._lengths) if complete else [0] * len(self._lengths)
        self._carried = [np.zeros((0, shape.width), shape.dtype) for _ in self._lengths]

    @classmethod
    def load(cls, shape: Shape, place: Path) -> "Pyramid | None":
        """The finished pyramid kept at ``place``; None when there is none of this shape."""
        try:
            if place.stat().st_size != sum(shape.lengths()) * shape.row_bytes:
                return None
            os.utime(place)  # used now: others are tidied away first
        except OSError:
            return None
        return cls(shape, DiskStore(place), complete=True)

    @classmethod
    def on_disk(cls, shape: Shape, place: Path) -> "Pyramid":
        """An empty one to be built beside ``place``. Raises CacheError when nothing can be written there."""
        return cls(shape, DiskStore(new_part(place)))

    @classmethod
    def in_memory(cls, shape: Shape) -> "Pyramid":
        """An empty one of bounded size: the finest levels of a long file are left out."""
        sizes = np.array(shape.lengths())[::-1].cumsum()[::-1] * shape.row_bytes
        finest = min(int(np.count_nonzero(sizes > _MEMORY)), len(sizes) - 1)
        return cls(shape, MemoryStore(int(sizes[finest])), finest)

    @property
    def seconds(self) -> float:
        """How far it is built."""
        return self._filled[0] / self.shape.rate

    def append(self, rows: NDArray[Any]) -> None:
        """The next rows of the finest level; what goes beyond the shape is left out. Raises CacheError (disk full)."""
        self._add(0, rows[: self._lengths[0] - self._filled[0]])

    def finish(self, place: Path) -> None:
        """No more rows follow: complete the coarser levels and keep the file as ``place``."""
        for level, carried in enumerate(self._carried[:-1]):
            if len(carried):
                self._carried[level] = carried[:0]
                self._add(level + 1, carried.max(axis=0, keepdims=True))
        self._filled = list(self._lengths)
        if isinstance(self._store, DiskStore):
            self._keep(self._store, place)
        self.complete = True

    def discard(self) -> None:
        """Delete an unfinished file."""
        if isinstance(self._store, DiskStore) and not self.complete:
            self._store.path.unlink(missing_ok=True)

    def columns(self, start: float, end: float, columns: int) -> NDArray[Any]:
        """Maxima over ``columns`` equal parts of the seconds [start, end): [columns, width], 0 where nothing is."""
        edges = np.linspace(start, end, columns + 1) * self.shape.rate
        level = self._level((edges[-1] - edges[0]) / max(1, columns))
        edges = edges / FACTOR**level
        bounds = np.ceil(edges - 0.5 - _EXACT).astype(np.int64)  # a row belongs where its middle lies
        first, last = bounds[:-1], bounds[1:] - 1
        between = np.floor((edges[:-1] + edges[1:]) / 2).astype(np.int64)  # zoomed in beyond the rows
        first, last = np.where(last < first, between, first), np.where(last < first, between, last)
        begin = max(0, int(first[0]))
        rows = self._read(level, begin, min(int(last[-1]) + 1, self._filled[level]))
        return _maxima(rows, first - begin, last - begin)

    def coarsest(self) -> NDArray[Any]:
        """All rows of the last level that are there, [n, width]."""
        return self._read(len(self._lengths) - 1, 0, self._filled[-1])

    def _level(self, rows_per_column: float) -> int:
        """The level of which a column covers one to four rows."""
        level = int(np.log(max(1.0, rows_per_column)) / np.log(FACTOR) + 1e-9)
        return min(max(level, self._finest), len(self._lengths) - 1)

    def _add(self, level: int, rows: NDArray[Any]) -> None:
        if level >= self._finest and len(rows):
            self._store.write(self._offsets[level] + self._filled[level] * self.shape.row_bytes, rows.tobytes())
        self._filled[level] += len(rows)
        if level + 1 == len(self._lengths):
            return
        waiting = np.concatenate([self._carried[level], rows])
        whole = len(waiting) // FACTOR * FACTOR
        self._carried[level] = waiting[whole:]
        if whole:
            self._add(level + 1, waiting[:whole].reshape(-1, FACTOR, self.shape.width).max(axis=1))

    def _read(self, level: int, begin: int, end: int) -> NDArray[Any]:
        size = max(0, end - begin) * self.shape.row_bytes
        data = self._store.read(self._offsets[level] + begin * self.shape.row_bytes, size) if size else b""
        rows = np.frombuffer(data[: len(data) // self.shape.row_bytes * self.shape.row_bytes], self.shape.dtype)
        return rows.reshape(-1, self.shape.width)

    def _keep(self, store: DiskStore, place: Path) -> None:
        try:
            with store.path.open("r+b") as file:
                file.truncate(sum(self._lengths) * self.shape.row_bytes)
            store.path.replace(place)
            store.path = place
        except OSError as error:
            _log.warning("cannot keep %s: %s", place, error)


def _maxima(rows: NDArray[Any], first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[Any]:
    """Maxima of rows[first[i] : last[i] + 1] for each i; 0 where there are no rows."""
    padded = np.concatenate([rows, np.zeros((1, rows.shape[1]), rows.dtype)])  # its last row stands for "nothing"
    nothing = len(rows)

    def row(numbers: NDArray[np.int64]) -> NDArray[Any]:
        return padded[np.where((numbers < 0) | (numbers > nothing), nothing, numbers)]

    found = row(first)
    for step in range(1, int((last - first).max(initial=0)) + 1):
        np.maximum(found, row(np.minimum(first + step, last)), out=found)
    return found
