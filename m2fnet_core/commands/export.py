"""``m2fnet-export``: a project's utterances and labels as files that other programs read."""

import argparse
import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from m2fnet_core.base.dialogue import FaceBox
from m2fnet_core.base.errors import Cancelled, DocumentError, M2FNetError
from m2fnet_core.base.events import Event, FacesScanned, Hook
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.wording import visible
from m2fnet_core.commands.targets import targets
from m2fnet_core.commands.terminal import Watch
from m2fnet_core.document.content import Document, Medium
from m2fnet_core.document.formats import FORMATS, LabelChoice, Sheet, sheet_of, write
from m2fnet_core.document.media_files import looked_up, refuse_replaced
from m2fnet_core.document.project import Project
from m2fnet_core.media.probe import probe

_EPILOG = """\
--labels: human (a person's decisions), model (its newest predictions), human-else-model (default).
eaf: into a file that is there already, whose other tiers stay. mp4: looks for faces first, where nobody did yet.

exit code: 0 all written, 1 at least one failed, 2 wrong use, 130 stopped by Ctrl-C
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Export the project named on the command line. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a speaker's name must not end the program on a small code page
    parser = _parser()
    arguments = parser.parse_args(argv)
    told, cancel = Console(stderr=True, highlight=False, soft_wrap=True), CancelToken()
    try:
        return _run(parser, arguments, told, cancel)
    except M2FNetError as error:
        told.print(visible(f"error: {error}"), style="bold red", markup=False)
        return 1
    except (KeyboardInterrupt, Cancelled):
        cancel.cancel()
        told.print("Stopped.")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="m2fnet-export",
        description="Write the utterances and labels of a project for other programs (docs/formats.md).",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [name for name, each in FORMATS.items() if each.write is not None]
    parser.add_argument("project", type=Path, metavar="PROJECT", help="an .m2f file; it may be open in the window")
    parser.add_argument("--format", required=True, choices=names, metavar="F", help=", ".join(names))
    parser.add_argument(
        "--out", required=True, type=Path, metavar="PATH", help="a file; a folder when there are several videos"
    )
    parser.add_argument("--media", metavar="NAME", help="only this video: its file name, with or without ending")
    parser.add_argument(
        "--labels", choices=[each.value for each in LabelChoice], default=LabelChoice.HUMAN_ELSE_MODEL.value
    )
    parser.add_argument("--annotator", default="", metavar="NAME", help="whose decisions (default: who decided most)")
    return parser


def _run(parser: argparse.ArgumentParser, arguments: argparse.Namespace, told: Console, cancel: CancelToken) -> int:
    """Every video in turn; one that fails does not keep the others from being written."""
    document = _document(arguments.project)
    media = _media(document, arguments.media, arguments.project)
    chosen = FORMATS[arguments.format]
    places = targets(parser, arguments.out, [medium.path for medium in media], chosen.suffixes[0])
    sources, failed = [arguments.project, *(each.path for each in document.media.values())], 0
    for medium, place in zip(media, places, strict=True):
        sheet = sheet_of(document, medium.id, LabelChoice(arguments.labels), arguments.annotator)
        try:
            with Watch(medium.path.name, told) as watch:
                if arguments.format == "mp4":
                    sheet = with_faces(sheet, watch.hear, cancel)
                notices = write(sheet, arguments.format, place, watch.hear, cancel, sources)
        except M2FNetError as error:
            told.print(visible(f"error: {error}"), style="bold red", markup=False)
            failed += 1
            continue
        for notice in notices:
            told.print(visible(f"note: {notice}"), style="yellow", markup=False)
        told.print(visible(f"written: {place}"), markup=False)
    return 1 if failed else 0


def _document(path: Path) -> Document:
    """The project's content, with its media where they are now."""
    project = Project.open(path, read_only=True)
    try:
        document = project.document
    finally:
        project.close()
    media = {name: looked_up(medium, path.absolute().parent) for name, medium in document.media.items()}
    return replace(document, media=media)


def _media(document: Document, name: str | None, project: Path) -> list[Medium]:
    """The video of that name, or all. Raises DocumentError."""
    media = list(document.media.values())
    if not media:
        raise DocumentError(f"{project} holds no video; add one first.")
    if name is None:
        return media
    chosen = [medium for medium in media if name in (medium.path.name, medium.path.stem, medium.id)]
    if not chosen:
        there = ", ".join(medium.path.name for medium in media)
        raise DocumentError(f"{project} holds no video {name}; it holds {there}.")
    return chosen


def with_faces(sheet: Sheet, hook: Hook, cancel: CancelToken) -> Sheet:
    """The sheet with the faces of its video, from the feature store where they were looked for before.

    Raises MediaError, CheckpointError, Cancelled.
    """
    from m2fnet_core.features.scan import scan_faces  # torch: only this format needs it

    looked = list[tuple[float, tuple[FaceBox, ...]]]()

    def hear(event: Event) -> None:
        if isinstance(event, FacesScanned):
            looked.append((event.time, event.faces))
        else:
            hook(event)

    refuse_replaced(sheet.medium)  # before minutes of looking for faces
    scan_faces(probe(sheet.medium.path), hook=hear, cancel=cancel)
    return replace(sheet, faces=tuple(looked))


if __name__ == "__main__":
    sys.exit(main())
