"""Waiting for what child processes do: as long as they work, however slow the machine is."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from PySide6.QtCore import SignalInstance
from pytestqt.exceptions import TimeoutError as NotYet
from pytestqt.qtbot import QtBot

_LOOK = 1000  # milliseconds between two looks at the children
_LEAST = 0.05  # seconds of processor time: less is no work
_QUIET = 60.0  # seconds without any work after which nothing is expected to come


def patiently(qtbot: QtBot, condition: Callable[[], object], quiet: float = _QUIET) -> None:
    """Wait until the condition holds. Fails when it does not and no child worked for ``quiet`` seconds.

    A total would fail on a busy machine, where the same work takes several times as long. What never ends is ended
    by the limit on every test.
    """
    worked, since = _work(), time.monotonic()
    while True:
        try:
            qtbot.waitUntil(condition, timeout=_LOOK)
        except NotYet:
            now = _work()
            if abs(now - worked) >= _LEAST:  # less than before: a child has ended
                worked, since = now, time.monotonic()
            elif time.monotonic() - since > quiet:
                raise
        else:
            return


@contextmanager
def signalled(qtbot: QtBot, signal: SignalInstance) -> Iterator[list[Any]]:
    """Wait, at the end of the block, as `patiently`, for a signal since its beginning.

    Gives a list, which then holds the arguments of the first one.
    """
    arguments: list[Any] = []
    came = False

    def note(*first: object) -> None:
        nonlocal came
        if not came:
            came = True
            arguments.extend(first)

    signal.connect(note)
    try:
        yield arguments
        patiently(qtbot, lambda: came)
    finally:
        signal.disconnect(note)


def _work() -> float:
    """Seconds of processor time that living children of this process have used, theirs included."""
    used = 0.0
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.Error:  # it has just ended
            continue
        used += times.user + times.system
    return used
