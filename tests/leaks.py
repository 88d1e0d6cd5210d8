"""A test of the window that leaves a thread, a timer, a widget or a process behind fails itself."""

import gc
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget


@contextmanager
def checked() -> Iterator[None]:
    """Compares threads, repeating timers, top-level widgets and child processes before and after."""
    threads, children, shown = set(threading.enumerate()), _children(), set(_shown())
    yield
    _settle()
    widgets = [widget for widget in _shown() if widget not in shown]
    # The test runner's own watchdog outlives what it watches.
    new = [thread for thread in threading.enumerate() if thread not in threads]
    leaked = [thread.name for thread in new if not thread.name.startswith("pytest_timeout")]
    leaked += [type(widget).__name__ for widget in widgets]
    leaked += [f"process {pid}" for pid in _children() - children]
    leaked += [f"timer of {type(timer.parent()).__name__}" for timer in _running_timers(widgets)]
    assert not leaked, f"left behind: {leaked}"


def _settle() -> None:
    """Let deferred deletions happen, then collect what Python still holds."""
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


def _shown() -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def _running_timers(widgets: Sequence[QWidget]) -> list[QTimer]:
    timers = [timer for widget in widgets for timer in widget.findChildren(QTimer)]
    return [timer for timer in timers if timer.isActive() and not timer.isSingleShot()]
