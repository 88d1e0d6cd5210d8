"""A file's identity by what it holds. No torch."""

import hashlib
from pathlib import Path

import numpy as np

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.cache import cached_file, load_arrays, save_arrays
from m2fnet_core.media.container import refuse_unreadable

READING = 2  # how pictures and sound are made of content: what is kept of another way is not used
_KIND = "content-2"


def content_hash(path: Path) -> str:
    """sha256 (hex) of the file's bytes, remembered until its path, size or time of change differ.

    Raises MediaError when it is missing, a folder, empty or cannot be read.
    """
    refuse_unreadable(path)
    state = path.stat()  # a copy may bring its time of change along, but no number and no time of arrival
    place = cached_file(f"{_KIND}/{state.st_ino}-{state.st_ctime_ns}", path, ".npz")
    stored = load_arrays(place)
    if stored is not None and "sha256" in stored:
        return str(stored["sha256"])
    digest = _sha256(path)
    save_arrays(place, {"sha256": np.array(digest)})
    return digest


def another_file(path: Path) -> str:
    """The sentence for a file in whose place another one lies now."""
    return (
        f"{path.name} is another file now than the one that its utterances and labels were made on; open its project "
        "in the window, and relink it to that one or take the new file."
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MediaError(f"{path.name} cannot be read: {error.strerror}; check the disk or the connection.") from error
