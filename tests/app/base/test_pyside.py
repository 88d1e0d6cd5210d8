"""The library under the window."""

import sys

from PySide6.QtCore import QObject, QTimer


def test_void_calls_keep_the_references_to_none() -> None:
    """PySide6 6.12.0 lost one with every call under Python 3.11, until the process aborted."""
    timer, thing = QTimer(), QObject()
    before = sys.getrefcount(None)
    for _ in range(2000):
        timer.setInterval(10)
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 1000
