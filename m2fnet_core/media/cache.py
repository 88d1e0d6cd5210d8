"""Results kept on disk between runs, keyed by a file's path, size and time of change. No torch.

A cache never fails the reading: whatever goes wrong here is logged, and the result is computed or kept in memory.
"""

import hashlib
import logging
import os
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.errors import CacheError
from m2fnet_core.base.folders import cache_folder

_PART = ".part"  # suffix of a result being written
_PART_SECONDS = 24 * 3600  # after which a part is taken for abandoned
_FOLDER_BYTES = 4 * 2**30  # of one kind of result
_log = logging.getLogger(__name__)


def cached_file(kind: str, media: Path, suffix: str) -> Path:
    """Where the result ``kind`` of ``media``, as the file is now, belongs. Raises OSError when ``media`` is gone.

    ``kind`` ends in a version number, which changes when the result's form changes.
    """
    state = media.stat()
    identity = f"{media.absolute()}\0{state.st_size}\0{state.st_mtime_ns}"
    return cache_folder() / kind / (hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32] + suffix)


def load_arrays(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of an .npz file; None when it is not there or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return dict(stored)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        _log.warning("ignoring the damaged cache file %s: %s", path, error)
        return None


def save_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an .npz file whole or not at all; a full disk or a missing permission is only logged."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=_PART)
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        temporary.replace(path)
    except OSError as error:
        _log.warning("cannot keep %s: %s", path, error)
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def new_part(place: Path) -> Path:
    """An empty file beside ``place`` to be written and then renamed to it; the folder is tidied first.

    Raises CacheError when the folder cannot be written.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _tidy(place.parent)
        descriptor, name = tempfile.mkstemp(dir=place.parent, suffix=_PART)
        os.close(descriptor)
    except OSError as error:
        raise CacheError(f"The cache folder {place.parent} cannot be written: {error.strerror}; free space.") from error
    return Path(name)


def _tidy(folder: Path) -> None:
    """Delete what crashed writers left behind, and the results unused for longest beyond the folder's limit."""
    states = sorted(((path.stat(), path) for path in folder.iterdir()), key=lambda item: -item[0].st_mtime)
    total = 0
    for state, path in states:
        total += state.st_size
        abandoned = path.suffix == _PART and state.st_mtime < time.time() - _PART_SECONDS
        if abandoned or total > _FOLDER_BYTES:
            path.unlink(missing_ok=True)
