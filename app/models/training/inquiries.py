"""What only the training program can say: what corpora hold, how long steps take, which devices there are."""

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.jobs.process import ChildProcess, Ending, Outcome
from trainer import events
from trainer.events import Event, Failed


class Inquiries(QObject):
    """Questions to ``m2fnet-train``, one child process after the other."""

    heard = Signal(str, object)  # key of the question, event
    ended = Signal(str)  # the question is answered, or will not be

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[tuple[str, tuple[str, ...]]] = deque()
        self._process: ChildProcess | None = None
        self._key = ""
        self._failed = False  # it said itself why it failed

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._key or self._waiting)

    def ask(self, key: str, arguments: Sequence[str]) -> None:
        """Ask, behind what is asked already. A question of the same key that still waits is replaced."""
        self._waiting = deque(one for one in self._waiting if one[0] != key)
        self._waiting.append((key, tuple(arguments)))
        self._next()

    def close(self) -> None:
        """End what runs."""
        self._waiting.clear()
        if self._process is not None:
            self._process.end_and_wait()

    def _next(self) -> None:
        if self._key or not self._waiting:
            return
        self._key, arguments = self._waiting.popleft()
        self._failed = False
        self._process = ChildProcess("training program", "trainer.cli", arguments, events.from_line, self)
        self._process.message.connect(self._take)
        self._process.ended.connect(self._end)
        self._process.start()

    def _take(self, event: Event) -> None:
        self._failed = self._failed or isinstance(event, Failed)
        self.heard.emit(self._key, event)

    def _end(self, outcome: Outcome) -> None:
        key, self._key = self._key, ""
        if self._process is not None:
            self._process.deleteLater()
            self._process = None
        if outcome.ending not in (Ending.ASKED, Ending.DONE) and not self._failed:
            self.heard.emit(key, Failed(key, outcome.sentence))
        self.ended.emit(key)
        self._next()
