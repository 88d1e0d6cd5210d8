"""Where the ruler's ticks are and what they say. No Qt."""

import math
from dataclasses import dataclass

from app.views.timeline.viewport import Viewport

# Seconds between labels, and into how many parts the finer ticks divide them.
_STEPS = (
    (0.01, 5), (0.02, 4), (0.05, 5), (0.1, 5), (0.2, 4), (0.5, 5), (1.0, 5), (2.0, 4), (5.0, 5), (10.0, 5), (15.0, 3),
    (30.0, 6), (60.0, 6), (120.0, 4), (300.0, 5), (600.0, 5), (900.0, 3), (1800.0, 6), (3600.0, 4), (7200.0, 4),
    (14400.0, 4), (28800.0, 4), (86400.0, 4),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tick:
    """A line on the ruler. Fine ticks have no ``label``."""

    time: float
    label: str | None


def clock(seconds: float, decimals: int = 0) -> str:
    """``hh:mm:ss`` with that many decimals of a second; rounded to the nearest one shown."""
    scale = 10**decimals
    whole, part = divmod(round(max(0.0, seconds) * scale), scale)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{text}.{part:0{decimals}d}" if decimals else text


def ruler_ticks(view: Viewport, label_width: float) -> list[Tick]:
    """The ticks in view. Labels get at least ``label_width`` pixels each."""
    needed = label_width / view.pixels_per_second
    step, parts = next((s for s in _STEPS if s[0] >= needed), _STEPS[-1])
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    fine = step / parts
    first, last = math.ceil(view.start / fine - 1e-9), math.floor(view.end / fine + 1e-9)
    return [Tick(n * fine, clock(n * fine, decimals) if n % parts == 0 else None) for n in range(first, last + 1)]
