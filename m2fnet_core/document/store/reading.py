"""The whole of a project, from its file."""

import gc
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from m2fnet_core.base.emotions import MELD
from m2fnet_core.document.applying import in_order
from m2fnet_core.document.changes import LogEntry, Steps, steps
from m2fnet_core.document.content import Document
from m2fnet_core.document.store import file, predictions
from m2fnet_core.document.store.failing import damaged, failures
from m2fnet_core.document.store.schema import TABLES
from m2fnet_core.document.store.types import refuse_untyped

_STEPS = "SELECT number, kind, title FROM log ORDER BY number"


@dataclass(frozen=True, slots=True)
class Content:
    """A project at one moment, with the steps that can be undone and redone."""

    document: Document
    newest: predictions.Newest  # the document's predictions
    done: Steps
    undone: Steps
    version: int  # `version_of` at that moment


def read(connection: sqlite3.Connection, path: Path) -> Content:
    """Everything, of one moment. Raises DocumentError, DocumentDamaged."""
    with failures(path), file.steady(connection), _uncollected():
        try:
            refuse_untyped(connection)
            tables = {name: _rows(connection, name) for name in TABLES}
            _refuse_strangers(tables)
            turns = in_order(tables["turns"])
            raw, analyses = predictions.read_newest(connection), predictions.read_analyses(connection)
            done, undone = steps(connection.execute(_STEPS).fetchall())
        except (ValueError, TypeError, IndexError, RecursionError) as error:
            raise damaged(path, error) from error
        label_set = tables.pop("label_set").get("", MELD)
        newest = predictions.Newest(raw, analyses, turns, tables["meanings"])
        document = Document(label_set, **{**tables, "turns": turns, "predictions": newest})
        return Content(arranged(connection, document), newest, done, undone, version_of(connection))


def history(connection: sqlite3.Connection, after: int) -> list[LogEntry]:
    """Log entries with a higher number than ``after``, in order."""
    sql = "SELECT number, time, kind, title, body, of FROM log WHERE number > ? ORDER BY number"
    rows = connection.execute(sql, (after,)).fetchall()
    return [LogEntry(n, time, kind, name, json.loads(body), of) for n, time, kind, name, body, of in rows]


def version_of(connection: sqlite3.Connection) -> int:
    """Another number whenever another window wrote something."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def arranged(connection: sqlite3.Connection, document: Document) -> Document:
    """Videos and speakers in the order in which they came for the first time."""
    places = file.arrivals(connection)
    media = dict(sorted(document.media.items(), key=lambda item: places.get(("media", item[0]), 0)))
    speakers = dict(sorted(document.speakers.items(), key=lambda item: places.get(("speakers", item[0]), 0)))
    return replace(document, media=media, speakers=speakers)


def _rows(connection: sqlite3.Connection, name: str) -> dict[Any, Any]:
    """All at once: a row that cannot be read must not leave a question open, and the file with it."""
    table = TABLES[name]
    return {table.key(row): table.read(row) for row in connection.execute(table.all_sql).fetchall()}


def _refuse_strangers(tables: dict[str, dict[Any, Any]]) -> None:
    """Raise ValueError for an utterance of a video or a speaker that is not there."""
    for turn in tables["turns"].values():
        if turn.medium not in tables["media"] or (turn.speaker and turn.speaker not in tables["speakers"]):
            raise ValueError(f"the utterance {turn.id} is of a video or a speaker that is not there")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python would look through the many new objects again and again for those to throw away: all stay."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
