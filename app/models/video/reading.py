"""Files that are to be opened, read in a thread: what they are, and where missing ones lie now."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.jobs.background import Emit
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.document.content import Medium
from m2fnet_core.media.info import MediaInfo


@dataclass(frozen=True, slots=True)
class Read:
    """A media file that was found readable. ``medium`` is its id in the open project, "" for a file from outside."""

    info: MediaInfo
    sha256: str
    medium: str = ""


@dataclass(frozen=True, slots=True)
class ReadToAdd:
    """Files that go into the open project, and a sentence for each that cannot."""

    files: tuple[Read, ...]
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """A folder that was looked through for missing media, and those that it has, at their new places."""

    folder: Path
    found: tuple[Medium, ...]


def is_transcript(path: Path) -> bool:
    """By its name."""
    from m2fnet_core.transcript.registry import READERS

    return path.suffix.lower() in READERS


def read(path: Path, medium: str, emit: Emit, cancel: CancelToken) -> None:
    """Emit `Read`; ``medium`` is its id in the open project. Raises M2FNetError."""
    # Imported here, in the thread: the window is on screen before the media libraries are loaded.
    from m2fnet_core.media.content import content_hash
    from m2fnet_core.media.probe import probe

    info = probe(path.absolute())
    cancel.check()
    emit(Read(info, content_hash(info.path), medium))


def find(folder: Path, media: Sequence[Medium], project: Path, emit: Emit, cancel: CancelToken) -> None:
    """Look a folder and those below it through for missing media; emit `Searched`."""
    from m2fnet_core.document.media_files import found_in

    cancel.check()
    emit(Searched(folder, found_in(folder, media, project)))


def read_all(paths: Sequence[Path], emit: Emit, cancel: CancelToken) -> None:
    """Emit one `ReadToAdd` of all that can be read."""
    files: list[Read] = []
    failures: list[str] = []
    for path in paths:
        try:
            read(path, "", files.append, cancel)
        except M2FNetError as error:
            failures.append(str(error))
    emit(ReadToAdd(tuple(files), tuple(failures)))
