"""Child processes of the window: one way to start them, read their typed lines, stop them and say how they ended."""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

Parse = Callable[[str], Any]
_KEPT_LOG_LINES = 2000
_SLICE_SECONDS = 0.012  # a burst of lines is taken in slices, so that the window stays fluid
_POLITE_MS = 2000  # how long a process may take to end by itself once its input is closed
_FIRM_MS = 1000  # how long it may take after it was told to terminate


class Ending(Enum):
    """In which way a child process ended."""

    ASKED = auto()  # the window ended it
    DONE = auto()  # by itself, without an error
    FAILED = auto()  # by itself, with an exit code
    KILLED = auto()  # it crashed or somebody killed it
    NOT_STARTED = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child process ended; ``sentence`` is for a person."""

    ending: Ending
    code: int
    sentence: str


class ChildProcess(QObject):
    """``python -m module`` with lines in and typed lines out. ``name`` is what a person calls it.

    ``parse`` turns a line of standard output into a message and raises ValueError for a line that is none;
    such lines and standard error go to the log. The process is expected to end when its input closes.
    """

    message = Signal(object)
    logged = Signal(str)
    ended = Signal(Outcome)

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        parse: Callable[[str], Any],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.log: deque[str] = deque(maxlen=_KEPT_LOG_LINES)
        self._parse = parse
        self._partial_error = b""
        self._asked = False
        self._over = True
        self._process = self._prepare(module, arguments)
        self._more = _single_shot(self, self._read_messages)
        self._terminate = _single_shot(self, self._end_firmly)
        self._kill = _single_shot(self, self._process.kill)

    def _prepare(self, module: str, arguments: Sequence[str]) -> QProcess:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONUTF8", "1")
        process.setProcessEnvironment(environment)
        process.setProgram(sys.executable)
        process.setArguments(["-m", module, *arguments])
        process.readyReadStandardOutput.connect(self._read_messages)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail_to_start)
        return process

    @property
    def running(self) -> bool:
        return self._process.state() != QProcess.ProcessState.NotRunning

    @property
    def pid(self) -> int:
        """The operating system's number of the process, 0 when it does not run."""
        return int(self._process.processId())

    def start(self) -> None:
        """Start it; it must not run. Returns at once."""
        self._asked, self._over, self._partial_error = False, False, b""
        self._process.start()

    def write_line(self, line: str) -> None:
        """Send one line. Sent as soon as the process has started."""
        self._process.write(line.encode() + b"\n")

    def end(self) -> None:
        """Ask it to end, more firmly after a while. Returns at once; `ended` follows."""
        if self.running:
            self._asked = True
            self._process.closeWriteChannel()
            self._terminate.start(_POLITE_MS)

    def end_and_wait(self) -> None:
        """End it before returning: for the moment the window closes. No process outlives this."""
        self.end()
        if not self.running or self._process.waitForFinished(_POLITE_MS):
            return
        self._process.terminate()
        if not self._process.waitForFinished(_FIRM_MS):
            self._process.kill()
            self._process.waitForFinished()

    def _end_firmly(self) -> None:
        self._process.terminate()
        self._kill.start(_FIRM_MS)

    def _read_messages(self, everything: bool = False) -> None:
        until = perf_counter() + _SLICE_SECONDS
        while self._process.canReadLine():
            if not everything and perf_counter() > until:
                self._more.start(0)
                return
            self._take(_text(bytes(self._process.readLine().data())))

    def _take(self, line: str) -> None:
        try:
            message = self._parse(line)
        except ValueError:
            self._note(line)
        else:
            self.message.emit(message)

    def _read_errors(self) -> None:
        data = self._partial_error + bytes(self._process.readAllStandardError().data())
        *lines, self._partial_error = data.split(b"\n")
        for line in lines:
            self._note(_text(line))

    def _note(self, line: str) -> None:
        if line.strip():
            self.log.append(line)
            self.logged.emit(line)

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        if self._over:
            return
        self._read_messages(everything=True)
        self._read_errors()
        self._note(_text(self._partial_error))
        for timer in (self._more, self._terminate, self._kill):
            timer.stop()
        self._over = True
        self.ended.emit(self._outcome(code, status == QProcess.ExitStatus.CrashExit))

    def _fail_to_start(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and not self._over:
            self._over = True
            reason = self._process.errorString()
            self.ended.emit(Outcome(Ending.NOT_STARTED, -1, f"The {self.name} could not be started: {reason}."))

    def _outcome(self, code: int, killed: bool) -> Outcome:
        if self._asked:
            return Outcome(Ending.ASKED, code, f"The {self.name} was ended.")
        if killed:
            return Outcome(Ending.KILLED, code, f"The {self.name} ended unexpectedly (it crashed or was killed).")
        if code == 0:
            return Outcome(Ending.DONE, code, f"The {self.name} is done.")
        last = f": {self.log[-1].strip()}" if self.log else ""
        return Outcome(Ending.FAILED, code, f"The {self.name} ended with an error (exit code {code}){last}")


def _single_shot(owner: QObject, slot: Callable[[], object]) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.timeout.connect(slot)
    return timer


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")
