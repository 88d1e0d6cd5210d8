"""What is being traced, on disk while it is traced: a process that is killed loses no more than was not written yet.

It is no part of the document and no step. It becomes takes when the recording ends, or when the project is opened
again after a crash.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from m2fnet_core.document.commands import AddTrace
from m2fnet_core.document.content import Dimension, Take
from m2fnet_core.document.project import Project
from m2fnet_core.document.store import file
from m2fnet_core.document.store.failing import damaged, failures
from m2fnet_core.document.traces import Events, takes_of


@dataclass(frozen=True, slots=True)
class Head:
    """Who traces what. All takes of a recording share it."""

    medium: str
    annotator: str
    dimension: Dimension
    lag: float  # seconds

    def take(self, time: str) -> Take:
        """A take without values, for `takes_of`."""
        return Take("", self.medium, self.annotator, self.dimension, 0, self.lag, "", time)


class TraceJournal:
    """A connection of its own to the project's file; its process holds the project's lock."""

    def __init__(self, project: Path) -> None:
        """Raises DocumentError."""
        self._path = project
        self._connection = file.connect(project, read_only=False)

    def append(self, head: Head, events: Events) -> None:
        """On disk when it returns. Raises DocumentError."""
        row = (head.medium, head.annotator, head.dimension.value, head.lag, json.dumps(list(events)))
        with failures(self._path), file.transaction(self._connection):
            self._connection.execute(
                "INSERT INTO trace_journal(medium, annotator, dimension, lag, events) VALUES (?, ?, ?, ?, ?)", row
            )

    def clear(self) -> None:
        """Forget everything: it is a trace now, or shall not be one. Raises DocumentError."""
        with failures(self._path), file.transaction(self._connection):
            self._connection.execute("DELETE FROM trace_journal")

    def left(self) -> list[tuple[Head, Events]]:
        """What a recording that was not ended left, in order. Raises DocumentError, DocumentDamaged."""
        sql = "SELECT medium, annotator, dimension, lag, events FROM trace_journal ORDER BY number"
        with failures(self._path):
            rows = self._connection.execute(sql).fetchall()
        try:
            return list(_recordings(rows))
        except (ValueError, TypeError) as error:
            raise damaged(self._path, error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _recordings(rows: Sequence[tuple[str, str, str, float, str]]) -> Iterator[tuple[Head, Events]]:
    """Raises ValueError, TypeError for what no journal holds."""
    for (medium, annotator, dimension, lag), pieces in groupby(rows, lambda row: row[:4]):
        events = [event for piece in pieces for event in json.loads(piece[4])]
        pairs = [None if event is None else (float(event[0]), float(event[1])) for event in events]
        yield Head(medium, annotator, Dimension(dimension), float(lag)), pairs


def keep(project: Project, head: Head, events: Events) -> bool:
    """Make a recording a trace, as one step. False where it holds nothing. Raises DocumentError."""
    takes = takes_of(events, head.take(file.now()))
    if takes:
        project.do(AddTrace(takes))
    return bool(takes)


def recover(project: Project) -> str:
    """Keep what a crash left of a recording; one sentence about it, "" for nothing. Raises DocumentError."""
    if project.read_only:
        return ""
    with closing(TraceJournal(project.path)) as journal:
        left = journal.left()
        kept = [h for h, events in left if h.medium in project.document.media and keep(project, h, events)]
        if left:
            journal.clear()
    if not kept:
        return ""
    names = ", ".join(dict.fromkeys(head.dimension.value for head in kept))
    return f"A trace ({names}) was being recorded when the program ended; what it held up to then is kept."
