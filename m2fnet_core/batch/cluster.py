"""Many videos on a cluster: shards as jobs of Slurm, through submitit (extra ``cluster``). torch is in the jobs.

A job is told the name of a file of JSON; whatever it does is in the run's own journals, so nothing that a job pickled
is ever read. A job that is preempted or runs out of time is queued again, what is lost with a machine is given to new
jobs: both go on with what is left.
"""

import json
import logging
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from m2fnet_core.base.errors import DocumentError, M2FNetError
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.json_codec import build, plain
from m2fnet_core.batch.claims import PATIENCE, Claims
from m2fnet_core.batch.crew import carried_out, executor_for, gpus_here
from m2fnet_core.batch.folder import RunFolder, cannot_write
from m2fnet_core.batch.outcome import Journals
from m2fnet_core.batch.plan import Task
from m2fnet_core.batch.shard import Run

_TIMEOUTS = 20  # times that a job may run out of its time and is queued again
_ROUNDS = 3  # times that what jobs left behind is given to new ones without any of it being done
_LOOK = 2.0  # seconds between two looks
_ASK = 20.0  # seconds between two questions to Slurm
# Words of --slurm that submitit knows by others.
_KNOWN = {"gpus": "gpus_per_node", "cpus": "cpus_per_task", "name": "name"}
_OWN = ("partition", "mem", "account", "qos", "constraint", "exclude", "gres", "comment")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Share:
    """What a job is told: a run, its part of the videos, and how it divides them on its machine."""

    run: Run
    tasks: tuple[Task, ...]
    workers: int | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """How jobs are asked for. ``kind``: slurm, or local and debug to try the same on this machine."""

    parameters: Mapping[str, Any]
    jobs: int
    kind: str = "slurm"


class ShardJob:
    """What a job runs. Queued again, it does the same: what is done by then it passes over."""

    def __call__(self, path: str) -> int:
        """Analyse the share in the file; the number of videos it was told."""
        share: Share = build(Share, json.loads(Path(path).read_text(encoding="utf-8")))
        devices = gpus_here() or (share.run.settings.request.device,)
        with executor_for(share.run, share.workers, devices, len(share.tasks)) as executor:
            carried_out(share.tasks, executor, lambda *_: None, lambda _: None, lambda: None)
        return len(share.tasks)

    def checkpoint(self, path: str) -> Any:
        """How to go on after preemption or at the end of the job's time."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self, path)


def cluster_of(words: str, jobs: int) -> Cluster:
    """``partition=gpu,time=8:00:00,gpus=1`` as a cluster's parameters. Raises DocumentError for what is none."""
    given = dict[str, str]()
    for part in filter(None, (part.strip() for part in words.split(","))):
        name, equals, value = part.partition("=")
        if not equals:
            raise DocumentError(f"--slurm: {part!r} is no name=value; write partition=gpu,time=8:00:00,gpus=1.")
        given[name.strip().replace("-", "_")] = value.strip()
    kind, more = given.pop("cluster", "slurm"), dict[str, Any]()
    parameters: dict[str, Any] = {"timeout_min": minutes(given.pop("time", "60")), "name": "m2fnet-analyze"}
    for name, value in given.items():
        known = _KNOWN.get(name) or (f"slurm_{name}" if name in _OWN else "")
        if known:
            parameters[known] = int(value) if value.isdigit() else value
        else:
            more[name] = value
    if more:
        parameters["slurm_additional_parameters"] = more
    return Cluster(parameters, jobs, kind)


def minutes(text: str) -> int:
    """Slurm's way of writing a time: minutes, m:s, h:m:s, d-h, d-h:m, d-h:m:s. Raises DocumentError."""
    found = re.fullmatch(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", text)
    if found is None:
        raise DocumentError(f"--slurm: time={text} is no time; write hours:minutes:seconds, or minutes.")
    days, first, second, third = (None if part is None else int(part) for part in found.groups())
    if days is not None:
        return max(1, 24 * 60 * days + 60 * (first or 0) + (second or 0) + bool(third))
    if third is not None:
        return max(1, 60 * (first or 0) + (second or 0) + bool(third))
    return max(1, (first or 0) + bool(second))


def shards(tasks: Sequence[Task], count: int) -> list[tuple[Task, ...]]:
    """Shares of about the same length: the longest video first, each to whoever has least."""
    parts: list[list[Task]] = [[] for _ in range(max(1, min(count, len(tasks))))]
    lengths = [0.0] * len(parts)
    for task in sorted(tasks, key=lambda task: -task.length):
        least = lengths.index(min(lengths))
        parts[least].append(task)
        lengths[least] += max(task.length, 1.0)
    return [tuple(part) for part in parts]


def run_on(
    cluster: Cluster,
    tasks: Sequence[Task],
    run: Run,
    workers: int | None,
    say: Callable[[str], None],
    tick: Callable[[], None],
) -> None:
    """Submit jobs, wait for them, and give to new ones what they left. Raises M2FNetError, DocumentError.

    ``say`` hears sentences for people, ``tick`` is called every now and then. Ending this ends no job.
    """
    executor = _executor(cluster, run.folder)
    journals, left, idle = Journals(run.folder.journals), tuple(tasks), 0
    while left and idle < _ROUNDS:
        jobs = _submitted(executor, shards(left, cluster.jobs), run, workers)
        say(f"{len(jobs)} jobs submitted: {', '.join(job.job_id for job in jobs[:3])}{', …' if jobs[3:] else ''}")
        _wait(cluster, jobs, lambda left=left: not _left(left, journals), tick)  # type: ignore[misc]
        after = _left(left, journals)
        if after:
            say(f"The jobs ended and left {len(after)} videos; they are submitted again.")
            _wait_for_claims(run.folder, tick)
        idle = 0 if len(after) < len(left) else idle + 1
        left = after
    if left:
        raise M2FNetError(
            f"Jobs ended {_ROUNDS} times without analysing any of {len(left)} videos; what they said is in "
            f"{run.folder.jobs}. Mend it and run the same command again."
        )


def _executor(cluster: Cluster, folder: RunFolder) -> Any:
    try:
        import submitit
    except ImportError as error:
        raise M2FNetError("--slurm needs submitit; install m2fnet-studio with its extra [cluster].") from error
    if cluster.kind == "slurm" and shutil.which("sbatch") is None:
        raise M2FNetError(
            "There is no Slurm here (sbatch is not found); run the command on a login node of the cluster, or leave "
            "--slurm out to analyse on this machine."
        )
    try:
        executor = submitit.AutoExecutor(folder.jobs / "%j", cluster=cluster.kind, slurm_max_num_timeout=_TIMEOUTS)
        executor.update_parameters(**cluster.parameters)
    except (ValueError, NameError, TypeError, RuntimeError) as error:
        raise M2FNetError(f"--slurm: {' '.join(str(error).split())}") from error
    return executor


def _submitted(executor: Any, parts: Sequence[Sequence[Task]], run: Run, workers: int | None) -> list[Any]:
    from submitit.core.utils import FailedJobError, FailedSubmissionError

    names, round_ = [], secrets.token_hex(4)
    try:
        run.folder.jobs.mkdir(parents=True, exist_ok=True)
        for number, part in enumerate(parts):
            path = run.folder.jobs / f"share-{round_}-{number}.json"
            write_whole(path, json.dumps(plain(Share(run, tuple(part), workers))).encode())
            names.append(str(path))
    except OSError as error:
        raise cannot_write(run.root, error) from error
    try:
        return list(executor.map_array(ShardJob(), names))
    except (FailedSubmissionError, FailedJobError, subprocess.CalledProcessError) as error:
        raise M2FNetError(f"Slurm does not take the jobs: {' '.join(str(error).split())}") from error


def _left(tasks: Sequence[Task], journals: Journals) -> tuple[Task, ...]:
    """Those of which nothing came yet."""
    journals.take()
    known = {media: outcome.turn for media, outcome in journals.newest.items()}
    return tuple(task for task in tasks if known.get(str(task.media), 0) < task.turn)


def _wait(cluster: Cluster, jobs: Sequence[Any], all_done: Callable[[], bool], tick: Callable[[], None]) -> None:
    """Until all jobs ended, or nothing is left to do."""
    asked = time.monotonic()
    while not all_done():
        if cluster.kind != "slurm":
            if all(job.done() for job in jobs):
                return
        elif time.monotonic() - asked > _ASK:
            asked = time.monotonic()
            if not _queued({job.job_id.split("_")[0] for job in jobs}):
                return
        tick()
        time.sleep(_LOOK)


def _queued(numbers: set[str]) -> bool:
    """Whether Slurm still knows one of these jobs as waiting, running or ending; accounting need not be set up."""
    command = ["squeue", "--noheader", "--format=%F", f"--jobs={','.join(sorted(numbers))}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.warning("squeue: %s", error)
        return True  # the controller is away for a moment
    if done.returncode:  # of jobs that ended a while ago it says that they are no jobs
        return "Invalid job id" not in done.stderr
    return bool(done.stdout.split())


def _wait_for_claims(folder: RunFolder, tick: Callable[[], None]) -> None:
    """Until what a lost machine held counts as free."""
    end = time.monotonic() + PATIENCE + _LOOK
    while time.monotonic() < end:
        with suppress(OSError):
            if not Claims(folder.claims).living():
                return
        tick()
        time.sleep(_LOOK)
