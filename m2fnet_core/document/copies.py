"""Copies of a project to go on with: of a snapshot of a damaged one, of one that cannot be written."""

import os
from pathlib import Path

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.places import SUFFIX, projects_folder
from m2fnet_core.document.project import Project
from m2fnet_core.document.store import file, opening, snapshots
from m2fnet_core.document.store.failing import DocumentDamaged, DocumentForeign


def from_snapshot(snapshot: Path, project: Path) -> Project:
    """An open copy of a snapshot beside the damaged project, under a free name; both stay. Raises DocumentError.

    Where nothing can be written beside it, the copy lies in the data folder.
    """
    folder = project.parent if os.access(project.parent, os.W_OK) else projects_folder()
    return _copied(snapshot, folder, f"{project.stem} recovered")


def working_copy(path: Path) -> Project:
    """An open copy in the data folder of a project whose own folder cannot be written. Raises DocumentError."""
    return _copied(path, projects_folder(), f"{path.stem} copy")


def _copied(source: Path, folder: Path, stem: str) -> Project:
    number, path = 1, folder / f"{stem}{SUFFIX}"
    while path.exists():
        number += 1
        path = folder / f"{stem} {number}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with snapshots.everything(source) as original:
            file.check(original, source)
            snapshots.copy_verified(original, path)
    except (DocumentDamaged, DocumentForeign) as error:
        raise opening.with_way_out(error, source) from error
    except OSError as error:
        raise DocumentError(f"{source} could not be copied to {path} ({error}); make room there.") from error
    return Project.open(path)
