"""A connection on which no single statement goes on for ever, whatever a file makes of it."""

import sqlite3
from collections.abc import Iterable
from time import monotonic
from typing import Any

SECONDS = 60.0  # that one statement may take
_STEPS = 1_000_000  # of SQLite's machine between two looks at the clock


class Bounded(sqlite3.Connection):
    """Ends a statement that takes longer than `SECONDS` with SQLITE_INTERRUPT."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._since = monotonic()
        self.set_progress_handler(self._too_long, _STEPS)

    def _too_long(self) -> bool:
        return monotonic() - self._since > SECONDS

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As in sqlite3; time begins anew."""
        self._since = monotonic()
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As in sqlite3; time begins anew."""
        self._since = monotonic()
        return super().executemany(sql, parameters)
