"""Whether the files of a project's media are there, and finding those that were moved, by their content."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from m2fnet_core.base.errors import M2FNetError, MediaError
from m2fnet_core.document.content import Medium, MediumState
from m2fnet_core.media.content import another_file, content_hash


def relative_to(path: Path, folder: Path) -> str:
    """The way from a folder to a file, with slashes; "" where there is none (another drive)."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return ""


def looked_up(medium: Medium, folder: Path) -> Medium:
    """The medium with its state, at the place where its file is: where it was, or as far from ``folder`` as it was."""
    known = medium.reason if medium.state is MediumState.OK else ""
    places = [medium.path, *([folder / medium.relative] if medium.relative else [])]
    troubles = []
    for path in places:
        trouble = _trouble(path)
        if trouble is None:
            return replace(medium, path=Path(os.path.normpath(path)), state=MediumState.OK, reason=known)
        troubles.append(trouble)
    unreadable = next(filter(None, troubles), "")
    if unreadable:
        return replace(medium, state=MediumState.UNREADABLE, reason=unreadable)
    reason = f"{medium.path} is not there; put it back, or choose the folder that it lies in now."
    return replace(medium, state=MediumState.MISSING, reason=reason)


def _trouble(path: Path) -> str | None:
    """None for a file that can be read, "" where there is none, else why it cannot be read."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return ""
    except OSError as error:
        return (
            f"{path} cannot be read ({error.strerror}); get access to its folder, or mend the disk or the connection."
        )
    if not stat.S_ISREG(found.st_mode):
        return ""
    return None if os.access(path, os.R_OK) else f"{path} may not be read by this user; get access to it."


def compared(medium: Medium, sha256: str) -> Medium:
    """The medium, replaced where its file holds ``sha256`` and that is not what it was made on."""
    if medium.sha256 in ("", sha256):
        return medium
    return replace(medium, state=MediumState.REPLACED, reason=another_file(medium.path))


def refuse_replaced(medium: Medium) -> None:
    """Raise MediaError where another file lies in the medium's place (it is read whole once), or none."""
    if compared(medium, content_hash(medium.path)).state is MediumState.REPLACED:
        raise MediaError(another_file(medium.path))


def found_in(folder: Path, media: Iterable[Medium], project: Path) -> tuple[Medium, ...]:
    """Those of the missing media whose content lies in ``folder`` or below it, with their new places.

    Files of the same name are read first, then those of the same kind. What cannot be read is passed over.
    """
    missing = {medium.sha256: medium for medium in media if medium.state is not MediumState.OK and medium.sha256}
    names, kinds = {m.path.name for m in missing.values()}, {m.path.suffix.lower() for m in missing.values()}
    files = [Path(place) / name for place, _, names_there in os.walk(folder) for name in names_there]
    files = [path for path in files if path.suffix.lower() in kinds and _trouble(path) is None]
    found = []
    for path, digest in _hashed(sorted(files, key=lambda path: path.name not in names)):
        if digest in missing:
            where = {"path": path.absolute(), "relative": relative_to(path.absolute(), project)}
            found.append(replace(missing.pop(digest), **where, state=MediumState.OK, reason=""))  # type: ignore[arg-type]
        if not missing:
            break
    return tuple(found)


def _hashed(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        try:
            yield path, content_hash(path)
        except (OSError, M2FNetError):
            continue
