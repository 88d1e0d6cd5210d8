"""A worker process as a test sees it: requests in, events out, no waiting for time."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from m2fnet_core.base import events, requests
from m2fnet_core.base.events import Event, Failed, Finished, Stopped

_PATIENCE = 100.0  # seconds until a silent worker fails the test


class Worker:
    """``python -m m2fnet_core.service.worker`` with folders of its own. A context manager."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        own = {"M2FNET_CACHE": str(folder / "cache"), "M2FNET_DATA": str(folder / "data"), "HF_HUB_OFFLINE": "1"}
        self._errors = (folder / "stderr.txt").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "m2fnet_core.service.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "OMP_NUM_THREADS": "2", **own, **(environment or {})},
        )
        self._heard: queue.Queue[tuple[str, Event] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        self._number = 0
        self._dropped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_input()
        try:
            self.process.wait(_PATIENCE)
        finally:
            self.process.kill()
            self._thread.join()
            self._errors.close()

    def close_input(self) -> None:
        """What the end of the window does."""
        if not self.process.stdin.closed:
            self.process.stdin.close()

    def drop_output(self) -> None:
        """Close the reading end of its standard output, at its next line."""
        self._dropped = True

    def wait_until_dropped(self) -> None:
        """Wait for that line."""
        self._thread.join(_PATIENCE)

    def say(self, line: str) -> None:
        """Send any line."""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, request: requests.Request) -> str:
        """Send a request; returns its job."""
        self._number += 1
        self.say(requests.to_line(request, f"job {self._number}"))
        return f"job {self._number}"

    def cancel(self, job: str) -> None:
        self.say(requests.to_line(requests.Cancel(), job))

    def hear(self) -> tuple[str, Event]:
        """The next event of any job."""
        heard = self._heard.get(timeout=_PATIENCE)
        assert heard is not None, f"the worker ended: {self.log()}"
        return heard

    def until(self, kind: type[Event], job: str) -> list[Event]:
        """The events of a job up to the first of ``kind``; other jobs' must not come in between."""
        found: list[Event] = []
        while not found or not isinstance(found[-1], kind):
            name, event = self.hear()
            assert name == job, (name, event)
            found.append(event)
            assert isinstance(event, kind) or not isinstance(event, Finished | Failed | Stopped), event
        return found

    def run(self, request: requests.Request) -> list[Event]:
        """All events of a request that succeeds."""
        return self.until(Finished, self.ask(request))

    def fail(self, request: requests.Request) -> str:
        """The sentence with which a request fails."""
        last = self.until(Failed, self.ask(request))[-1]
        assert isinstance(last, Failed)
        return last.message

    def log(self) -> str:
        """What it wrote to standard error so far."""
        self._errors.flush()
        return Path(self._errors.name).read_text("utf-8", "replace")

    def _read(self) -> None:
        with self.process.stdout:
            for line in self.process.stdout:
                if self._dropped:
                    break
                self._heard.put(events.from_line(line.decode("ascii")))
        self._heard.put(None)
