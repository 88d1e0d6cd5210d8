"""Times as people and programs write them. No torch."""

import re

from m2fnet_core.base.numbers import finite

# hours may be missing; point, comma or colon before the fraction; a blank may have slipped in before it
_CLOCK = re.compile(r"(?P<sign>-?)(?:(?P<h>\d{1,6}):)?(?P<m>\d{1,3}):(?P<s>\d{1,2})(?:[.,:]\s?(?P<f>\d{1,9}))?")
_COLONS = re.compile(r"(?P<sign>-?)(?P<h>\d{1,6}):(?P<m>\d{1,2}):(?P<s>\d{1,2}):(?P<f>\d{3})")  # fraction after a colon
_SECONDS = re.compile(r"-?\d+(?:[.,]\d+)?|-?[.,]\d+")


def parse_clock(text: str) -> float | None:
    """Seconds of ``[hh:]mm:ss[.,fraction]``, or None when it is no such time."""
    stripped = text.strip()
    match = _COLONS.fullmatch(stripped) or _CLOCK.fullmatch(stripped)
    if match is None:
        return None
    whole = int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + int(match["s"])
    seconds = whole + float(f"0.{match['f'] or 0}")
    return -seconds if match["sign"] else seconds


def parse_time(text: str) -> float | None:
    """Seconds of a plain number (``12.5``, ``12,5``) or of a clock time, or None when it is neither."""
    stripped = text.strip()
    if not _SECONDS.fullmatch(stripped):
        return parse_clock(stripped)
    try:
        return finite(stripped.replace(",", "."))
    except ValueError:
        return None


def clock(seconds: float, point: str) -> str:
    """``hh:mm:ss.fff`` with ``point`` before the milliseconds, as subtitles and MELD's csv write times."""
    whole = round(seconds * 1000)
    minutes, rest = divmod(whole, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
