"""What a new user sees first: the demo, analysed and playing."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.main import create_application, launch, parse
from app.main_window import MainWindow
from app.models.video.analysis import State
from tests.patience import patiently


@pytest.fixture
def demo() -> Iterator[MainWindow]:
    """The window that ``--demo`` opens."""
    create_application()
    window = launch(parse(["--demo"]))
    yield window
    window.close()
    window.deleteLater()


def test_the_demo_is_analysed_and_then_plays(qtbot: QtBot, demo: MainWindow) -> None:
    patiently(qtbot, lambda: demo.studio.analysis.state is State.DONE)
    session, player = demo.studio.session, demo.workspace.player
    assert len(session.utterances) == 10
    assert all(len(session.faces_used(u.id)) == 2 * len(session.frames_used(u.id)) for u in session.utterances)
    assert len({session.shown_label(u.id) for u in session.utterances}) >= 3  # not all of one emotion
    patiently(qtbot, lambda: player.playing and player.time > 0.2)
