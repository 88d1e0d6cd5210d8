"""Who analyses: this process, or several of its own, behind one interface like `concurrent.futures`. No torch here.

A worker process that ends half-way is replaced, and its video begun again; the claims count how often.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

import pynvml

from m2fnet_core.base import events
from m2fnet_core.base.errors import Cancelled, M2FNetError
from m2fnet_core.base.events import Event, Failed, Finished, Hook, Progress
from m2fnet_core.base.json_codec import build, plain
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.batch.outcome import Outcome
from m2fnet_core.batch.plan import Task
from m2fnet_core.batch.shard import Hands, Run
from m2fnet_core.batch.worker import OUTCOMES

_STILLBORN = 3  # workers in a row that end before they are ready
_TICK = 30.0  # seconds between two looks at the whole
_END = 10.0  # seconds a worker gets to end by itself
# Every library's own word for how many threads it takes.
_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)


class Executor(Protocol):
    """Whoever carries out shards. A context manager; its end waits for what was begun."""

    def submit(self, tasks: Sequence[Task], hook: Hook) -> "Future[tuple[Outcome, ...]]":
        """Begin a shard as soon as somebody is free. The future raises what `analyse_shard` raises."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker computes."""

    device: str
    threads: int


def places(workers: int, devices: Sequence[str], cores: int) -> tuple[Place, ...]:
    """Devices in turn, and cores shared out so that no worker has two more than another."""
    share, more = divmod(max(cores, workers), workers)
    return tuple(Place(devices[i % len(devices)], share + (i < more)) for i in range(workers))


def cores_here() -> int:
    """Those that this process may use: a cluster or a container may give fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Threads:
    """What both executors share: a thread for each shard that is carried out at once."""

    def __init__(self, count: int) -> None:
        self._pool, self.cancel = ThreadPoolExecutor(count), CancelToken()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.cancel.cancel()
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)


class HereExecutor(_Threads):
    """In this process, one shard after the other. A crash of a decoder or driver ends it all."""

    def __init__(self, run: Run, place: Place) -> None:
        super().__init__(1)
        self._hands: Hands | None = None
        self._run = run if place.device == "auto" else _on(run, place)

    def submit(self, tasks: Sequence[Task], hook: Hook) -> "Future[tuple[Outcome, ...]]":
        """As `Executor.submit`."""
        return self._pool.submit(self._analyse, tuple(tasks), hook)

    def _analyse(self, tasks: Sequence[Task], hook: Hook) -> tuple[Outcome, ...]:
        self._hands = self._hands or Hands(self._run, self.cancel)
        return tuple(self._hands.analyse(task, hook) for task in tasks)


class WorkerExecutor(_Threads):
    """In processes of its own, one for each of ``there``. They end with this one, however it ends."""

    def __init__(self, run: Run, there: Sequence[Place]) -> None:
        super().__init__(len(there))
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._workers = [_Worker(run, place) for place in there]
        for worker in self._workers:
            self._free.put(worker)

    def submit(self, tasks: Sequence[Task], hook: Hook) -> "Future[tuple[Outcome, ...]]":
        """As `Executor.submit`."""
        return self._pool.submit(self._analyse, tuple(tasks), hook)

    def _analyse(self, tasks: Sequence[Task], hook: Hook) -> tuple[Outcome, ...]:
        worker = self._free.get()
        try:
            while True:
                self.cancel.check()
                done = worker.ask(tasks, hook)
                if done is not None:
                    return done
        finally:
            self._free.put(worker)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None or self.cancel.cancelled:
            for worker in self._workers:  # first, or the threads that read from them would wait for their videos
                worker.close()
        super().__exit__(kind, error, trace)
        for worker in self._workers:
            worker.end()


class _Worker:
    """One child process, begun when it is first needed and again after it died."""

    def __init__(self, run: Run, place: Place) -> None:
        self._run, self._place = _on(run, place), place
        self._process: subprocess.Popen[bytes] | None = None
        self._stillborn = 0
        self._changing = threading.Lock()
        self._closed = False

    def ask(self, tasks: Sequence[Task], hook: Hook) -> tuple[Outcome, ...] | None:
        """What came of a shard; None when the process died. Raises M2FNetError, Cancelled."""
        process = self._begun()
        with suppress(OSError):  # it died: reading says so
            _say(process, json.dumps([plain(task) for task in tasks]))
        assert process.stdout is not None
        for line in process.stdout:
            event = _event(line)
            match event:
                case Finished():
                    return tuple(build(Outcome, raw) for raw in event.result[OUTCOMES])
                case Failed():
                    raise M2FNetError(event.message)
                case Progress():
                    self._stillborn = 0
                    hook(event)
        with self._changing:
            if self._closed:
                raise Cancelled
        process.wait()
        self._process = None
        if self._stillborn >= _STILLBORN:
            raise M2FNetError(
                f"Processes that analyse end before they begin (exit code {process.returncode}); "
                f"{self._run.folder.logs} says why."
            )
        return None

    def close(self) -> None:
        """Let it end: it stops between two frames."""
        with self._changing:
            self._closed = True
            if self._process is not None and self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()

    def end(self) -> None:
        """Wait for its end, and make it."""
        self.close()
        if self._process is None:
            return
        try:
            self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _begun(self) -> "subprocess.Popen[bytes]":
        with self._changing:
            if self._closed:
                raise Cancelled
            if self._process is None:
                self._process = _started(self._place, self._run.folder.logs)
                self._stillborn += 1
                with suppress(OSError):
                    _say(self._process, json.dumps(plain(self._run)))
            return self._process


def _started(place: Place, logs: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "m2fnet_core.batch.worker"]
    environment = {**os.environ, **dict.fromkeys(_THREADS, str(place.threads))}
    with _log(logs) as said:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=environment)


def _log(folder: Path) -> IO[bytes]:
    try:
        return (folder / f"{os.getpid()}.log").open("ab")
    except OSError:
        return open(os.devnull, "wb")  # noqa: PTH123 - whoever called closes it


def _say(process: "subprocess.Popen[bytes]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()


def _event(line: bytes) -> Event | None:
    try:
        return events.from_line(line.decode("ascii"))[1]
    except ValueError:
        return None


def _on(run: Run, place: Place) -> Run:
    request = replace(run.settings.request, device=place.device)
    return replace(run, settings=replace(run.settings, request=request))


def executor_for(run: Run, workers: int | None, devices: Sequence[str], tasks: int) -> Executor:
    """``workers``: None for one on each device, 0 for this very process; never more than there are tasks."""
    count = len(devices) if workers is None else workers
    there = places(max(1, min(count, tasks)), devices, cores_here())
    return HereExecutor(run, there[0]) if count == 0 else WorkerExecutor(run, there)


def carried_out(
    tasks: Sequence[Task],
    executor: Executor,
    hook: Callable[[Task, Event], None],
    told: Callable[[Outcome], None],
    tick: Callable[[], None],
) -> None:
    """All tasks in order of their place, each as a shard of its own, so that whoever is free takes the next.

    ``hook`` and ``told`` are called from several threads, ``tick`` every now and then from this one. Raises what
    stopped the work.
    """

    def take(future: "Future[tuple[Outcome, ...]]") -> None:
        if not future.cancelled() and future.exception() is None:
            for outcome in future.result():
                told(outcome)

    waiting = set()
    for task in tasks:
        future = executor.submit((task,), lambda event, task=task: hook(task, event))  # type: ignore[misc]
        future.add_done_callback(take)
        waiting.add(future)
    while waiting:
        done, waiting = wait(waiting, timeout=_TICK, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        tick()


def gpus_here() -> tuple[str, ...]:
    """The graphics cards that processes of this one may use, as torch names them; it is not asked itself."""
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is not None:
        count = len([each for each in allowed.split(",") if each.strip() and each.strip() != "-1"])
    else:
        count = _cards()
    return tuple(f"cuda:{number}" for number in range(count))


def _cards() -> int:
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:  # no such card, or no driver
        return 0
    try:
        return int(pynvml.nvmlDeviceGetCount())
    except pynvml.NVMLError:
        return 0
    finally:
        pynvml.nvmlShutdown()
