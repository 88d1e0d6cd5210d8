"""How long work reports, and how it is stopped. No torch."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from m2fnet_core.base.errors import Cancelled


class CancelToken:
    """Shared between the one who asks to stop and the work, which calls `check` between frames."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop. Safe from any thread."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled once `cancel` was called."""
        if self._event.is_set():
            raise Cancelled


@dataclass(slots=True)
class Pace:
    """Estimates the seconds left from the steps done so far. ``clock`` is monotonic seconds."""

    of: int
    clock: Callable[[], float] = time.monotonic
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def seconds_left(self, done: int) -> float | None:
        """None until the first step is done."""
        if done <= 0:
            return None
        return (self.clock() - self._started) / done * max(0, self.of - done)
