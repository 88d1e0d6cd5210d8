"""What speakers are called that nobody named. No torch."""

import re
from collections.abc import Collection, Hashable, Iterable
from itertools import count
from typing import TypeVar

V = TypeVar("V", bound=Hashable)
_NUMBERED = re.compile(r"Speaker \d+")


def free_names(voices: Iterable[V], taken: Collection[str]) -> dict[V, str]:
    """Each different voice is "Speaker 1" and so on, in their order; names in ``taken`` are somebody else's."""
    free = (name for number in count(1) if (name := f"Speaker {number}") not in taken)
    return {voice: next(free) for voice in dict.fromkeys(voices)}


def is_numbered(name: str) -> bool:
    """Whether a name looks like one that `free_names` gives."""
    return _NUMBERED.fullmatch(name) is not None
