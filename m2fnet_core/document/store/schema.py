"""The tables of a project file and how its rows are written. docs/project-file.md tells it in prose."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.document.content import (
    Decision,
    Dimension,
    FaceIdentity,
    FaceRole,
    Look,
    Meaning,
    Medium,
    MediumState,
    Speaker,
    Take,
    Turn,
)
from m2fnet_core.document.traces import unpacked

APPLICATION = 0x4D324650  # "M2FP": tells a project from any other SQLite file
VERSION = 5

VERSION_1 = (
    "CREATE TABLE label_set(key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE media(id TEXT PRIMARY KEY, path TEXT NOT NULL, relative TEXT NOT NULL, sha256 TEXT NOT NULL, "
    "duration REAL NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL)",
    "CREATE TABLE speakers(id TEXT PRIMARY KEY, name TEXT NOT NULL)",
    "CREATE TABLE turns(id TEXT PRIMARY KEY, medium TEXT NOT NULL, start REAL NOT NULL, end REAL NOT NULL, "
    "speaker TEXT NOT NULL, text TEXT)",
    "CREATE TABLE decisions(utterance TEXT NOT NULL, annotator TEXT NOT NULL, label TEXT, second TEXT, "
    "intensity INTEGER, unsure INTEGER NOT NULL, skip INTEGER NOT NULL, comment TEXT NOT NULL, seconds REAL NOT NULL, "
    "saw_prediction INTEGER NOT NULL, time TEXT NOT NULL, PRIMARY KEY(utterance, annotator))",
    "CREATE TABLE faces(medium TEXT NOT NULL, track TEXT NOT NULL, role TEXT NOT NULL, speaker TEXT NOT NULL, "
    "PRIMARY KEY(medium, track))",
    "CREATE TABLE analyses(number INTEGER PRIMARY KEY AUTOINCREMENT, medium TEXT NOT NULL, name TEXT NOT NULL, "
    "hash TEXT NOT NULL, trained INTEGER NOT NULL, labels TEXT NOT NULL, time TEXT NOT NULL)",
    "CREATE TABLE predictions(utterance TEXT NOT NULL, analysis INTEGER NOT NULL, start REAL NOT NULL, "
    "end REAL NOT NULL, body TEXT NOT NULL, PRIMARY KEY(utterance, analysis))",
    "CREATE TABLE log(number INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, kind TEXT NOT NULL, "
    "title TEXT NOT NULL, body TEXT NOT NULL, of INTEGER)",  # of: the entry that an undo or a redo is about
    "CREATE TABLE changes(entry INTEGER NOT NULL, place INTEGER NOT NULL, tbl TEXT NOT NULL, key TEXT NOT NULL, "
    "before TEXT, after TEXT, PRIMARY KEY(entry, place))",
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} are kept as they were made'); END"
        for table in ("analyses", "predictions", "log", "changes")
        for verb in ("UPDATE", "DELETE")
    ),
)
VERSION_2 = (
    # INSERT OR REPLACE deletes without a word to the triggers above.
    *(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} are kept as they were made'); END"
        for table, same in (
            ("analyses", "number = NEW.number"),
            ("predictions", "utterance = NEW.utterance AND analysis = NEW.analysis"),
            ("log", "number = NEW.number"),
            ("changes", "entry = NEW.entry AND place = NEW.place"),
        )
    ),
    "CREATE INDEX arrivals ON changes(tbl, key, entry, place) WHERE before IS NULL AND tbl IN ('media', 'speakers')",
)
VERSION_3 = (
    "CREATE TABLE looks(label TEXT PRIMARY KEY, colour TEXT NOT NULL, key TEXT NOT NULL, description TEXT NOT NULL)",
    "CREATE TABLE meanings(label TEXT PRIMARY KEY, means TEXT NOT NULL)",
)
VERSION_4 = ("ALTER TABLE turns ADD COLUMN words TEXT NOT NULL DEFAULT ''",)
# Traces; needs no table of the steps before it. The journal holds what is being recorded, until it is a trace.
VERSION_5 = (
    "CREATE TABLE traces(id TEXT PRIMARY KEY, medium TEXT NOT NULL, annotator TEXT NOT NULL, dimension TEXT NOT NULL, "
    "first INTEGER NOT NULL, lag REAL NOT NULL, samples TEXT NOT NULL, time TEXT NOT NULL)",
    "CREATE TABLE trace_journal(number INTEGER PRIMARY KEY, medium TEXT NOT NULL, annotator TEXT NOT NULL, "
    "dimension TEXT NOT NULL, lag REAL NOT NULL, events TEXT NOT NULL)",
)
# Steps to each version from the one before; opening a file of an older version takes the missing ones.
MIGRATIONS: Mapping[int, tuple[str, ...]] = {1: VERSION_1, 2: VERSION_2, 3: VERSION_3, 4: VERSION_4, 5: VERSION_5}


@dataclass(frozen=True, slots=True)
class Table:
    """How rows of one table of the document are written: columns, of which the first ``keys`` are its key."""

    name: str
    columns: tuple[str, ...]
    keys: int
    read: Callable[[tuple[Any, ...]], Any]  # columns -> row
    write: Callable[[Any], tuple[Any, ...]]  # row -> columns

    @property
    def put_sql(self) -> str:
        """Writes a row, also over the one with its key, in its place."""
        key, rest = ", ".join(self.columns[: self.keys]), self.columns[self.keys :]
        updates = ", ".join(f"{name} = excluded.{name}" for name in rest)
        marks = ", ".join("?" * len(self.columns))
        columns = ", ".join(self.columns)
        return f"INSERT INTO {self.name}({columns}) VALUES ({marks}) ON CONFLICT({key}) DO UPDATE SET {updates}"

    @property
    def drop_sql(self) -> str:
        """Takes a row out."""
        return f"DELETE FROM {self.name} WHERE " + " AND ".join(f"{name} = ?" for name in self.columns[: self.keys])

    @property
    def all_sql(self) -> str:
        """All rows, in the order they came."""
        return f"SELECT {', '.join(self.columns)} FROM {self.name} ORDER BY rowid"

    def key(self, columns: tuple[Any, ...]) -> Any:
        """The row's key in `Document`."""
        return columns[0] if self.keys == 1 else columns[: self.keys]


def _write_medium(m: Medium) -> tuple[Any, ...]:
    return m.id, str(m.path), m.relative, m.sha256, m.duration, m.state.value, m.reason


def _read_medium(row: tuple[Any, ...]) -> Medium:
    key, path, relative, sha256, duration, state, reason = row
    return Medium(key, Path(path), relative, sha256, duration, MediumState(state), reason)


def _write_decision(d: Decision) -> tuple[Any, ...]:
    flags = int(d.unsure), int(d.skip)
    rest = d.comment, d.seconds, int(d.saw_prediction), d.time
    return d.utterance, d.annotator, d.label, d.second, d.intensity, *flags, *rest


def _read_decision(row: tuple[Any, ...]) -> Decision:
    utterance, annotator, label, second, intensity, unsure, skip, comment, seconds, saw, time = row
    flags = bool(unsure), bool(skip)
    return Decision(utterance, annotator, label, second, intensity, *flags, comment, seconds, bool(saw), time)


def _read_take(row: tuple[Any, ...]) -> Take:
    """Raises ValueError for what is no trace."""
    key, medium, annotator, dimension, first, lag, samples, time = row
    unpacked(samples)
    return Take(key, medium, annotator, Dimension(dimension), int(first), float(lag), samples, time)


def _write_take(t: Take) -> tuple[Any, ...]:
    return t.id, t.medium, t.annotator, t.dimension.value, t.first, t.lag, t.samples, t.time


TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "media",
            ("id", "path", "relative", "sha256", "duration", "state", "reason"),
            1,
            _read_medium,
            _write_medium,
        ),
        Table("speakers", ("id", "name"), 1, lambda row: Speaker(*row), lambda s: (s.id, s.name)),
        Table(
            "turns",
            ("id", "medium", "start", "end", "speaker", "text", "words"),
            1,
            lambda row: Turn(*row),
            lambda t: (t.id, t.medium, t.start, t.end, t.speaker, t.text, t.words),
        ),
        Table(
            "decisions",
            (
                "utterance",
                "annotator",
                "label",
                "second",
                "intensity",
                "unsure",
                "skip",
                "comment",
                "seconds",
                "saw_prediction",
                "time",
            ),
            2,
            _read_decision,
            _write_decision,
        ),
        Table(
            "faces",
            ("medium", "track", "role", "speaker"),
            2,
            lambda row: FaceIdentity(row[0], row[1], FaceRole(row[2]), row[3]),
            lambda f: (f.medium, f.track, f.role.value, f.speaker),
        ),
        Table(
            "looks",
            ("label", "colour", "key", "description"),
            1,
            lambda row: Look(*row),
            lambda look: (look.label, look.colour, look.key, look.description),
        ),
        Table("meanings", ("label", "means"), 1, lambda row: Meaning(*row), lambda m: (m.label, m.means)),
        Table(
            "traces",
            ("id", "medium", "annotator", "dimension", "first", "lag", "samples", "time"),
            1,
            _read_take,
            _write_take,
        ),
        # One row, with the key "": a setting of the document.
        Table(
            "label_set",
            ("key", "value"),
            1,
            lambda row: _read_label_set(row[1]),
            lambda labels: ("", json.dumps([labels.name, *labels.labels])),
        ),
    )
}


def _read_label_set(value: str) -> LabelSet:
    name, *labels = json.loads(value)
    if not all(isinstance(word, str) for word in (name, *labels)):
        raise ValueError("a label is no word")
    return LabelSet(name, tuple(labels))
