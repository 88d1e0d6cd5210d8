"""``m2fnet-analyze`` over many videos: folders, lists, projects; several processes; a summary (docs/many-videos.md)."""

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.base.events import Event, Progress
from m2fnet_core.base.wording import clock, count, visible
from m2fnet_core.batch.cluster import cluster_of, run_on
from m2fnet_core.batch.collect import into_project, write_table
from m2fnet_core.batch.crew import carried_out, executor_for, gpus_here
from m2fnet_core.batch.folder import SUMMARY_TABLE, RunFolder, cannot_write, made, newest, others, read_settings
from m2fnet_core.batch.listing import ENDINGS, Patterns, is_many, listed
from m2fnet_core.batch.outcome import Journal, Journals, Outcome
from m2fnet_core.batch.plan import Plan, Task, plan
from m2fnet_core.batch.settings import settings_for
from m2fnet_core.batch.shard import Run
from m2fnet_core.batch.summary import Standing, standing, write_summary
from m2fnet_core.commands.request import request_for
from m2fnet_core.commands.terminal import ManyWatch
from m2fnet_core.document.places import SUFFIX

_SUMMARY_SHARE = 500  # a summary is written again once this many times the time has passed that the last one took
_FAILURES_SHOWN = 10


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of many videos."""
    many = parser.add_argument_group(
        "many videos", "folders, lists (@files.txt: a path a line) and projects as VIDEO; docs/many-videos.md"
    )
    many.add_argument("--include", action="append", metavar="P", help="files of folders that count, such as '*.mp4'")
    many.add_argument("--exclude", action="append", default=[], metavar="P", help="those that do not: 'old/*'")
    many.add_argument("--workers", type=int, metavar="N", help="processes that analyse (default: 1; 0: this one)")
    many.add_argument("--devices", metavar="D", help="cuda:0,cuda:1 or auto (all cards): a worker for each")
    many.add_argument("--slurm", metavar="P", help="on a cluster: partition=gpu,time=8:00:00,gpus=1 (extra [cluster])")
    many.add_argument("--jobs", type=int, default=10, metavar="N", help="jobs of the cluster (default: 10)")
    many.add_argument("--retry-failed", action="store_true", help="try again what failed before")
    many.add_argument("--out-project", type=Path, metavar="P", help="collect all results in a project, talks.m2f")
    many.add_argument("--status", type=Path, metavar="DIR", help="say how the run in DIR stands, and end")


def wants_many(arguments: argparse.Namespace) -> bool:
    """Whether the command line means a run over many videos."""
    named = any(is_many(path) for path in arguments.videos)
    given = (arguments.workers, arguments.devices, arguments.slurm, arguments.out_project)
    return named or arguments.retry_failed or any(each is not None for each in given)


def check_options(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """End the program (exit code 2) where the arguments do not fit together."""
    if arguments.out is None:
        parser.error("many videos need --out DIR, the folder for their results")
    if arguments.transcript is not None:
        parser.error("--transcript belongs to one video; put each transcript beside its video")
    if arguments.format not in ("json", "csv"):
        parser.error(f"--format {arguments.format} is for one video; of many, json and csv are written")
    if arguments.out_project is not None and arguments.out_project.suffix.lower() != SUFFIX:
        parser.error(f"--out-project: {arguments.out_project} must end in {SUFFIX}")
    if arguments.jobs < 1:
        parser.error("--jobs must be at least 1")
    if arguments.workers is not None and arguments.workers < 0:
        parser.error("--workers must not be negative")
    if arguments.out.is_file():
        parser.error(f"--out: with several videos {arguments.out} must be a folder")


def run_many(arguments: argparse.Namespace) -> int:
    """Analyse what is left, and write the summary. Returns the exit code."""
    told = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        return _run(arguments, told)
    except M2FNetError as error:
        told.print(visible(f"error: {error}"), style="bold red", markup=False)
        return 1


def show_status(root: Path) -> int:
    """How the newest run in a folder stands; nothing is changed, and nobody is kept from working. The exit code."""
    shown, told = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        folder = newest(root)
        stands = standing(folder)
        model = read_settings(folder).model
    except M2FNetError as error:
        told.print(visible(f"error: {error}"), style="bold red", markup=False)
        return 1
    shown.print(visible(f"{folder.results} · model {model}"), markup=False)
    shown.print(str(stands), markup=False)
    for outcome in _failed(stands)[:_FAILURES_SHOWN]:
        shown.print(visible(f"failed: {outcome.reason}"), markup=False)
    return 0


def _run(arguments: argparse.Namespace, told: Console) -> int:
    run = _settled(arguments)
    folder = made(run.root, run.settings)
    _tell_others(folder, told)
    notices = list[str]()
    patterns = Patterns(tuple(arguments.include or ENDINGS), tuple(arguments.exclude))
    found = listed(arguments.videos, patterns, notices)
    for notice in notices:
        told.print(visible(f"note: {notice}"), style="yellow", markup=False)
    journals = Journals(folder.journals)
    planned = plan(found, folder, journals, arguments.retry_failed)
    _keep_moved(planned, folder)
    told.print(_first_words(planned), markup=False)
    office = Office(run, journals, len(found), told)
    try:
        if planned.tasks:
            _carry_out(arguments, run, planned, office)
    finally:
        stands = office.close()
    told.print(str(stands), markup=False)
    for path in (run.root / SUMMARY_TABLE, *_collected(arguments, folder, stands)):
        told.print(visible(f"written: {path}"), markup=False)
    return 1 if stands.counts["failed"] or stands.counts["left"] else 0


def _carry_out(arguments: argparse.Namespace, run: Run, planned: Plan, office: "Office") -> None:
    """On the cluster, or on this machine."""
    if arguments.slurm is not None:
        cluster = cluster_of(arguments.slurm, arguments.jobs)
        with office.watch(planned), _jobs_outlive(run, office):
            run_on(cluster, planned.tasks, run, arguments.workers, office.say, office.look)
        return
    executor = executor_for(run, arguments.workers, _devices(arguments), len(planned.tasks))
    with executor, office.watch(planned):
        carried_out(planned.tasks, executor, office.hear, office.take, office.tick)


@contextmanager
def _jobs_outlive(run: Run, office: "Office") -> Iterator[None]:
    """Whoever stops watching is told that the cluster goes on."""
    try:
        yield
    except KeyboardInterrupt:
        office.say(f"The jobs go on: m2fnet-analyze --status {run.root} says how far, scancel ends them.")
        raise


def _collected(arguments: argparse.Namespace, folder: RunFolder, stands: Standing) -> Iterator[Path | str]:
    """What the results are brought together in, where that is wanted."""
    if arguments.format == "csv":
        yield write_table(folder, stands)
    if arguments.out_project is not None:
        added = into_project(arguments.out_project, folder, stands)
        yield f"{arguments.out_project} ({count(added, 'video')} added)"


def _settled(arguments: argparse.Namespace) -> Run:
    return Run(arguments.out.absolute(), settings_for(request_for(arguments, Path())))


def _devices(arguments: argparse.Namespace) -> tuple[str, ...]:
    if not arguments.devices:
        return (arguments.device,)
    if arguments.devices == "auto":
        return gpus_here() or ("auto",)
    return tuple(each.strip() for each in arguments.devices.split(",") if each.strip())


class Office:
    """Hears what workers say: keeps the bar moving, tells failures, writes the summary every now and then."""

    def __init__(self, run: Run, journals: Journals, videos: int, told: Console) -> None:
        self._run, self._journals, self._told = run, journals, told
        self._watch = ManyWatch(videos, told)
        self._skipped: list[Outcome] = []
        self._changing = threading.Lock()
        self._next_summary = 0.0
        self._others = Journals(run.folder.journals)
        self._others.take()  # what is new from now on is told

    def watch(self, planned: Plan) -> ManyWatch:
        """A context in which progress is shown."""
        self._watch.begin(len(planned.known), planned.seconds)
        return self._watch

    def hear(self, task: Task, event: Event) -> None:
        """An event of one video's analysis. For any thread."""
        if isinstance(event, Progress) and event.of > 1:
            self._watch.go_on(str(task.media), task.length * event.done / event.of)

    def take(self, outcome: Outcome) -> None:
        """What came of a video. For any thread."""
        with self._changing:
            if outcome.state == "skipped":
                self._skipped.append(outcome)
            self._watch.end(outcome)
        if outcome.state == "failed":
            self._told.print(visible(f"failed: {outcome.reason}"), style="bold red", markup=False)

    def say(self, sentence: str) -> None:
        """A sentence for people."""
        self._told.print(visible(sentence), markup=False)

    def look(self) -> None:
        """Take what others wrote into the journals, and write the summary now and then."""
        for outcome in self._others.take():
            self.take(outcome)
        self.tick()

    def tick(self) -> None:
        """Write the summary, unless it was written a moment ago."""
        if time.monotonic() < self._next_summary:
            return
        begun = time.monotonic()
        self._summary()
        self._next_summary = time.monotonic() + _SUMMARY_SHARE * (time.monotonic() - begun)

    def close(self) -> Standing:
        """Write the summary a last time; how all stands."""
        return self._summary()

    def _summary(self) -> Standing:
        with self._changing:
            skipped = tuple(self._skipped)
        stands = standing(self._run.folder, self._journals, skipped)
        write_summary(self._run.folder, self._run.settings, stands)
        return stands


def _keep_moved(planned: Plan, folder: RunFolder) -> None:
    """Videos that were renamed or moved since they were done: the journals learn their new places."""
    if not planned.moved:
        return
    try:
        Journal(folder.journals).add(*planned.moved)
    except OSError as error:
        raise cannot_write(folder.root, error) from error


def _tell_others(folder: RunFolder, told: Console) -> None:
    kept = [path.name for path in others(folder)]
    if kept:
        told.print(
            f"note: the model or the options are not those of {', '.join(kept)}; this run's results go to "
            f"{folder.results.name}, and neither touches the other.",
            style="yellow",
            markup=False,
        )


def _first_words(planned: Plan) -> str:
    known = [outcome.state for outcome in planned.known]
    parts = [f"{count(len(planned.tasks), 'video')} to do ({clock(planned.seconds, 0)})"]
    if "done" in known:
        parts.append(f"{known.count('done')} done before")
    if "failed" in known:
        parts.append(f"{known.count('failed')} failed before (--retry-failed tries them again)")
    return ", ".join(parts) + "."


def _failed(stands: Standing) -> list[Outcome]:
    return [outcome for outcome in stands.videos.values() if outcome is not None and outcome.state == "failed"]
