"""Every test of the window checks that it leaves nothing behind."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.leaks import checked


@pytest.fixture(autouse=True)
def nothing_leaks(qapp: QApplication) -> Iterator[None]:
    """No thread, timer, widget or process outlives the test."""
    with checked():
        yield
