"""A child process that analyses: ``python -m m2fnet_core.batch.worker``. The first line of its input is the run, each
further one a shard; events go out as lines, `Finished` with the outcomes at the end of each shard. torch comes with
the first video.

It ends when its input closes, so that none outlives the command that began it, however that ended.
"""

import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import BinaryIO

from m2fnet_core.base import events
from m2fnet_core.base.errors import Cancelled, M2FNetError
from m2fnet_core.base.events import Event, Failed, Finished, Progress
from m2fnet_core.base.json_codec import build
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.batch.plan import read_tasks
from m2fnet_core.batch.shard import Hands, Run
from m2fnet_core.service.worker import GRACE, NICENESS, claimed_stdout

OUTCOMES = "outcomes"  # of the result of a shard


def serve(lines: "queue.SimpleQueue[str | None]", send: Callable[[Event], None], cancel: CancelToken) -> None:
    """Carry out shards until the input ends."""
    first = lines.get()
    if first is None:
        return
    run: Run = build(Run, json.loads(first))
    send(Progress("Ready", 0, 1))
    hands = Hands(run, cancel)
    while (line := lines.get()) is not None:
        done = [asdict(hands.analyse(task, lambda event: _passed(event, send))) for task in read_tasks(line)]
        send(Finished({OUTCOMES: done}))


def main() -> int:
    """Run until standard input closes. Returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):  # terminals and Slurm send them to all; the parent closes the input
        signal.signal(number, signal.SIG_IGN)
    sink, cancel = claimed_stdout(), CancelToken()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    source = open(0, "rb", closefd=False)  # noqa: SIM115 - lives as long as the process
    threading.Thread(target=_listen, args=(source, lines, cancel), name="shards", daemon=True).start()

    def send(event: Event) -> None:
        try:
            sink.write(events.to_line(event) + "\n")
            sink.flush()
        except OSError:  # nobody listens any more
            cancel.cancel()

    try:
        serve(lines, send, cancel)
    except Cancelled:
        return 0
    except M2FNetError as error:  # nothing that follows would go better: all workers end
        send(Failed(str(error)))
    return 0


def _passed(event: Event, send: Callable[[Event], None]) -> None:
    """Of an analysis, only how far it is: the rest would cost the parent more than it is worth."""
    if isinstance(event, Progress):
        send(event)


def _listen(source: BinaryIO, lines: "queue.SimpleQueue[str | None]", cancel: CancelToken) -> None:
    with contextlib.suppress(OSError):
        for raw in source:
            lines.put(raw.decode("utf-8"))
    lines.put(None)
    cancel.cancel()
    threading.Event().wait(GRACE)  # this thread ends with the process, normally long before
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
