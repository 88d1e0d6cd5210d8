"""Numbers from outside: one reader for all, so that none is endless, infinite or absurd. No torch."""

import math

LARGEST = 1e9  # beyond any time in seconds (31 years), count or number of a dialogue
_LONGEST = 40  # characters; Python needs minutes for a million digits


def finite(text: str) -> float:
    """A number of at most ``LARGEST``. Raises ValueError for anything else."""
    if len(text) > _LONGEST:
        raise ValueError(f"{text[:10]}… is too long for a number")
    value = float(text)
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError(f"{text} is no number that can be used")
    return value


def whole(text: str) -> int:
    """A whole number of at most ``LARGEST``, also as ``2.0`` (pandas writes a column with gaps so). ValueError else."""
    value = finite(text)
    if value != int(value):
        raise ValueError(f"{text} is no whole number")
    return int(value)
