"""What the mouse and the wheel do, with real events on the real widget."""

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.app.views.timeline.stage import DURATION, Stage


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """The conversation is open."""
    stage.open()
    return stage


def test_a_click_on_an_utterance_selects_it_and_goes_to_its_start(stage: Stage) -> None:
    stage.click(stage.on("u1"))
    assert stage.session.selected == "u1"
    assert stage.seeks() == [2.0]


def test_speakers_have_lanes_of_their_own(stage: Stage) -> None:
    bo = stage.on("u1")
    stage.click(QPoint(bo.x(), stage.on("u0").y()))
    assert stage.session.selected == ""
    assert stage.seeks() == [pytest.approx(2.75, abs=0.02)]


def test_a_double_click_plays_the_utterance(stage: Stage) -> None:
    stage.double_click(stage.on("u3"))
    assert stage.activated.count() == 1
    assert stage.activated.at(0)[0] == "u3"


def test_a_click_between_the_blocks_gives_up_the_selection(stage: Stage) -> None:
    stage.session.select("u2")
    stage.click(stage.at(1.75))
    assert stage.session.selected == ""


def test_a_click_on_the_sound_goes_there_and_keeps_the_selection(stage: Stage) -> None:
    stage.session.select("u2")
    stage.click(stage.at(7.0, "waveform"))
    assert stage.session.selected == "u2"
    assert stage.seeks() == [pytest.approx(7.0, abs=0.02)]


def test_dragging_on_the_ruler_scrubs_within_the_view(stage: Stage) -> None:
    stage.drag(stage.at(1.0, "ruler"), stage.at(9.0, "ruler") + QPoint(500, 0))
    seeks = stage.seeks()
    assert seeks[0] == pytest.approx(1.0, abs=0.02)
    assert seeks == sorted(seeks)
    assert seeks[-1] == pytest.approx(DURATION)
    assert stage.view == (0.0, DURATION)


def test_dragging_the_ground_pans_without_seeking(stage: Stage) -> None:
    stage.timeline.zoom_to(4.0, 6.0)
    start = stage.at(5.0, "emotions")
    stage.drag(start, start + QPoint(200, 0))
    assert stage.view[0] == pytest.approx(4.0 - 200 * 2.0 / stage.canvas.navigation.view.width)
    assert stage.seeks() == []


def test_the_middle_button_pans_over_utterances_too(stage: Stage) -> None:
    stage.timeline.zoom_to(2.0, 4.0)
    stage.drag(stage.on("u1"), stage.on("u1") - QPoint(100, 0), Qt.MouseButton.MiddleButton)
    assert stage.view[0] > 2.1
    assert stage.session.selected == ""


def test_a_hand_that_trembles_still_clicks(stage: Stage) -> None:
    stage.drag(stage.at(7.75, "emotions"), stage.at(7.75, "emotions") + QPoint(1, 1))
    assert stage.seeks() == [pytest.approx(7.75, abs=0.02)]


def test_the_wheel_zooms_around_the_cursor(stage: Stage) -> None:
    point = stage.at(3.0)
    stage.wheel(point, along=120)
    start, end = stage.view
    assert end - start == pytest.approx(DURATION / 1.2)
    assert abs(stage.at(3.0).x() - point.x()) <= 1
    stage.wheel(point, along=-120)
    assert stage.view == (0.0, DURATION)


@pytest.mark.parametrize(
    ("along", "across", "keys"),
    [(-120, 0, Qt.KeyboardModifier.ShiftModifier), (0, -120, Qt.KeyboardModifier.NoModifier)],
)
def test_shift_and_a_sideways_wheel_pan(stage: Stage, along: int, across: int, keys: Qt.KeyboardModifier) -> None:
    stage.timeline.zoom_to(2.0, 4.0)
    stage.wheel(stage.at(3.0), along, across, keys)
    assert stage.view == (pytest.approx(2.24), pytest.approx(4.24))


def test_the_frame_of_the_overview_can_be_dragged(stage: Stage) -> None:
    stage.timeline.zoom_to(2.0, 4.0)
    width = stage.canvas.navigation.view.width
    middle = QPoint(stage.canvas.header_width + round(0.3 * width), stage.at(3.0, "overview").y())
    stage.drag(middle, middle + QPoint(round(0.4 * width), 0))
    assert stage.view == (pytest.approx(6.0, abs=0.02), pytest.approx(8.0, abs=0.02))


def test_pressing_beside_the_frame_brings_it_there(stage: Stage) -> None:
    stage.timeline.zoom_to(2.0, 4.0)
    width = stage.canvas.navigation.view.width
    stage.click(QPoint(stage.canvas.header_width + round(0.8 * width), stage.at(3.0, "overview").y()))
    assert stage.view == (pytest.approx(7.0, abs=0.02), pytest.approx(9.0, abs=0.02))


@pytest.mark.parametrize(
    ("edge", "to", "expected"), [(0.2, 0.1, (1.0, 4.0)), (0.4, 0.7, (2.0, 7.0)), (0.2, 0.9, (3.9, 4.0))]
)
def test_the_edges_of_the_frame_zoom(stage: Stage, edge: float, to: float, expected: tuple[float, float]) -> None:
    stage.timeline.zoom_to(2.0, 4.0)
    width, y = stage.canvas.navigation.view.width, stage.at(3.0, "overview").y()
    begin, end = (QPoint(stage.canvas.header_width + round(share * width), y) for share in (edge, to))
    stage.drag(begin, end)
    assert stage.view == (pytest.approx(expected[0], abs=0.03), pytest.approx(expected[1], abs=0.03))


def test_the_border_between_tracks_can_be_dragged_and_reset(stage: Stage) -> None:
    row = stage.canvas.row_of("lanes")
    assert row is not None
    before = [r.height for r in stage.canvas.rows.placed]
    border = QPoint(400, row.bottom)
    stage.drag(border, border + QPoint(0, -30))
    after = {r.track.key: r.height for r in stage.canvas.rows.placed}
    assert after["lanes"] == row.height - 30
    assert sum(after.values()) == sum(before)
    stage.double_click(QPoint(400, row.bottom - 30))
    assert [r.height for r in stage.canvas.rows.placed] == before


def test_the_cursor_tells_what_can_be_done(stage: Stage) -> None:
    row = stage.canvas.row_of("lanes")
    assert row is not None
    for point, shape in (
        (stage.on("u1"), Qt.CursorShape.PointingHandCursor),
        (QPoint(400, row.bottom), Qt.CursorShape.SplitVCursor),
        (stage.at(7.75, "emotions"), Qt.CursorShape.ArrowCursor),
    ):
        stage.move(point, Qt.MouseButton.NoButton)
        assert stage.canvas.cursor().shape() == shape


def test_nothing_happens_while_nothing_is_open(stage: Stage) -> None:
    stage.session.open(None)
    stage.click(QPoint(400, 200))
    stage.wheel(QPoint(400, 200), along=120)
    assert stage.tip(QPoint(400, 200)) == ""
    assert stage.seeks() == []


def test_the_tooltip_of_an_utterance_tells_who_when_what_and_the_top_three(stage: Stage) -> None:
    text = stage.tip(stage.on("u3"))
    for part in ("Bo", "00:00:06.00", "00:00:07.50", "I am so happy for you", "joy", "70.0%"):
        assert part in text
    assert text.count("%") == 3


def test_the_tooltip_of_the_emotions_gives_every_number(stage: Stage) -> None:
    text = stage.tip(stage.at(6.5, "emotions"))
    assert all(label in text for label in stage.session.labels)


def test_the_tooltip_of_the_spectrogram_gives_time_and_frequency(stage: Stage) -> None:
    assert stage.tip(stage.at(5.0, "spectrogram")).startswith("00:00:05.0")


def test_the_headers_explain_the_tracks(stage: Stage) -> None:
    assert "audio extractor" in stage.tip(QPoint(20, stage.at(5.0, "spectrogram").y()))
    assert stage.tip(QPoint(20, stage.on("u1").y())) == "Bo: 2 utterances"


def test_markup_in_a_transcript_is_only_text(stage: Stage) -> None:
    from m2fnet_core.base.dialogue import Utterance
    from tests.app.conversation import begin

    begin(stage.session, [Utterance("x", 1.0, 3.0, "<b>Eve</b>", "<img src=nowhere>")])
    text = stage.tip(stage.at(2.0))
    assert "&lt;img" in text
    assert "&lt;b&gt;Eve" in text
