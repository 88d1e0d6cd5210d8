"""Recording a trace: what counts, what is on disk meanwhile, and what becomes of it."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.base.settings import LAG, Settings
from app.models.editing.tracing import FLUSH_MS
from app.models.project.colleague import renamed
from app.models.studio import Studio
from app.views.player.trace_pad import STEPS, TracePad
from app.views.timeline.curves import Curves
from app.views.timeline.widget import Timeline
from m2fnet_core.document.content import Dimension
from m2fnet_core.document.project import Project
from m2fnet_core.document.trace_journal import TraceJournal, recover
from m2fnet_core.document.traces import RATE, values_of
from tests.app.desk import studio_with

VALENCE, AROUSAL = Dimension


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Ten seconds of video."""
    made = studio_with()
    yield made
    made.close()


def play(studio: Studio, start: float, end: float, rate: float = 1.0) -> None:
    """Frames as they come on screen; the hand rises by 0.1 each second of media time."""
    tracing = studio.tracing
    tracing.set_time(start)
    tracing.set_playing(True)
    for step in range(round((end - start) / (0.04 * rate)) + 1):
        time = start + step * 0.04 * rate
        tracing.set_value(time / 10)
        tracing.set_time(time)
    tracing.set_playing(False)


def spans(studio: Studio) -> list[tuple[float, float]]:
    """Start and end of each take, in seconds."""
    takes = studio.session.traces
    return [(take.first / RATE, (take.first + len(values_of(take)) - 1) / RATE) for take in takes]


@pytest.mark.parametrize("rate", [1.0, 3.0])
def test_a_recording_is_one_step_at_any_speed(studio: Studio, rate: float) -> None:
    studio.tracing.toggle(VALENCE)
    play(studio, 1.0, 5.8, rate)
    play(studio, 5.8, 8.2, rate)  # after a pause
    studio.tracing.toggle(VALENCE)
    (take,) = studio.session.traces
    assert spans(studio) == [(1.0, 8.2)]
    assert values_of(take)[25:50] == pytest.approx([0.2 + k * 0.004 for k in range(25)], abs=0.013 * rate)
    assert (studio.tracing.head, take.annotator) == (None, studio.project.annotator)
    studio.shaping.undo()
    assert studio.session.traces == ()
    studio.shaping.redo()
    assert studio.session.traces == (take,)


def test_a_seek_and_standing_still_leave_a_gap_and_the_end_ends_it(studio: Studio) -> None:
    studio.tracing.toggle(AROUSAL)
    play(studio, 1.0, 2.0)
    studio.tracing.jump()
    studio.tracing.set_time(2.4)  # sought while it stood
    studio.tracing.set_value(0.9)
    play(studio, 2.4, 3.0)
    play(studio, 9.0, 10.0)
    assert studio.tracing.head is None
    assert spans(studio) == [(1.0, 2.0), (2.4, 3.0), (9.0, 10.0)]
    studio.tracing.remove()
    assert spans(studio) == []


def test_what_was_traced_is_on_disk_while_it_is_traced(qtbot: QtBot, studio: Studio) -> None:
    studio.tracing.toggle(VALENCE)
    play(studio, 1.0, 2.0)
    path = studio.project.path
    assert path is not None
    with closing(TraceJournal(path)) as journal:
        qtbot.waitUntil(lambda: journal.left() != [], timeout=20 * FLUSH_MS)
        ((head, events),) = journal.left()
        assert (head, events) == (studio.tracing.head, studio.tracing.events)
        studio.tracing.stop()
        assert journal.left() == []
    assert studio.project.project is not None
    assert recover(studio.project.project) == ""


def test_leaving_the_video_keeps_what_was_traced(studio: Studio) -> None:
    studio.settings.set(LAG, 400)
    studio.tracing.toggle(VALENCE)
    play(studio, 1.0, 2.0)
    path = studio.project.path
    assert path is not None
    studio.close_media()
    assert studio.tracing.head is None
    assert (Settings().get(LAG), studio.session.traces) == (400, ())
    with closing(Project.open(path, read_only=True)) as project:
        assert [take.lag for take in project.document.traces.values()] == [0.4]


def test_the_slider_draws_and_the_timeline_shows(qtbot: QtBot, studio: Studio) -> None:
    picture, timeline = QWidget(), Timeline(studio.session)
    pad = TracePad(studio.tracing, picture)
    for widget in (picture, timeline, pad):
        qtbot.addWidget(widget)
    assert pad.isHidden()
    studio.tracing.toggle(VALENCE)
    pad.show()
    assert pad.slider.accessibleName() == "Valence"
    studio.tracing.set_playing(True)
    QTest.keyClick(pad.slider, Qt.Key.Key_Up)
    assert studio.tracing.value == pytest.approx(4 / STEPS)
    pad.slider.resize(30, 200)
    QTest.mouseClick(pad.slider, Qt.MouseButton.LeftButton, pos=pad.slider.rect().center() / 2)
    assert studio.tracing.value == pytest.approx(0.5, abs=0.03)
    studio.tracing.set_playing(False)
    play(studio, 1.0, 5.0)
    pad.end.click()
    assert pad.isHidden()
    assert "Valence: traced by" in timeline.focusProxy().accessibleDescription()
    timeline.shutdown()


def test_two_annotators_are_compared(studio: Studio) -> None:
    for name in ("Ann", "Bob"):
        studio.project.set_annotator(name)
        studio.tracing.toggle(VALENCE)
        play(studio, 1.0, 9.0)
        studio.tracing.stop()
    curves = Curves(studio.session.traces)
    assert curves.annotators == ("Ann", "Bob")
    assert curves.named(VALENCE) == "Valence · ICC 1.00"
    assert "delays: Ann +0.00 s" in curves.told(VALENCE)
    assert curves.dimensions == (VALENCE,)
    command = renamed(studio.project.document, {"Bob": "Bea"})
    assert command is not None
    assert studio.project.do(command) is not None
    assert Curves(studio.session.traces).annotators == ("Ann", "Bea")
