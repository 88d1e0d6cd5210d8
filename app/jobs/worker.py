"""The core worker as the window sees it: requests in, events out, started again when it dies."""

import itertools

from PySide6.QtCore import QObject, Signal

from app.jobs.process import ChildProcess, Ending, Outcome
from m2fnet_core.base import events, requests
from m2fnet_core.base.events import Event, Failed, Finished, Stopped
from m2fnet_core.base.requests import Cancel, Request

_MODULE = "m2fnet_core.service.worker"


class WorkerClient(QObject):
    """One long-lived worker that keeps the models warm. It starts with the first request (or `start`)."""

    heard = Signal(str, object)  # job, event
    died = Signal(str)  # one sentence; every job it had is lost, a new worker is already on its way
    logged = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._jobs: set[str] = set()
        self._spoke = False
        self._process = ChildProcess("analysis process", _MODULE, (), events.from_line, self)
        self._process.message.connect(self._take)
        self._process.logged.connect(self.logged)
        self._process.ended.connect(self._ended)

    @property
    def pid(self) -> int:
        """The worker's process id, 0 while none runs."""
        return self._process.pid

    @property
    def log(self) -> tuple[str, ...]:
        """The last lines of the worker's standard error."""
        return tuple(self._process.log)

    def start(self) -> None:
        """Start the worker now, so that it is warm when the first request comes."""
        if not self._process.running:
            self._spoke = False
            self._process.start()

    def submit(self, request: Request) -> str:
        """Ask for work; returns the job that its events will carry."""
        job = str(next(self._numbers))
        self.start()
        self._jobs.add(job)
        self._process.write_line(requests.to_line(request, job))
        return job

    def cancel(self, job: str) -> None:
        """Stop a job; it answers with Stopped (or with its end, whichever comes first). Unknown jobs are ignored."""
        if job in self._jobs:
            self._process.write_line(requests.to_line(Cancel(), job))

    def close(self) -> None:
        """End the worker and wait until it is gone."""
        self._process.end_and_wait()

    def _take(self, message: tuple[str, Event]) -> None:
        job, event = message
        self._spoke = True
        if isinstance(event, Finished | Failed | Stopped):
            self._jobs.discard(job)
        self.heard.emit(job, event)

    def _ended(self, outcome: Outcome) -> None:
        self._jobs.clear()
        if outcome.ending is Ending.ASKED:
            return
        # One that died before its first word would die again: the next request tries anew.
        if self._spoke:
            self.start()
        self.died.emit(outcome.sentence)
