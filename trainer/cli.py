"""``m2fnet-train``: the training, without a window."""

import argparse
import contextlib
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from m2fnet_core.base.errors import Cancelled, M2FNetError
from m2fnet_core.base.progress import CancelToken
from trainer.config import KINDS
from trainer.events import Failed, Hook, Stopped
from trainer.run.attached import Lines, cancel_at_end_of
from trainer.run.file import read_run
from trainer.run.machine import train_at_full_speed
from trainer.terminal.progress import People
from trainer.terminal.reports import REPORTS
from trainer.train import How, train

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
    if arguments.step == "wrap":
        return _wrap(arguments)
    with _told(arguments.events) as hook, _cancelled_by_signal() as cancel:
        if arguments.step in REPORTS:
            return _report(arguments, hook, cancel)
        if arguments.attached:
            cancel_at_end_of(sys.stdin, cancel)
        how = How(resume=arguments.resume or arguments.finish, finish=arguments.finish)
        return train(arguments.step, lambda: read_run(arguments.run, arguments.set), how, hook, cancel)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="m2fnet-train", description="Trains the parts of M2FNet, step by step.")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, about in STEPS.items():
        step = steps.add_parser(name, help=about, description=about.capitalize() + ".")
        step.add_argument("run", type=Path, metavar="run.toml", help="the run's configuration")
        step.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting")
        step.add_argument("--resume", action="store_true", help="go on with a run that was stopped or killed")
        step.add_argument("--finish", action="store_true", help="go on, but take the best so far of what was begun")
        step.add_argument("--events", action="store_true", help="JSON lines on standard output, for programs")
        step.add_argument("--attached", action="store_true", help="stop when standard input ends, for programs")
    check = steps.add_parser("check", help="look what corpora hold, what is missing and what does not open")
    check.add_argument("run", type=Path, metavar="run.toml or FOLDER", help="all corpora of a run, or one folder")
    check.add_argument("--kind", choices=KINDS, help="what the folder holds")
    estimate = steps.add_parser("estimate", help="measure with a few batches what each step of a run will take here")
    compare = steps.add_parser("compare", help="judge a run's model and another on the dialogues that the run held out")
    for step in (estimate, compare):
        step.add_argument("run", type=Path, metavar="run.toml", help="the run's configuration")
        step.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting")
    compare.add_argument(
        "--with", dest="other", default="starter", metavar="BUNDLE", help="the other's folder (default: what ships)"
    )
    devices = steps.add_parser("devices", help="list the devices that can train, and why others cannot")
    for step in (check, estimate, compare, devices):
        step.add_argument("--events", action="store_true", help="JSON lines on standard output, for programs")
    smoke = steps.add_parser("smoke", help="make small made-up corpora and a run.toml that trains on them in a minute")
    smoke.add_argument("folder", type=Path, help="where to put them; a new or empty folder")
    _add_wrap(steps.add_parser("wrap", help="make a bundle of encoders made elsewhere (docs/own-models.md)"))
    study = steps.add_parser("margin-study", help="reproduce the table behind the detached margin (m2fnet section 2)")
    study.add_argument("--steps", type=int, default=1500, help="steps of the optimiser per variant (default 1500)")
    study.add_argument("--seeds", type=int, default=3, help="seeds per variant (default 3)")
    return parser


def _add_wrap(wrapping: argparse.ArgumentParser) -> None:
    wrapping.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder for the bundle")
    wrapping.add_argument("--audio", type=Path, metavar="A.onnx", help="takes sound, gives vectors or logits")
    wrapping.add_argument("--face", type=Path, metavar="F.onnx", help="takes a face, gives a vector or logits")
    wrapping.add_argument("--text", metavar="DIR", help="a Hugging Face text encoder: its folder or its id")
    wrapping.add_argument("--base", type=Path, metavar="DIR", help="bundle of all the rest (default: what ships)")
    wrapping.add_argument("--audio-takes", choices=("waveform", "log-mel"), help="default: by the input's axes")
    wrapping.add_argument("--face-size", type=int, metavar="N", help="pixels (default: as the file says, else 224)")
    wrapping.add_argument("--face-mean", type=float, nargs=3, metavar="X", help="of R, G, B in 0 .. 1 (ImageNet's)")
    wrapping.add_argument("--face-deviation", type=float, nargs=3, metavar="X", help="of R, G, B (ImageNet's)")
    wrapping.add_argument("--licence", default="", help="of the encoders, as it is to be shown")


def _wrap(arguments: argparse.Namespace) -> int:
    from trainer.steps.wrap import Wrapping, wrap

    colours = {"mean": arguments.face_mean, "deviation": arguments.face_deviation}
    given = Wrapping(
        out=arguments.out,
        audio=arguments.audio,
        face=arguments.face,
        text=arguments.text,
        base=arguments.base,
        takes=arguments.audio_takes,
        size=arguments.face_size,
        licence=arguments.licence,
        **{name: tuple(numbers) for name, numbers in colours.items() if numbers},
    )
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        info = wrap(given).info
    except M2FNetError as error:
        console.print(f"error: {error}", style="bold red", markup=False)
        return 1
    for name, encoder in info.onnx.items():
        console.print(
            f"{name}: takes {encoder.takes}, gives {encoder.gives} numbers, pool {encoder.pool}", markup=False
        )
    console.print(f'Made. In a run.toml: start_from = "{given.out}", steps = ["features", "fusion"]', markup=False)
    return 0


def _report(arguments: argparse.Namespace, hook: Hook, cancel: CancelToken) -> int:
    """1 when it cannot be made; what is missing inside a corpus is told and no failure."""
    try:
        REPORTS[arguments.step](arguments, hook, cancel)
    except M2FNetError as error:
        hook(Failed(arguments.step, str(error)))
        return 1
    except OSError as error:
        hook(Failed(arguments.step, f"{arguments.step} ended on a file ({error}); make room or repair it."))
        return 1
    except Cancelled:
        hook(Stopped(arguments.step))
        return 130
    return 0


def _smoke(folder: Path) -> int:
    from trainer.datasets.smoke import make_corpora

    console = Console(stderr=True)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        console.print(f"{folder} is not empty; name a new folder.", markup=False)
        return 1
    console.print(f"Made. Now: m2fnet-train all {make_corpora(folder)}", markup=False, soft_wrap=True)
    return 0


def _margin_study(arguments: argparse.Namespace) -> int:
    from trainer.studies.margin_study import as_markdown, margin_study

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
        yield Lines(sys.stdout)
        return
    with People() as people:
        yield people.tell


def run() -> int:
    """The command: `main` in a process of its own."""
    train_at_full_speed()
    return main()


if __name__ == "__main__":
    sys.exit(run())
