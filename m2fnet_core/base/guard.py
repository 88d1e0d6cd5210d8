"""What may be written where: no result ever takes the place of somebody's work. No torch."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from m2fnet_core.base.errors import DocumentError

_HEAD = 4096  # bytes that tell what a file is
_MAGIC = {".mp4": (4, b"ftyp"), ".png": (0, b"\x89PNG"), ".pdf": (0, b"%PDF"), ".zip": (0, b"PK")}


def refuse_overwriting(path: Path, suffixes: Sequence[str], sources: Iterable[Path]) -> None:
    """Raise DocumentError unless ``path`` is free, or holds a file of the kind that will be written there.

    ``sources``: what the result is made from (project, videos, transcripts); none of them is ever replaced, under
    whatever name. A kind is an ending of ``suffixes`` and a head that fits: text, or what such files begin with.
    """
    for source in sources:
        if _same(path, source):
            raise DocumentError(f"{path} is what the result is made from and stays as it is; name another place.")
    if not path.exists() or path.is_dir():  # a folder: writing says what is wrong
        return
    if path.suffix.lower() not in {suffix.lower() for suffix in suffixes}:
        raise DocumentError(f"{path} is there already and is no {suffixes[0]} file; name another place.")
    if not _fits(path):
        raise DocumentError(f"{path} is there already and holds something else than its name says; move it away first.")


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # one of them is not there
        return path.absolute() == other.absolute()


def _fits(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return True  # it cannot be read; whether it can be written is said when that is tried
    if not head:
        return True
    place, magic = _MAGIC.get(path.suffix.lower(), (0, b""))
    return head[place:].startswith(magic) if magic else b"\0" not in _without_wide(head)


def _without_wide(head: bytes) -> bytes:
    """Text in UTF-16 has zeros."""
    return head.replace(b"\0", b"") if head.startswith((b"\xff\xfe", b"\xfe\xff")) else head
