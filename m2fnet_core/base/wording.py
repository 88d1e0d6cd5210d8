"""Words around numbers and names, as notices use them."""

import re
from collections.abc import Sequence

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # but tab and line end


def count(number: int, noun: str) -> str:
    """``1 cue``, ``2 cues``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def some(names: Sequence[str], most: int = 3) -> str:
    """The first few of ``names`` for a notice: ``u0001, u0002, u0003, …``."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def visible(text: str) -> str:
    """Words from outside for a terminal: what would move its cursor or change its title is shown as ``\\x1b``."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def clock(seconds: float, digits: int = 1) -> str:
    """``1:02:03.4``; hours only where there are any."""
    whole = round(seconds * 10**digits)
    minutes, rest = divmod(whole, 60 * 10**digits)
    tail = f"{rest / 10**digits:0{3 + digits if digits else 2}.{digits}f}"
    return f"{minutes // 60}:{minutes % 60:02d}:{tail}" if minutes >= 60 else f"{minutes}:{tail}"
