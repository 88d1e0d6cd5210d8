"""Which reader reads which file, and which file lies beside a video. No torch."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript.base import Transcript
from m2fnet_core.transcript.eaf import read_eaf
from m2fnet_core.transcript.subtitles import read_srt, read_vtt
from m2fnet_core.transcript.tables import read_csv
from m2fnet_core.transcript.textgrid import read_textgrid

Reader = Callable[[Path, MediaInfo | None], Transcript]

# One row for each format, in the order in which `find_transcript` prefers them.
READERS: Mapping[str, Reader] = {
    ".srt": read_srt,
    ".vtt": read_vtt,
    ".eaf": read_eaf,
    ".textgrid": read_textgrid,
    ".csv": read_csv,
}

_LANGUAGE = re.compile(r"\.(?P<language>[a-z]{2,3})(?:[-_][a-z0-9]{2,4})?(?:\.(?:sdh|cc|hi))?", re.IGNORECASE)


def read_transcript(path: Path, media: MediaInfo | None = None) -> Transcript:
    """Utterances of a transcript file, as written: in file order, not yet fitted to the media (see `repair.clean`).

    ``media`` is the file they belong to, where known (MELD's csv needs it to tell clips from spans). Only a table's
    labels are taken for a human's: those in the other formats may be a model's, and an import has to say so. Raises
    TranscriptError when the format is unknown or the file cannot be read or holds no usable utterance.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(suffix.removeprefix(".") for suffix in READERS)
        raise TranscriptError(f"{path} is no transcript this program reads; use one of: {known}.")
    read = reader(path, media)
    if reader is read_csv:
        return read
    return replace(read, utterances=tuple(replace(u, label=None) if u.label else u for u in read.utterances))


def find_transcript(media: Path) -> Path | None:
    """The transcript beside ``media``: same stem (upper and lower case alike), or with a language (``stem.en.srt``).

    srt comes before vtt, eaf, TextGrid, csv; the bare stem before a language, English before the other languages.
    """
    return TranscriptsBeside().find(media)


class TranscriptsBeside:
    """`find_transcript` for many videos: each folder is listed once, also one that holds thousands. For any thread."""

    def __init__(self) -> None:
        self._known: dict[Path, Mapping[str, Sequence[Path]]] = {}

    def find(self, media: Path) -> Path | None:
        """The transcript beside ``media``, or None."""
        if media.parent not in self._known:
            self._known[media.parent] = _transcripts_in(media.parent)
        stem = media.stem.lower()
        found = []
        for path in self._known[media.parent].get(stem, ()):
            rank = _rank(stem, path)
            if rank is not None and path.is_file():
                found.append((rank, path))
        return min(found)[1] if found else None


def _transcripts_in(folder: Path) -> Mapping[str, Sequence[Path]]:
    """By every stem that such a file may belong to: its own, and what is left without ``.en`` or ``.en.sdh``."""
    found: dict[str, list[Path]] = {}
    try:
        for path in folder.iterdir():
            if path.suffix.lower() in READERS:
                parts = path.stem.lower().split(".")
                for count in range(max(1, len(parts) - 2), len(parts) + 1):
                    found.setdefault(".".join(parts[:count]), []).append(path)
    except OSError:  # a folder that cannot be listed: then nothing is found beside its files
        return {}
    return found


def _rank(stem: str, path: Path) -> tuple[int, int, str] | None:
    suffixes, name = list(READERS), path.stem.lower()
    if path.suffix.lower() not in suffixes or not name.startswith(stem):
        return None
    rest = name[len(stem) :]
    language = _LANGUAGE.fullmatch(rest)
    if rest and language is None:
        return None
    return suffixes.index(path.suffix.lower()), 0 if language is None else 1 + (language["language"] != "en"), path.name
