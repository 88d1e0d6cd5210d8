"""``m2fnet-train``: the training, without a window."""

import argparse
import contextlib
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from m2fnet_core.emotions import IEMOCAP, MELD
from m2fnet_core.errors import Cancelled, M2FNetError
from m2fnet_core.progress import CancelToken
from trainer.check import as_table, check_corpus
from trainer.config import KINDS, CorpusConfig, RunConfig
from trainer.events import Checked, Done, Epoch, Event, Failed, Hook, Progress, Started, Stopped, Warned, to_line
from trainer.machine import train_at_full_speed
from trainer.run_file import read_run

if TYPE_CHECKING:
    from trainer.runs import Run

STEPS = {
    "text": "fine-tune the text encoder",
    "audio": "train the audio extractor on speech",
    "visual": "train the visual extractor on faces",
    "features": "compute the vectors of every utterance",
    "fusion": "train the dialogue network on vectors, and write the bundle",
    "evaluate": "judge the dialogue network on validation and test",
    "ablate": "train the rows of the paper's Tables 2 to 5",
    "all": "run the steps that run.toml names, in order, skipping what is done",
}


def main(argv: Sequence[str] | None = None) -> int:
    """0: done, 1: failed, 2: bad usage, 130: stopped by a signal (resume with --resume)."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if arguments.step == "margin-study":
        return _margin_study(arguments)
    if arguments.step == "smoke":
        return _smoke(arguments.folder)
    with _told(arguments.events) as hook, _cancelled_by_signal() as cancel:
        return (_check if arguments.step == "check" else _train)(arguments, hook, cancel)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="m2fnet-train", description="Trains the parts of M2FNet, step by step.")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, about in STEPS.items():
        step = steps.add_parser(name, help=about, description=about.capitalize() + ".")
        step.add_argument("run", type=Path, metavar="run.toml", help="the run's configuration")
        step.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting")
        step.add_argument("--resume", action="store_true", help="go on with a run that was stopped or killed")
        step.add_argument("--events", action="store_true", help="JSON lines on standard output, for programs")
    check = steps.add_parser("check", help="look what corpora hold, what is missing and what does not open")
    check.add_argument("run", type=Path, metavar="run.toml or FOLDER", help="all corpora of a run, or one folder")
    check.add_argument("--kind", choices=KINDS, help="what the folder holds")
    check.add_argument("--events", action="store_true", help="JSON lines on standard output, for programs")
    smoke = steps.add_parser("smoke", help="make small made-up corpora and a run.toml that trains on them in a minute")
    smoke.add_argument("folder", type=Path, help="where to put them; a new or empty folder")
    study = steps.add_parser("margin-study", help="reproduce the table behind the detached margin (m2fnet section 2)")
    study.add_argument("--steps", type=int, default=1500, help="steps of the optimiser per variant (default 1500)")
    study.add_argument("--seeds", type=int, default=3, help="seeds per variant (default 3)")
    return parser


def _train(arguments: argparse.Namespace, hook: Hook, cancel: CancelToken) -> int:
    step: str = arguments.step
    try:
        config = read_run(arguments.run, arguments.set)
        from trainer.runs import Run  # torch: seconds that --help and a wrong run.toml need not wait for

        run = Run(config)
        for step in config.steps if arguments.step == "all" else (arguments.step,):
            run.prepare(step, arguments.resume or arguments.step == "all")
            hook(_step(step, run, hook, cancel))
    except M2FNetError as error:
        hook(Failed(step, str(error)))
        return 1
    except OSError as error:  # a full disk, a folder without permission
        hook(Failed(step, f"{step} ended on a file ({error}); make room or repair it, then go on with --resume."))
        return 1
    except Cancelled:
        hook(Stopped(step))
        return 130
    return 0


def _check(arguments: argparse.Namespace, hook: Hook, cancel: CancelToken) -> int:
    """1 when a corpus is not there; what is missing inside one is told and no failure."""
    try:
        if arguments.kind:
            labels = (IEMOCAP if arguments.kind == "iemocap" else MELD).labels
            config = RunConfig(labels=labels, corpora=(CorpusConfig(arguments.kind, arguments.run.absolute()),))
        else:
            config = read_run(arguments.run)
        for corpus in config.corpora:
            hook(check_corpus(corpus, config.labels, hook, cancel))
    except M2FNetError as error:
        hook(Failed("check", str(error)))
        return 1
    except Cancelled:
        hook(Stopped("check"))
        return 130
    return 0


def _step(step: str, run: "Run", hook: Hook, cancel: CancelToken) -> Done:
    """Run one step, unless this very configuration has it done."""
    figures = run.done(step)
    if figures is not None:
        return Done(step, {}, figures, skipped=True)
    from m2fnet_core.features.devices import choose_device
    from trainer.steps import STEPS as FUNCTIONS
    from trainer.steps import Job

    done = FUNCTIONS[step](Job(run, choose_device(run.config.device), hook, cancel))
    run.mark_done(step, done.metrics)
    run.tell(done)
    return done


def _smoke(folder: Path) -> int:
    from trainer.smoke import make_corpora

    console = Console(stderr=True)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        console.print(f"{folder} is not empty; name a new folder.", markup=False)
        return 1
    console.print(f"Made. Now: m2fnet-train all {make_corpora(folder)}", markup=False, soft_wrap=True)
    return 0


def _margin_study(arguments: argparse.Namespace) -> int:
    from trainer.margin_study import as_markdown, margin_study

    console = Console(stderr=True)
    outcomes = margin_study(
        arguments.steps, arguments.seeds, lambda o: console.print(f"{o.variant}: {o.neighbours:.3f}")
    )
    Console().print(as_markdown(outcomes), markup=False, soft_wrap=True)
    return 0


@contextlib.contextmanager
def _cancelled_by_signal() -> Iterator[CancelToken]:
    """A token that Ctrl-C and SIGTERM cancel; the former handlers come back at the end."""
    cancel = CancelToken()
    kinds = (signal.SIGINT, signal.SIGTERM)
    former = [signal.signal(kind, lambda *_: cancel.cancel()) for kind in kinds]
    try:
        yield cancel
    finally:
        for kind, handler in zip(kinds, former, strict=True):
            signal.signal(kind, handler)


@contextlib.contextmanager
def _told(as_lines: bool) -> Iterator[Hook]:
    if as_lines:
        yield lambda event: _write(sys.stdout, event)
        return
    with People() as people:
        yield people.tell


def _write(out: TextIO, event: Event) -> None:
    out.write(to_line(event) + "\n")
    out.flush()


class People:
    """Progress bar, a line per epoch and a table of figures, for a person at a terminal."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeRemainingColumn(),
        )
        self._bar = Bar(*columns, console=self._console, disable=not self._console.is_terminal)
        self._task: TaskID | None = None

    def __enter__(self) -> "People":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def tell(self, event: Event) -> None:
        """One event, in words."""
        match event:
            case Started():
                self._console.print(f"{event.step}: {event.epochs} epochs on {event.device}, in {event.run}")
                self._task = self._bar.add_task(event.step, total=event.of)
            case Progress() if self._task is not None:
                self._bar.update(self._task, completed=event.done, total=event.of)
            case Epoch():
                figures = "  ".join(
                    f"{name} {value:.4f}"
                    for name, value in {**event.losses, **event.metrics}.items()
                    if "/" not in name
                )
                self._console.print(f"  epoch {event.epoch}: {figures}{'  (best)' if event.best else ''}")
            case Warned():
                self._console.print(f"[yellow]{event.text}[/]")
            case Failed():
                self._console.print(f"[red]{event.message}[/]", highlight=False)
            case Stopped():
                self._console.print("Stopped. What was learnt is kept; add --resume to go on.")
            case Done():
                self._console.print(_figures(event))
            case Checked():
                self._console.print(as_table(event), soft_wrap=True)


def _figures(event: Done) -> Table:
    table = Table(title=f"{event.step}{' was done already' if event.skipped else ' is done'}")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in event.metrics.items():
        table.add_row(name, f"{value:.4f}")
    return table


def run() -> int:
    """The command: `main` in a process of its own."""
    train_at_full_speed()
    return main()


if __name__ == "__main__":
    sys.exit(run())
