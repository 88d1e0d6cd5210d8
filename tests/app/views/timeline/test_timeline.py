"""What is painted where, and how the timeline follows the session."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QScrollBar
from pytestqt.qtbot import QtBot

from app.base.theme import apply_scheme
from app.views.timeline.scene import Sound
from m2fnet_core.base.dialogue import Utterance
from tests.app.conversation import begin, find_faces, media, predict
from tests.app.views.timeline.stage import DURATION, LABELS, Stage


class Tone:
    """Loud in the second half, silent before."""

    def slice(self, start: float, end: float, columns: int) -> tuple[np.ndarray, np.ndarray]:
        loud = (np.linspace(start, end, columns) > DURATION / 2).astype(np.float32)
        return -loud, loud


class Band:
    """Only the lowest 32 bands sound."""

    def slice(self, start: float, end: float, columns: int) -> np.ndarray:
        return np.repeat(np.uint8(255) * (np.arange(128) < 32).astype(np.uint8)[:, None], columns, axis=1)


def fill(stage: Stage, label: str, pale: bool = False) -> str:
    """The colour of a predicted block."""
    return stage.canvas.scene.look.fill(label, stage.session.labels, pale).name()


def test_blocks_have_the_colour_of_the_predicted_emotion(stage: Stage) -> None:
    stage.open()
    for number, label in enumerate(LABELS):
        assert stage.colour(stage.on(f"u{number}", 0.97)).name() == fill(stage, label)


def test_provisional_predictions_are_paler_and_none_is_an_outline(stage: Stage) -> None:
    stage.open(predicted=0)
    predict(stage.session, "u1", "joy", provisional=True)
    assert stage.colour(stage.on("u1", 0.97)).name() == fill(stage, "joy", pale=True)
    assert stage.colour(stage.on("u2", 0.97)).name() == stage.canvas.scene.look.ground.name()
    predict(stage.session, "u1", "joy")
    assert stage.colour(stage.on("u1", 0.97)).name() == fill(stage, "joy")


def test_the_overview_shows_the_whole_file_while_zoomed_in(stage: Stage) -> None:
    stage.open()
    stage.timeline.zoom_to(6.0, 7.0)
    width = stage.canvas.navigation.view.width
    point = QPoint(stage.canvas.header_width + round(0.675 * width), stage.at(6.5, "overview").y())
    assert stage.colour(point).name() == fill(stage, "joy")


def test_emotions_are_stacked_to_the_whole(stage: Stage) -> None:
    stage.open(predicted=0)
    predict(stage.session, "u1", "neutral", share=1.0)
    predict(stage.session, "u2", "anger", share=1.0)
    for time, label in ((2.7, "neutral"), (4.7, "anger")):
        assert {stage.colour(stage.at(time, "emotions", h)).name() for h in (0.1, 0.6, 0.9)} == {fill(stage, label)}
    assert stage.colour(stage.at(6.7, "emotions", 0.6)).name() == stage.canvas.scene.look.ground.name()


def test_the_sound_is_drawn_as_far_as_it_is_known(stage: Stage) -> None:
    stage.open()
    stage.timeline.show_sound(Sound(Tone(), Band(), DURATION, 1.0, (0, 255)))
    look = stage.canvas.scene.look
    assert stage.colour(stage.at(8.5, "waveform", 0.25)).name() == look.wave.name()
    assert stage.colour(stage.at(2.5, "waveform", 0.25)).name() == look.ground.name()
    table = look.loudness(0, 255)
    assert stage.colour(stage.at(8.5, "spectrogram", 0.9)).rgb() == table[255]
    assert stage.colour(stage.at(8.5, "spectrogram", 0.5)).rgb() == table[0]


def test_a_file_without_sound_says_so_in_little_room(stage: Stage) -> None:
    stage.open()
    row = stage.canvas.row_of("spectrogram")
    assert row is not None
    assert stage.canvas.scene.sound.note == "No sound in this file"
    assert row.height < 60


def test_a_missing_video_is_not_said_to_be_silent(stage: Stage) -> None:
    stage.session.open(media(duration=DURATION), "film", reachable=False)
    assert stage.canvas.scene.sound.note == "No sound: this video is missing"


def test_the_selected_utterance_is_outlined_marked_and_brought_into_view(stage: Stage) -> None:
    stage.open()
    stage.timeline.zoom_to(0.0, 2.0)
    stage.session.select("u3")
    assert stage.view[0] < 6.0 < stage.view[1]
    frame = stage.on("u3", 0.0) - QPoint(2, 0)
    assert stage.colour(frame).name() == stage.canvas.scene.look.accent.name()


def test_the_frames_used_are_marked_on_the_selected_utterance(stage: Stage) -> None:
    stage.open()
    stage.session.select("u1")
    before = stage.canvas.grab().toImage()
    find_faces(stage.session, "u1", (2.2, 3.0))
    after = stage.canvas.grab().toImage()
    block = stage.on("u1")
    changed = {
        x
        for x in range(before.width())
        if any(before.pixel(x, y) != after.pixel(x, y) for y in range(block.y(), block.y() + 60))
    }
    for time in (2.2, 3.0):
        assert stage.at(time).x() in changed
    assert stage.at(2.6).x() not in changed


def test_attention_arcs_begin_and_end_at_the_turns(stage: Stage) -> None:
    stage.open()
    stage.session.select("u4")  # attends to u0, u1 and u3
    ground = stage.canvas.scene.look.ground.name()
    for time, seen in ((0.75, True), (2.75, True), (6.75, True), (4.75, False)):
        assert (stage.colour(stage.at(time, "attention", 0.92)).name() != ground) == seen


def test_moving_the_playhead_repaints_only_a_few_pixels(stage: Stage, qtbot: QtBot) -> None:
    stage.open()
    stage.timeline.set_time(3.0)
    QApplication.processEvents()
    stage.canvas.bring_up_to_date()
    text = stage.canvas.scene.look.text.name()
    point = stage.at(5.75, "emotions")
    before = stage.colour(point).name()
    stage.timeline.set_time(5.75)
    assert stage.colour(point).name() == text != before
    assert not stage.canvas.stale
    stage.timeline.set_time(6.5)
    assert stage.colour(point).name() == before


def test_the_view_turns_a_page_with_the_playhead(stage: Stage) -> None:
    stage.open()
    stage.timeline.zoom_to(0.0, 2.0)
    for frame in range(60):
        stage.timeline.set_time(frame / 25)
    assert stage.view[0] < 59 / 25 < stage.view[1]
    assert stage.looked.at(stage.looked.count() - 1) == [pytest.approx(v) for v in stage.view]


def test_the_slots_zoom_around_the_playhead(stage: Stage) -> None:
    stage.open()
    stage.timeline.set_time(3.0)
    x = stage.at(3.0).x()
    stage.timeline.zoom_in()
    assert stage.view[1] - stage.view[0] == pytest.approx(DURATION / 1.5)
    assert abs(stage.at(3.0).x() - x) <= 1
    stage.timeline.zoom_out()
    stage.timeline.zoom_in()
    stage.timeline.fit()
    assert stage.view == (0.0, DURATION)


def choose(stage: Stage, title: str, shown: bool) -> None:
    """Check or uncheck a track in the context menu."""
    action = next(action for action in stage.timeline.menu(False).actions() if action.text() == title)
    assert action.isChecked() is not shown
    action.trigger()


def test_tracks_can_be_hidden_and_come_back(stage: Stage) -> None:
    stage.open()
    choose(stage, "Emotions", False)
    assert stage.canvas.row_of("emotions") is None
    assert stage.canvas.rows.placed[-1].bottom == stage.canvas.height()
    choose(stage, "Emotions", True)
    assert stage.canvas.row_of("emotions") is not None


def test_tracks_are_remembered(stage: Stage, qtbot: QtBot) -> None:
    stage.open()
    row = stage.canvas.row_of("lanes")
    assert row is not None
    stage.drag(QPoint(400, row.bottom), QPoint(400, row.bottom - 30))
    choose(stage, "Attention", False)
    other = Stage(qtbot)
    other.timeline.set_tracks(stage.timeline.tracks() + " -ruler -nothing lanes nonsense=12 emotions=x")
    other.open()
    before, after = ([(r.track.key, r.height) for r in s.canvas.rows.placed] for s in (stage, other))
    assert before == after
    other.timeline.shutdown()


def test_the_context_menu_lists_the_tracks(stage: Stage, qtbot: QtBot) -> None:
    stage.open()
    point = stage.at(5.0)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, stage.canvas.mapToGlobal(point))
    QApplication.sendEvent(stage.canvas, event)
    menu = stage.timeline.findChild(QMenu)
    assert menu is not None
    actions: dict[str, QAction] = {action.text(): action for action in menu.actions()}
    assert actions["Spectrogram"].isChecked()
    actions["Spectrogram"].trigger()
    assert stage.canvas.row_of("spectrogram") is None
    menu.close()


def test_many_speakers_scroll_under_the_ruler(stage: Stage) -> None:
    stage.open()
    begin(stage.session, [Utterance(f"u{i}", i / 10, i / 10 + 0.1, f"Speaker {i}") for i in range(40)])
    bar = stage.timeline.findChild(QScrollBar)
    assert bar is not None
    assert bar.isVisible()
    bar.setValue(bar.maximum())
    assert stage.canvas.rows.placed[-1].bottom == stage.canvas.height()
    stage.wheel(QPoint(10, 300), along=12_000)
    assert bar.value() == 0


def test_twenty_thousand_utterances_are_merged_into_columns(stage: Stage) -> None:
    stage.open()
    many = [Utterance(f"m{i}", i * DURATION / 20_000, (i + 0.9) * DURATION / 20_000, "Ada") for i in range(20_000)]
    begin(stage.session, many)
    for i in range(0, 20_000, 2):
        predict(stage.session, f"m{i}", "joy", share=1.0)
    seen = {stage.colour(stage.at(time, "lanes", h)).name() for time in (1.0, 5.0, 9.0) for h in (0.3, 0.9)}
    assert seen == {fill(stage, "joy"), stage.canvas.scene.look.unknown.name()}


def test_dark_and_light_follow_the_palette(stage: Stage) -> None:
    stage.open()
    try:
        for scheme in ("dark", "light"):
            apply_scheme(scheme)
            corner = stage.at(9.8, "emotions", 0.5)
            assert (stage.colour(corner).lightness() < 128) == (scheme == "dark")
    finally:
        apply_scheme("system")


def test_nothing_open_says_what_to_do(stage: Stage) -> None:
    image = stage.canvas.grab().toImage()
    assert len({image.pixel(x, image.height() // 2) for x in range(image.width())}) > 1
    stage.open()
    stage.session.open(None)
    assert stage.canvas.navigation.view.duration == 0


def test_another_file_begins_at_its_start(stage: Stage) -> None:
    stage.open()
    stage.timeline.zoom_to(4.0, 5.0)
    stage.timeline.set_time(4.5)
    stage.open(predicted=0)
    assert stage.view == (0.0, DURATION)
    assert stage.canvas.navigation.time == 0.0


def test_who_cannot_see_it_is_told_what_it_shows(stage: Stage) -> None:
    stage.open()
    stage.session.select("u3")
    assert stage.canvas.accessibleName() == "Timeline"
    assert "5 utterances of 2 speakers" in stage.canvas.accessibleDescription()
    assert "I am so happy for you" in stage.canvas.accessibleDescription()


def test_page_keys_turn_pages_and_other_keys_are_the_windows(stage: Stage, qtbot: QtBot) -> None:
    stage.open()
    stage.timeline.zoom_to(0.0, 2.0)
    qtbot.keyClick(stage.canvas, Qt.Key.Key_PageDown)
    assert stage.view == (pytest.approx(1.8), pytest.approx(3.8))
    qtbot.keyClick(stage.canvas, Qt.Key.Key_PageUp)
    qtbot.keyClick(stage.canvas, Qt.Key.Key_Right)
    assert stage.view == (0.0, 2.0)
