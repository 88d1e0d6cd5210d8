"""Results kept on disk between runs, keyed by a file's path, size and time of change. No torch.

A cache never fails the reading: whatever goes wrong here is logged, and the result is computed or kept in memory.
"""

import hashlib
import logging
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.folders import cache_folder

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
        with np.load(path, allow_pickle=False) as stored:
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
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        temporary.replace(path)
    except OSError as error:
        _log.warning("cannot keep %s: %s", path, error)
        if temporary is not None:
            temporary.unlink(missing_ok=True)
