"""Whether a project's values are of the types that its columns say: SQLite itself takes any value anywhere."""

import sqlite3
from contextlib import closing

_TABLES = (
    "label_set",
    "media",
    "speakers",
    "turns",
    "decisions",
    "faces",
    "looks",
    "meanings",
    "analyses",
    "traces",
    "trace_journal",
)
_LOGS = ("predictions", "log", "changes")
_MOST = 1e9  # seconds; more is no time and no length
_FAULTS = {
    "TEXT": "typeof({0}) <> 'text'",
    "INTEGER": "typeof({0}) <> 'integer'",
    "REAL": f"typeof({{0}}) NOT IN ('real', 'integer') OR abs({{0}}) > {_MOST:.0f}",
}


def refuse_untyped(connection: sqlite3.Connection) -> None:
    """Raise ValueError that names the first column that holds a value of another type, or no finite number."""
    for table in (*_TABLES, *_LOGS):
        with closing(connection.execute(f"PRAGMA table_info({table})")) as asked:
            columns = [(str(name), str(kind), bool(needed or key)) for _, name, kind, needed, _, key in asked]
        faults = [_fault(*column) for column in columns]
        found = connection.execute(f"SELECT {', '.join(f'max({fault})' for fault in faults)} FROM {table}").fetchone()
        wrong = next((name for (name, _, _), bad in zip(columns, found, strict=True) if bad), "")
        if wrong:
            raise ValueError(f"{table}.{wrong} holds a value of another type")


def _fault(name: str, kind: str, needed: bool) -> str:
    fault = _FAULTS[kind].format(f'"{name}"')
    return f"({fault})" if needed else f"({name} IS NOT NULL AND ({fault}))"
