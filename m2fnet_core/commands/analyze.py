"""``m2fnet-analyze``: the analysis without a window. A progress bar, then a table for each video; JSON on request."""

import argparse
import contextlib
import glob
import io
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console

from m2fnet_core.analysis.report import Report, write_report
from m2fnet_core.base.calibration import LabelPrior
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.base.events import Failed, Finished, Stopped
from m2fnet_core.base.json_codec import build
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.wording import visible
from m2fnet_core.commands.many import add_options, check_options, run_many, show_status, wants_many
from m2fnet_core.commands.request import request_for
from m2fnet_core.commands.targets import targets
from m2fnet_core.commands.terminal import Watch, report_table
from m2fnet_core.document.formats import FORMATS, write
from m2fnet_core.document.from_report import sheet_of_report
from m2fnet_core.service.jobs import WarmBundle, perform
from m2fnet_core.transcript.registry import READERS

_MOST_SPEAKERS = 50
_BEFORE = ", in front of --transcribe, --speakers and --faces, which take what follows them"
_WIDTH_OF_FILES = 160  # characters of a table that goes to a file or a pipe
_EPILOG = """\
Utterances come from --transcript, else from a transcript beside the video (same name, .srt, .vtt, .eaf,
.TextGrid or .csv), else from a subtitle stream inside it, else from the speech, whose words --transcribe finds.

exit code: 0 all videos analysed, 1 at least one failed, 2 wrong use, 130 stopped by Ctrl-C
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Analyse the videos named on the command line. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a speaker's name must not end the program on a small code page
    made = parser()
    arguments = made.parse_args(argv)
    if arguments.status is not None:
        return show_status(arguments.status)
    if not arguments.videos:
        made.error(f"name at least one VIDEO, or a folder of them{_BEFORE}")
    if arguments.speakers is not None and not 0 <= arguments.speakers <= _MOST_SPEAKERS:
        made.error(f"--speakers is a number up to {_MOST_SPEAKERS}, or nothing to find it out")
    if arguments.fetch and not arguments.transcribe:
        made.error("--fetch fetches the model of --transcribe; name one")
    cancel = CancelToken()
    with _cancelled_by_ctrl_c(cancel), contextlib.suppress(KeyboardInterrupt):
        many = wants_many(arguments)
        targets = [] if many else _targets(made, arguments)
        if many:
            check_options(made, arguments)
        if not (_can_recognise(arguments.transcribe, arguments.fetch) and _can_tell_faces(arguments.faces)):
            code = 1
        else:
            code = run_many(arguments) if many else _run(arguments, targets, cancel)
    if not cancel.cancelled:
        return code
    Console(stderr=True).print("Stopped.")
    return 130


@contextlib.contextmanager
def _cancelled_by_ctrl_c(cancel: CancelToken) -> Iterator[None]:
    """Ctrl-C ends what runs at once; where a library swallows that (a callback, a finaliser), at its next check."""

    def stop(number: int, frame: FrameType | None) -> None:
        cancel.cancel()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def parser() -> argparse.ArgumentParser:
    """All that the command line may say."""
    parser = argparse.ArgumentParser(
        prog="m2fnet-analyze",
        description="Predict the emotion of every utterance of conversation videos (or sound files).",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "videos", nargs="*", type=Path, metavar="VIDEO", help="a video or sound file; a folder, @list or project"
    )
    parser.add_argument("--transcript", type=Path, metavar="F", help="who says what and when, for one VIDEO")
    _add_who_says_what(parser)
    parser.add_argument("--model", type=Path, metavar="DIR", help="folder of a model bundle (default: the one shipped)")
    parser.add_argument(
        "--prior",
        type=_prior,
        default=LabelPrior(),
        metavar="P",
        help="how frequent labels are held to be: model (as the bundle says, default), corpus (as in its training), "
        "uniform, or your own shares as LABEL=SHARE,LABEL=SHARE",
    )
    parser.add_argument("--device", default="auto", metavar="D", help="auto (default), cpu, cuda, cuda:1, mps")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="F",
        help="write the result as JSON (docs/json-schema.md), or in another --format; with several videos, or when F "
        "is a folder: a folder that gets one file for each video, named after it",
    )
    names = [name for name, each in FORMATS.items() if each.write is not None]
    parser.add_argument(
        "--format",
        choices=names,
        default="json",
        metavar="NAME",
        help=f"what --out writes: {', '.join(names)} (docs/formats.md; default: json, as docs/json-schema.md says)",
    )
    parser.add_argument("--force", action="store_true", help="let --out replace a transcript beside its video")
    parser.add_argument("--no-cache", action="store_true", help="compute every vector anew and keep none")
    add_options(parser)
    return parser


def _add_who_says_what(parser: argparse.ArgumentParser) -> None:
    """Words, voices and speaking faces."""
    parser.add_argument(
        "--transcribe",
        nargs="?",
        const="base",
        default="",
        metavar="MODEL",
        help="find the words of a video without a transcript: base (the program's own, default), a folder with a "
        "Whisper model in CTranslate2's form, or its name on Hugging Face",
    )
    parser.add_argument(
        "--speakers",
        nargs="?",
        type=int,
        const=0,
        metavar="N",
        help="name speakers by their voices where the transcript names none; N of them (default: found out)",
    )
    parser.add_argument("--fetch", action="store_true", help="fetch that model if it is not here; its size is told")
    parser.add_argument(
        "--faces",
        nargs="?",
        type=Path,
        const=Path(),
        metavar="FILE",
        help="tell which face speaks each utterance; FILE, needed once, is finetuning_TalkSet.model of the public "
        "repository Junhua-Liao/LR-ASD (3.4 MB, MIT), which is checked and kept",
    )


def _prior(text: str) -> LabelPrior:
    """What follows --prior. argparse tells the reason of an ArgumentTypeError."""
    if text in ("model", "corpus", "uniform"):
        return LabelPrior(text)  # type: ignore[arg-type]
    try:
        pairs = [part.rpartition("=") for part in text.split(",")]
        return LabelPrior("given", {label.strip(): float(share) for label, _, share in pairs})
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither model, corpus, uniform nor LABEL=SHARE,LABEL=SHARE"
        ) from error


def _targets(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> list[Path | None]:
    """Where each video's result goes. Ends the program (exit code 2) when the arguments do not fit together."""
    videos, out = arguments.videos, arguments.out
    if arguments.transcript is not None and len(videos) > 1:
        parser.error("--transcript belongs to one video; name one, or put each transcript beside its video")
    if out is None:
        return [None] * len(videos)
    return [*targets(parser, out, videos, FORMATS[arguments.format].suffixes[0])]


def _run(arguments: argparse.Namespace, targets: Sequence[Path | None], cancel: CancelToken) -> int:
    """Every video in turn; a bad one does not keep the others from being analysed."""
    shown, told = Console(), Console(stderr=True, highlight=False, soft_wrap=True)
    if not shown.is_terminal:
        shown = Console(width=_WIDTH_OF_FILES)
    warm, failed = WarmBundle(), 0
    for video, target in zip(arguments.videos, targets, strict=True):
        with Watch(video.name, told) as watch:
            outcome = perform(request_for(arguments, video), watch.hear, cancel, warm)
        sources = _sources(video, arguments)
        failed += not _conclude(outcome, target, arguments.format, sources, shown, told)
    return 1 if failed else 0


def _can_recognise(name: str, may_fetch: bool) -> bool:
    """Whether the model that `--transcribe` names is here now, should it be asked for. What fetching means is told."""
    if not name:
        return True
    from m2fnet_core.transcript.recogniser import fetch, find_recogniser, is_there, offer

    told = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        if may_fetch and not is_there(name):
            found = offer(name)
            size, licence = f"{found.size / 1e6:,.0f} MB", found.licence or "unknown"
            told.print(visible(f"fetching {name} from Hugging Face: {size}, licence: {licence}"), markup=False)
            fetch(name)
        find_recogniser(name)
    except M2FNetError as error:
        told.print(visible(f"error: {error}"), style="bold red", markup=False)
        return False
    return True


def _can_tell_faces(file: Path | None) -> bool:
    """Whether the weights that `--faces` needs are kept now, should it be asked for."""
    if file is None:
        return True
    from m2fnet_core.people.speaking_model import load_speaking

    try:
        load_speaking(None if file == Path() else file)
    except M2FNetError as error:
        Console(stderr=True).print(visible(f"error: {error}"), style="bold red", markup=False, soft_wrap=True)
        return False
    return True


def _conclude(
    outcome: Finished | Failed | Stopped,
    target: Path | None,
    form: str,
    sources: Sequence[Path],
    shown: Console,
    told: Console,
) -> bool:
    """Show and write what an analysis found; False when that failed."""
    if isinstance(outcome, Stopped):
        raise KeyboardInterrupt
    if isinstance(outcome, Failed):
        told.print(visible(f"error: {outcome.message}"), style="bold red", markup=False)
        return False
    report: Report = build(Report, outcome.result)
    shown.print(report_table(report))
    if target is not None:
        try:
            notices = _write(report, target, form, sources)
        except M2FNetError as error:
            told.print(visible(f"error: {error}"), style="bold red", markup=False)
            return False
        for notice in notices:
            told.print(visible(f"note: {notice}"), style="yellow", markup=False)
        told.print(visible(f"written: {target}"), markup=False)
    return True


def _write(report: Report, target: Path, form: str, sources: Sequence[Path]) -> tuple[str, ...]:
    """JSON is the report, all other formats are those of a project's export. Returns notices."""
    if form == "json":
        write_report(report, target, sources)
        return ()
    return write(sheet_of_report(report), form, target, sources=sources)


def _sources(video: Path, arguments: argparse.Namespace) -> list[Path]:
    """What no result may replace: the command's videos, and, without --force, what may be this one's transcript.

    An EAF is written into: its other tiers stay.
    """
    beside = [path for path in video.parent.glob(f"{glob.escape(video.stem)}.*") if path.suffix.lower() in READERS]
    texts = [path for path in (*beside, arguments.transcript) if path is not None and path.suffix.lower() != ".eaf"]
    return [*arguments.videos, *([] if arguments.force else texts)]


if __name__ == "__main__":
    sys.exit(main())
