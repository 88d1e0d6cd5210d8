"""The videos that paths name: files, whole folders, lists (``@files.txt``), projects. No torch."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.wording import some
from m2fnet_core.document.content import Document
from m2fnet_core.document.places import SUFFIX
from m2fnet_core.document.project import Project

_KINDS = ("mp4", "mkv", "mov", "avi", "webm", "m4v", "mpg", "mpeg", "wav", "mp3", "flac", "m4a", "ogg", "opus", "aac")
_LONGEST = 240  # bytes of a file's name that leave room for an ending
ENDINGS = tuple(f"*.{kind}" for kind in _KINDS)  # of files that count in a folder, where nothing else is said


@dataclass(frozen=True, slots=True)
class Listed:
    """A video to analyse. ``target``: its result's place without ending, the same whatever else is listed.

    ``utterances``: those of the project that named it; None where the analysis finds them.
    """

    media: Path  # absolute
    target: PurePosixPath
    utterances: tuple[Utterance, ...] | None = None


@dataclass(frozen=True, slots=True)
class Patterns:
    """Which files of a folder count: by name or by path from the folder, upper and lower case alike."""

    include: tuple[str, ...] = ENDINGS
    exclude: tuple[str, ...] = ()

    def allow(self, place: PurePosixPath) -> bool:
        """Whether a file at that path from the folder counts."""
        return _one_of(self.include, place) and not _one_of(self.exclude, place)


def is_many(path: Path) -> bool:
    """Whether a path of the command line stands for several videos."""
    return str(path).startswith("@") or path.suffix.lower() == SUFFIX or path.is_dir()


def listed(paths: Sequence[Path], patterns: Patterns, told: "list[str]") -> list[Listed]:
    """All videos, each once, in order of their paths. ``told`` gets a sentence for what could not be looked at.

    Raises DocumentError for a list or a project that cannot be read, and where nothing is found.
    """
    found: dict[Path, Listed] = {}
    for path in paths:
        for each in _of(path, patterns, told):
            found.setdefault(each.media, each)
    if not found:
        named = some([str(path) for path in paths])
        raise DocumentError(f"There is no video in {named}; name other folders, or other patterns with --include.")
    return [found[media] for media in sorted(found)]


def _of(path: Path, patterns: Patterns, told: "list[str]") -> Iterable[Listed]:
    if str(path).startswith("@"):
        return _of_list(Path(str(path)[1:]), patterns, told)
    if path.suffix.lower() == SUFFIX and not path.is_dir():
        return _of_project(path)
    return _of_folder(path, patterns, told) if path.is_dir() else [_single(path)]


def _single(path: Path, utterances: tuple[Utterance, ...] | None = None) -> Listed:
    media = _absolute(path)
    return Listed(media, _target(media.parent, PurePosixPath(media.name)), utterances)


def _of_folder(folder: Path, patterns: Patterns, told: "list[str]") -> Iterator[Listed]:
    root = _absolute(folder)

    def unread(error: OSError) -> None:
        told.append(f"{error.filename} cannot be listed ({error.strerror}); its videos are left out.")

    for place, folders, names in os.walk(root, onerror=unread):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            inside = PurePosixPath((Path(place) / name).relative_to(root).as_posix())
            if not name.startswith(".") and patterns.allow(inside):
                yield Listed(Path(place) / name, _target(root, inside))


def _of_list(path: Path, patterns: Patterns, told: "list[str]") -> Iterator[Listed]:
    """One path a line, from the list's own folder; blank lines and those that begin with # are passed over."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise DocumentError(f"The list {path} cannot be read ({error.strerror}); name another file.") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"The list {path} is no text in UTF-8; save it as such.") from error
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            each = path.absolute().parent / line.strip()
            yield from _of_folder(each, patterns, told) if each.is_dir() else [_single(each)]


def _of_project(path: Path) -> Iterator[Listed]:
    project = Project.open(path, read_only=True)
    try:
        document = project.document
    finally:
        project.close()
    for medium in document.media.values():
        yield _single(medium.path, _utterances(document, medium.id) or None)


def _utterances(document: Document, medium: str) -> tuple[Utterance, ...]:
    names = {"": "", **{key: speaker.name for key, speaker in document.speakers.items()}}
    turns = [turn for turn in document.turns.values() if turn.medium == medium]
    return tuple(Utterance(t.id, t.start, t.end, names.get(t.speaker, ""), t.text) for t in turns)


def _absolute(path: Path) -> Path:
    """Without ``..``, and with links as they are: a video keeps its name on every machine that mounts its drive."""
    return Path(os.path.normpath(path.absolute()))


def _target(root: Path, inside: PurePosixPath) -> PurePosixPath:
    """A result's place: the folder's name, with a few digits that tell it from others of that name, and the way in."""
    name = inside.name
    if len(os.fsencode(name)) > _LONGEST:
        name = f"{name[:50]}-{_digits(name)}"
    return PurePosixPath(f"{root.name or 'root'}-{_digits(str(root))}") / inside.with_name(name)


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def _one_of(patterns: Sequence[str], place: PurePosixPath) -> bool:
    whole, name = str(place).lower(), place.name.lower()
    return any(fnmatch(whole, each.lower()) or fnmatch(name, each.lower()) for each in patterns)
