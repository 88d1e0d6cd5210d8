"""Tests of the window need no screen, and every one checks that it leaves nothing behind."""

import os

from tests.leaks import nothing_leaks

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

__all__ = ["nothing_leaks"]
