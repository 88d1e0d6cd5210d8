"""Utterances are dragged and drawn on the timeline; what comes out is told once, when the mouse lets go."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest

from app.views.timeline.scene import Sound
from m2fnet_core.document.content import Decision
from m2fnet_core.document.editing import Bounds
from tests.app.conversation import utterances
from tests.app.views.timeline.stage import DURATION, Stage


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """The conversation is open and can be changed: u0 to u4 at 0, 2, 4, 6, 8 s, each 1.5 s long."""
    stage.session.editable = True
    stage.open()
    return stage


@pytest.fixture
def dragged(stage: Stage) -> QSignalSpy:
    """What drags ended with."""
    return QSignalSpy(stage.timeline.bounds_chosen)


def pixels(stage: Stage, seconds: float) -> QPoint:
    """A way to the right."""
    return QPoint(round(seconds * stage.canvas.navigation.view.pixels_per_second), 0)


def only(spy: QSignalSpy) -> tuple[str, Bounds]:
    """The one drag there was."""
    assert spy.count() == 1
    utterance, bounds = spy.at(0)
    return utterance, bounds


def edge(stage: Stage, utterance: str, share: float) -> QPoint:
    """Just inside one of its ends."""
    return stage.on(utterance, share) + QPoint(2 if share == 0 else -3, 0)


def test_an_edge_follows_the_mouse(stage: Stage, dragged: QSignalSpy) -> None:
    start = edge(stage, "u1", 1)
    stage.drag(start, start - pixels(stage, 0.6))
    utterance, bounds = only(dragged)
    assert utterance == "u1"
    assert bounds.start == 2.0
    assert bounds.end == pytest.approx(2.9, abs=0.02)
    assert stage.canvas.scene.draft is None
    assert stage.session.selected == "u1"


def test_an_edge_snaps_to_neighbours_and_the_playhead(stage: Stage, dragged: QSignalSpy) -> None:
    start = edge(stage, "u1", 1)
    stage.drag(start, start + pixels(stage, 0.5) - QPoint(5, 0))  # u2 starts at 4.0
    assert only(dragged)[1].end == 4.0
    stage.timeline.set_time(2.3)
    first = edge(stage, "u1", 0)
    stage.drag(first, first + pixels(stage, 0.3) + QPoint(6, 0))
    assert dragged.at(1)[1].start == 2.3


def test_an_edge_snaps_to_where_speech_begins(stage: Stage, dragged: QSignalSpy) -> None:
    stage.timeline.show_sound(Sound(_Loud(2.62, 3.2), None, DURATION))
    start = edge(stage, "u1", 0)
    stage.drag(start, start + pixels(stage, 0.6) - QPoint(3, 0))
    assert only(dragged)[1].start == pytest.approx(2.62, abs=0.011)


def test_a_body_moves_once_it_is_selected(stage: Stage, dragged: QSignalSpy) -> None:
    middle = stage.on("u1")
    stage.drag(middle, middle + pixels(stage, 0.2))
    assert dragged.count() == 0
    assert stage.session.selected == "u1"
    stage.drag(middle, middle + pixels(stage, 0.3))
    bounds = only(dragged)[1]
    assert bounds.start == pytest.approx(2.3, abs=0.02)
    assert bounds.end - bounds.start == pytest.approx(1.5)


def test_shift_lets_go_of_all_goals(stage: Stage, dragged: QSignalSpy) -> None:
    start = edge(stage, "u1", 1)
    QTest.keyPress(stage.canvas, Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier)
    stage.keys = Qt.KeyboardModifier.ShiftModifier
    stage.drag(start, start + pixels(stage, 0.5) - QPoint(5, 0))
    assert only(dragged)[1].end not in (4.0, 3.5)


def test_drawing_on_an_empty_place_makes_an_utterance(stage: Stage) -> None:
    drawn = QSignalSpy(stage.timeline.drawn)
    bo = QPoint(0, stage.on("u1").y())
    start, end = (QPoint(stage.at(time).x(), bo.y()) for time in (4.3, 5.2))
    stage.drag(start, end)
    assert drawn.count() == 1
    bounds, speaker = drawn.at(0)
    assert (bounds.start, bounds.end) == (pytest.approx(4.3, abs=0.03), pytest.approx(5.2, abs=0.03))
    assert speaker == "Bo"
    stage.click(start)
    assert drawn.count() == 1


def test_a_read_only_project_pans_as_before(stage: Stage, dragged: QSignalSpy) -> None:
    stage.session.editable = False
    stage.session.set_utterances(utterances())
    start = edge(stage, "u1", 1)
    stage.drag(start, start - pixels(stage, 0.6))
    assert dragged.count() == 0


def test_a_person_s_label_colours_the_block(stage: Stage) -> None:
    ground = stage.on("u1", 0.85) + QPoint(0, 8)
    before = stage.colour(ground)
    stage.session.decide("u1", Decision("u1", "ada", "anger"))
    after = stage.colour(ground)
    assert after != before
    assert after == stage.canvas.scene.look.fill("anger", stage.canvas.scene.content.labels)
    stage.session.decide("u1", None)
    assert stage.colour(ground) == before


def test_only_the_touched_block_is_painted_again(stage: Stage) -> None:
    whole = stage.canvas.grab().toImage()
    stage.session.decide("u1", Decision("u1", "ada", "anger"))
    stage.session.decide("u1", None)
    assert stage.canvas.grab().toImage() == whole


def test_the_menu_of_an_utterance_offers_what_it_was_given(stage: Stage) -> None:
    action = stage.timeline.addAction("Split here")
    stage.timeline.set_actions([action])
    assert action in stage.timeline.menu(True).actions()
    assert action not in stage.timeline.menu(False).actions()


class _Loud:
    """Sound that is loud between two times."""

    def __init__(self, start: float, end: float) -> None:
        self._start, self._end = start, end

    def slice(self, start: float, end: float, columns: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As a waveform."""
        times = np.linspace(start, end, columns, endpoint=False)
        high = np.where((times >= self._start) & (times < self._end), 0.8, 0.0).astype(np.float32)
        return -high, high
