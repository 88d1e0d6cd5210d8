"""The last lines of the log: what the analysis process and the window itself wrote."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit

_KEPT_LINES = 2000


class LogView(QPlainTextEdit):
    """Read-only; keeps the last lines."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setMaximumBlockCount(_KEPT_LINES)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setPlaceholderText("Messages of the analysis appear here.")
        self.setAccessibleName("Log")


class LogLines(QObject):
    """Carries the window's own log records to the view, from any thread."""

    line = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handler = _Handler(self.line.emit)
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logging.getLogger().addHandler(self._handler)

    def close(self) -> None:
        """Stop listening."""
        logging.getLogger().removeHandler(self._handler)


class _Handler(logging.Handler):
    def __init__(self, emit_line: Callable[[str], None]) -> None:
        super().__init__()
        self._emit_line = emit_line

    def emit(self, record: logging.LogRecord) -> None:
        self._emit_line(self.format(record))
