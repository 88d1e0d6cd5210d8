"""Where projects lie: the untitled ones in the data folder, and which project holds a video."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from m2fnet_core.base.files import write_whole
from m2fnet_core.base.folders import data_folder
from m2fnet_core.document.store.file import waiting

SUFFIX = ".m2f"
_REMEMBERED = 200  # saved projects that `find_project_of` looks into


def projects_folder() -> Path:
    """Untitled projects and working copies."""
    return data_folder() / "projects"


def untitled(media: Path) -> Path:
    """A free place for a project of this video. Makes the folder; raises OSError where it cannot be made."""
    folder = projects_folder()
    folder.mkdir(parents=True, exist_ok=True)
    stem, number = media.stem[:80] or "Untitled", 1
    while (path := folder / f"{stem}{f' {number}' if number > 1 else ''}{SUFFIX}").exists():
        number += 1
    return path


def remember(project: Path) -> None:
    """Keep in mind that there is a project here, so that its videos are found again."""
    known = _remembered()
    if project.parent == projects_folder() or project.absolute() in known[:1]:
        return
    known = [project.absolute(), *(path for path in known if path != project.absolute())]
    with suppress(OSError):  # a convenience: without it a video opens in a project of its own
        data_folder().mkdir(parents=True, exist_ok=True)
        write_whole(_list(), json.dumps([str(path) for path in known[:_REMEMBERED]]).encode())


def find_project_of(sha256: str) -> Path | None:
    """The project that holds the video with this content, the one changed last where there are several."""
    found = [path for path in _projects() if _holds(path, sha256)]
    return max(found, key=_changed_at, default=None)


def _changed_at(path: Path) -> float:
    """When a project was changed last, seconds; what waits beside the file is newer than the file."""
    journal = path.with_name(f"{path.name}-wal")
    return max((place.stat().st_mtime for place in (path, journal) if place.is_file()), default=0.0)


def _projects() -> Iterator[Path]:
    yield from projects_folder().glob(f"*{SUFFIX}")
    yield from (path for path in _remembered() if path.is_file())


def _holds(path: Path, sha256: str) -> bool:
    """False also for what is no project or cannot be read: opening it says why."""
    idle = "" if waiting(path) else "&immutable=1"  # nobody has it open: leave nothing beside it
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{idle}", uri=True)) as connection:
            sql = "SELECT 1 FROM media WHERE sha256 = ? AND sha256 <> ''"
            return connection.execute(sql, (sha256,)).fetchone() is not None
    except sqlite3.Error:
        return False


def _list() -> Path:
    return data_folder() / "projects.json"


def _remembered() -> list[Path]:
    try:
        return [Path(str(name)) for name in json.loads(_list().read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
