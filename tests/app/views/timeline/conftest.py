"""A timeline on the screen."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.app.views.timeline.stage import Stage


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    """Nothing is open yet."""
    made = Stage(qtbot)
    yield made
    made.timeline.shutdown()
