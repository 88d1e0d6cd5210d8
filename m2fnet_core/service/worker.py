"""The long-lived child process of the window: request lines in, event lines out (`base.requests`, `base.events`).

Jobs run one at a time, in order. A job that fails never ends the process; a closed standard input does, so that no
worker outlives its window. torch is imported by the first job that needs it, or while nothing is asked at first.
"""

import contextlib
import functools
import io
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, TextIO

from m2fnet_core.base import events, requests
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.service.jobs import Job, WarmBundle, perform, warm_up

Send = Callable[[str, events.Event], None]  # name of the job, event

_IDLE = 0.5  # seconds without a request, at first, that are used to warm up
GRACE = 5.0  # seconds a job may take to notice that the window is gone
NICENESS = 10  # the window's playback comes first
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job under the name that whoever asked gave it."""

    name: str
    job: Job
    cancel: CancelToken = field(default_factory=CancelToken)


class Queue:
    """The waiting jobs in order and the running one. One thread reads requests into it, another runs the jobs."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._changed = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._running: Ticket | None = None
        self._closed = False

    def add(self, ticket: Ticket) -> None:
        """Put a job at the end."""
        with self._changed:
            self._waiting.append(ticket)
            self._changed.notify()

    def comes(self, seconds: float) -> bool:
        """Wait that long for a job (or the end); whether it came."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or bool(self._waiting), seconds)

    def next(self) -> Ticket | None:
        """Wait for a job and make it the running one; None once closed."""
        with self._changed:
            self._running = None
            self._changed.wait_for(lambda: self._closed or self._waiting)
            self._running = None if self._closed else self._waiting.popleft()
            return self._running

    def cancel(self, name: str) -> None:
        """Stop a job. One that still waits is answered at once, the running one stops between two frames."""
        with self._changed:
            dropped = [ticket for ticket in self._waiting if ticket.name == name]
            for ticket in dropped:
                self._waiting.remove(ticket)
            if self._running is not None and self._running.name == name:
                self._running.cancel.cancel()
        for _ in dropped:
            self._send(name, events.Stopped())

    def close(self) -> None:
        """Take no job any more and stop the running one: nobody listens."""
        with self._changed:
            self._closed = True
            if self._running is not None:
                self._running.cancel.cancel()
            self._changed.notify()


class Outlet:
    """Writes event lines. A reader that went away is no failure: ``on_gone`` is called and the rest is dropped."""

    def __init__(self, stream: TextIO, on_gone: Callable[[], None]) -> None:
        self._stream = stream
        self._on_gone = on_gone
        self._lock = threading.Lock()
        self._gone = False

    def send(self, name: str, event: events.Event) -> None:
        """Write one event and push it out."""
        line = events.to_line(event, name)
        with self._lock:
            if self._gone:
                return
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except OSError:
                self._gone = True
        if self._gone:
            self._on_gone()


def serve(source: BinaryIO, sink: TextIO) -> None:
    """Answer the request lines of ``source`` with event lines on ``sink`` until either of them closes."""
    outlet = Outlet(sink, lambda: queue.close())
    queue = Queue(outlet.send)
    threading.Thread(target=_listen, args=(source, queue, outlet.send), name="requests", daemon=True).start()
    if not queue.comes(_IDLE):
        warm_up()
    warm = WarmBundle()
    while (ticket := queue.next()) is not None:
        hook = functools.partial(outlet.send, ticket.name)
        hook(perform(ticket.job, hook, ticket.cancel, warm))


def _listen(source: BinaryIO, queue: Queue, send: Send) -> None:
    for raw in source:
        line = raw.decode("utf-8", "replace").strip()
        if line:
            _accept(line, queue, send)
    queue.close()
    threading.Event().wait(GRACE)  # this thread ends with the process, normally long before
    os._exit(1)


def _accept(line: str, queue: Queue, send: Send) -> None:
    try:
        name, request = requests.from_line(line)
    except ValueError as error:
        _log.warning("not a request: %s", error)
        send("", events.Failed(f"The analysis process was asked something it does not understand ({error})."))
        return
    if isinstance(request, requests.Cancel):
        queue.cancel(name)
    else:
        queue.add(Ticket(name, request))


def claimed_stdout() -> TextIO:
    """The real standard output, for events alone; whatever libraries print goes to standard error."""
    kept = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return io.TextIOWrapper(os.fdopen(kept, "wb"), encoding="ascii", newline="\n")


def main() -> int:
    """Run until standard input closes. Returns the exit code."""
    sink = claimed_stdout()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with contextlib.suppress(KeyboardInterrupt):
        # A file object of our own: a thread waiting in sys.stdin would abort the interpreter's end.
        serve(open(0, "rb", closefd=False), sink)  # noqa: SIM115 - lives as long as the process
    return 0


if __name__ == "__main__":
    sys.exit(main())
