"""Files of a corpus folder as people unpack it: without a Mac's ``._`` files, each once. No torch."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from pathlib import Path, PurePath


def is_hidden(path: PurePath) -> bool:
    """Whether a file, or a folder that it lies in, is no part of a corpus: ``._clip.wav``, ``.cache``, ``__MACOSX``."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def files_under(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """All files below a folder with one of these endings (lower case), by name; hidden ones are left out."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in suffixes)
    return sorted(path for path in found if not is_hidden(path.relative_to(folder)))


def without_copies(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The files, and those that are another one's copy: same name, same folder's name, same content.

    Of copies the one that lies highest stays. Only files that agree in name and length are read.
    """
    kept, copies = list[Path](), list[Path]()
    for _, group in groupby(sorted(paths, key=_kind), key=_kind):
        alike = sorted(group, key=lambda path: (len(path.parts), path))
        seen = set[str]()
        for path in alike:
            content = _content(path) if len(alike) > 1 else ""
            (copies if content in seen else kept).append(path)
            seen.add(content)
    return sorted(kept), sorted(copies)


def told_copies(copies: Sequence[Path]) -> str:
    """One sentence for all of them."""
    return f"{len(copies)} clips are copies of others (such as {copies[0]}) and count once."


def _kind(path: Path) -> tuple[str, str, int]:
    return path.name, path.parent.name, path.stat().st_size


def _content(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
