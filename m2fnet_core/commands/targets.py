"""Where commands write: a file for one video, a folder for several. No torch."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def targets(parser: argparse.ArgumentParser, out: Path, videos: Sequence[Path], suffix: str) -> list[Path]:
    """A file for each video. Ends the program (exit code 2) when ``out`` cannot hold them."""
    if len(videos) == 1 and not out.is_dir():
        if not out.absolute().parent.is_dir():
            parser.error(f"--out: there is no folder {out.absolute().parent}")
        return [out]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"--out: with several videos {out} must be a folder ({error.strerror})")
    return _names_in(out, videos, suffix)


def _names_in(folder: Path, videos: Sequence[Path], suffix: str) -> list[Path]:
    """One file for each video; videos of the same name from several folders are numbered."""
    taken: dict[str, int] = {}
    found: list[Path] = []
    for video in videos:
        taken[video.stem] = number = taken.get(video.stem, 0) + 1
        found.append(folder / (f"{video.stem}{suffix}" if number == 1 else f"{video.stem}-{number}{suffix}"))
    return found
