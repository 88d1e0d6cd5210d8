"""An error that nobody caught, as a notice: the person learns what happened and what to do."""

import errno
import logging
import sys
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from app.models.notices import Notices
from m2fnet_core.base.errors import M2FNetError

_log = logging.getLogger(__name__)


class Mistakes(QObject):
    """Hears every such error from its making on, from any thread."""

    _happened = Signal(str)

    def __init__(self, notices: Notices) -> None:
        super().__init__(notices)
        self._notices = notices
        self._happened.connect(self._tell)
        sys.excepthook = self.hear

    def hear(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Keep it in the log and tell it."""
        _log.error("a mistake in the program", exc_info=(kind, error, trace))
        self._happened.emit(sentence(error))

    def _tell(self, text: str) -> None:
        """Once: what fails at every repaint would never end."""
        if all(entry.text != text for entry in self._notices.entries):
            self._notices.fail(text)


def sentence(error: BaseException) -> str:
    """What happened and the way out, for people."""
    if isinstance(error, M2FNetError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this; close other programs and try again. Your decisions are saved."
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full; make room on it and try again. What was decided before is saved."
    return (
        f"This did not work because of a mistake in the program ({type(error).__name__}: {error}). "
        "Your decisions are saved; try again, and start the program anew if it stays so."
    )
