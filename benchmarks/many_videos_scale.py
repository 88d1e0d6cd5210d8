"""Ten thousand videos on 64 workers by simulation, and how long the summary of a hundred thousand takes to be read.

Everything is real but the analysis, which sleeps for a known time: plan, claims, journals, results, summary.
"""

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import local

from rich.console import Console

from m2fnet_core.base.events import Failed, Finished, Hook, Stopped
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze
from m2fnet_core.batch.crew import carried_out
from m2fnet_core.batch.folder import made
from m2fnet_core.batch.outcome import Journal, Journals, Outcome
from m2fnet_core.batch.plan import Plan, Task, keep_plan
from m2fnet_core.batch.settings import Settings
from m2fnet_core.batch.shard import Hands, Run
from m2fnet_core.batch.summary import standing
from m2fnet_core.commands.many import Office

VIDEOS, WORKERS, KNOWN = 10_000, 64, 100_000
MEAN = 1.0  # seconds of an analysis
EFFICIENCY, COORDINATION, READ = 0.95, 0.01, 5.0
_SPEED = {f"/videos/{number}.mp4": 0.0 for number in range(VIDEOS)}


class Simulated:
    """A worker for each thread, whose analysis takes as long as its video says."""

    def __init__(self, run: Run) -> None:
        self._run, self._pool, self._own = run, ThreadPoolExecutor(WORKERS), local()

    def __enter__(self) -> "Simulated":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def submit(self, tasks: Sequence[Task], hook: Hook) -> "Future[tuple[Outcome, ...]]":
        """As `Executor.submit`."""
        return self._pool.submit(self._analyse, tasks)

    def _analyse(self, tasks: Sequence[Task]) -> tuple[Outcome, ...]:
        if not hasattr(self._own, "hands"):
            self._own.hands = Hands(self._run, CancelToken(), asleep)
        return tuple(self._own.hands.analyse(task) for task in tasks)


def asleep(asked: Analyze, hook: Hook, cancel: CancelToken) -> Finished | Failed | Stopped:
    """An analysis of known cost."""
    seconds = _SPEED[str(asked.media)]
    time.sleep(seconds)
    return Finished({"media": {"sha256": "00" * 32, "duration": seconds}, "utterances": []})


def main() -> int:
    """Print the figures; 1 when one of them misses its limit."""
    chance = random.Random(0)
    for media in _SPEED:
        _SPEED[media] = chance.lognormvariate(-0.5, 1.0) * MEAN
    with tempfile.TemporaryDirectory() as place:
        rows = (*simulated(Path(place) / "out"), *read(Path(place) / "known"))
    for name, value, limit, right in rows:
        print(f"{name:58} {value:8.4f}   limit {limit:g}   {'ok' if right else 'MISSED'}")
    return int(not all(right for *_, right in rows))


def simulated(out: Path) -> list[tuple[str, float, float, bool]]:
    """Efficiency of the workers, and what dividing the work costs the one that does."""
    run, tasks = _run(out)
    office = Office(run, Journals(run.folder.journals), VIDEOS, Console(quiet=True))
    begun, used = time.monotonic(), time.thread_time()
    with Simulated(run) as executor:
        carried_out(tasks, executor, office.hear, office.take, office.tick)
    wall, used = time.monotonic() - begun, time.thread_time() - used
    work = sum(_SPEED.values())
    print(f"{VIDEOS} videos of {work:.0f} s together, {WORKERS} workers: {wall:.1f} s")
    efficiency, share = work / WORKERS / wall, used / wall
    return [
        ("efficiency: work over workers times clock", efficiency, EFFICIENCY, efficiency >= EFFICIENCY),
        ("coordination: share of a core", share, COORDINATION, share <= COORDINATION),
    ]


def _run(out: Path) -> tuple[Run, list[Task]]:
    settings = Settings(Analyze(Path()), "simulated", "00" * 32)
    folder = made(out, settings)
    tasks = [Task(Path(media), f"{Path(media).stem}.json", seconds) for media, seconds in _SPEED.items()]
    tasks.sort(key=lambda task: -task.length)
    keep_plan(Plan(tuple(tasks), ()), folder)
    return Run(out, settings), tasks


def read(out: Path) -> list[tuple[str, float, float, bool]]:
    """How long it takes to say how a run of very many videos stands."""
    settings = Settings(Analyze(Path()), "simulated", "00" * 32)
    folder = made(out, settings)
    tasks = tuple(Task(Path(f"/videos/{number}.mp4"), "", 60.0) for number in range(KNOWN))
    keep_plan(Plan(tasks, ()), folder)
    known = Outcome(media="", state="done", seconds=20.0, length=60.0, sha256="00" * 32, result_sha256="00" * 32)
    Journal(folder.journals).add(*(replace(known, media=str(task.media)) for task in tasks))
    begun = time.monotonic()
    stands = standing(folder)
    assert stands.counts["done"] == KNOWN
    seconds = time.monotonic() - begun
    return [(f"summary of {KNOWN} results, seconds to read", seconds, READ, seconds <= READ)]


if __name__ == "__main__":
    sys.exit(main())
