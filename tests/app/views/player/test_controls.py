"""What a person does with the player: buttons, menus, the slider, locking to an utterance, looping it."""

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QIcon, QPalette

from app.base.theme import apply_scheme
from app.views.player.slider import SlimSlider
from app.views.player.transport import SPEEDS, clock
from m2fnet_core.base.dialogue import Prediction, Presence, Utterance
from m2fnet_core.base.events import Predicted
from tests.app.views.player.conftest import Stage
from tests.media_maker import Picture, Sound, write_media

UTTERANCES = (
    Utterance("a", 0.21, 0.69, "Ann", "Well, there it is."),
    Utterance("b", 0.9, 1.4, "Ben", None),
)


@pytest.fixture
def talk(stage: Stage, tmp_path: Path) -> Stage:
    """Three seconds, two utterances."""
    stage.open(write_media(tmp_path / "film.mp4", Picture(frames=75), Sound(seconds=3.0)))
    stage.session.set_utterances(UTTERANCES)
    return stage


def press(stage: Stage, slider: SlimSlider, share: float) -> None:
    stage.qtbot.mouseClick(
        slider, Qt.MouseButton.LeftButton, pos=QPoint(round(6 + share * (slider.width() - 12)), slider.height() // 2)
    )


def test_time_is_told_to_the_thousandth() -> None:
    assert clock(3723.4564) == "01:02:03.456"
    assert clock(59.9996) == "00:01:00.000"


def test_the_bar_tells_time_and_frame_number(talk: Stage) -> None:
    talk.player.step(30)
    talk.lands_on(30)
    bar = talk.player.transport
    assert (bar.time.text(), bar.number.text()) == ("00:00:01.200", "frame 30")


def test_buttons_step_and_play(talk: Stage) -> None:
    bar = talk.player.transport
    bar.on.click()
    talk.lands_on(1)
    bar.back.click()
    talk.lands_on(0)
    bar.play.click()
    assert talk.player.playing
    bar.play.click()
    assert not talk.player.playing


def test_the_rail_seeks_where_it_is_pressed(talk: Stage) -> None:
    press(talk, talk.player.transport.place, 0.5)
    talk.until(lambda: talk.player.time > 1)
    talk.agrees()
    assert talk.player.time == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize("speed", SPEEDS)
def test_every_speed_of_the_menu_is_kept_while_playing(talk: Stage, speed: float) -> None:
    entry = next(a for a in talk.player.transport.speed.menu().actions() if a.data() == speed)
    entry.trigger()
    assert talk.player.transport.speed.text() == f"{speed:g}×"
    talk.player.play()
    talk.until(lambda: talk.player.time > 0.1)
    talk.player.pause()
    assert talk.player.playback.rate == speed
    talk.agrees()


def test_the_pitch_of_voices_is_kept(talk: Stage) -> None:
    assert talk.player.playback.movie.keeps_pitch


def test_volume_and_silence(talk: Stage) -> None:
    said: list[tuple[float, bool]] = []
    bar = talk.player.transport
    bar.volume_chosen.connect(lambda volume, muted: said.append((volume, muted)))
    press(talk, bar.volume, 0.25)
    bar.sound.click()
    press(talk, bar.volume, 0.5)
    assert said == [(pytest.approx(0.25, abs=0.02), False), (said[0][0], True), (pytest.approx(0.5, abs=0.02), False)]


def test_space_inside_a_selected_utterance_stays_within_its_bounds(talk: Stage) -> None:
    talk.session.select("a")
    talk.player.seek(UTTERANCES[0].start)
    talk.lands_on(5)
    talk.player.toggle()
    talk.until(lambda: not talk.player.playing)
    talk.lands_on(17)
    talk.player.toggle()
    talk.until(lambda: talk.player.time < 0.4)
    talk.until(lambda: not talk.player.playing)
    talk.lands_on(17)


def test_space_goes_on_from_where_it_paused_in_the_utterance(talk: Stage) -> None:
    talk.session.select("a")
    talk.player.seek(0.21)
    talk.lands_on(5)
    talk.player.toggle()
    talk.until(lambda: talk.player.time > 0.3)
    talk.player.toggle()
    paused = talk.player.time
    times: list[float] = []
    talk.player.time_changed.connect(times.append)
    talk.player.toggle()
    talk.until(lambda: not talk.player.playing)
    assert min(times) >= paused


def test_space_outside_the_selected_utterance_plays_on_freely(talk: Stage) -> None:
    talk.session.select("b")
    talk.player.toggle()
    talk.until(lambda: talk.player.time > 1.5)
    talk.player.pause()


def test_the_loop_takes_hold_of_the_utterance_being_played_and_lets_go(talk: Stage) -> None:
    times: list[float] = []
    talk.player.time_changed.connect(times.append)
    talk.player.seek(0.4)
    talk.player.play()
    talk.player.loop_action.trigger()
    talk.until(lambda: any(b < a for a, b in pairwise(times)))
    talk.player.loop_action.trigger()
    talk.until(lambda: talk.player.time > 0.8)
    talk.player.pause()


def test_the_words_under_the_picture_follow_the_frame(talk: Stage) -> None:
    talk.player.set_overlays(True)
    caption = talk.player.caption
    assert caption.utterance is None
    for time, utterance in ((0.5, UTTERANCES[0]), (1.0, UTTERANCES[1]), (2.0, None)):
        talk.player.seek(time)
        talk.until(lambda utterance=utterance: caption.utterance == utterance)
    talk.player.seek(0.5)
    talk.until(lambda: caption.utterance == UTTERANCES[0])
    before = caption.grab().toImage()
    talk.session.apply(Predicted(Prediction("a", "joy", {"joy": 0.7, "fear": 0.3}, Presence(text=True))))
    assert caption.grab().toImage() != before


def test_overlays_are_one_switch_for_boxes_and_words(talk: Stage) -> None:
    told: list[bool] = []
    talk.player.overlays_changed.connect(told.append)
    talk.player.overlays_action.trigger()
    assert talk.player.caption.isVisible()
    talk.player.set_overlays(False)
    assert not talk.player.caption.isVisible()
    assert told == [True, False]


def test_symbols_follow_the_palette(talk: Stage) -> None:
    def ink(icon: QIcon) -> int:
        image = icon.pixmap(32).toImage()
        colours = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
        return max((c for c in colours if c.alpha() > 250), key=lambda c: c.alpha()).lightness()

    tones = []
    for scheme in ("dark", "light"):
        apply_scheme(scheme)
        talk.until(lambda: True)
        tones.append((ink(talk.player.transport.play.icon()), talk.player.palette().color(QPalette.ColorRole.Window)))
    assert tones[0][0] > 150 > tones[1][0]


def test_a_narrow_player_leaves_out_what_is_least_needed(talk: Stage) -> None:
    bar = talk.player.transport
    assert bar.volume.isVisible()
    talk.player.resize(420, 320)
    talk.until(lambda: bar.width() <= 420)
    assert not bar.volume.isVisible()
    assert bar.play.isVisible()
    assert bar.time.isVisible()


@pytest.mark.parametrize("width", [420, 500, 560, 600, 640, 700, 900])
def test_no_time_is_ever_cut_off(talk: Stage, width: int) -> None:
    bar = talk.player.transport
    talk.player.resize(width, 420)
    talk.until(lambda: bar.width() == width)
    bar.set_time(9.876, 99999)
    bar.grab()  # lays it out
    for part in (bar.time, bar.total, bar.number):
        assert not part.isVisible() or part.width() >= part.sizeHint().width()
    assert bar.total.isVisible() or not bar.volume.isVisible()  # the volume goes first
    assert bar.total.isVisible() == (width > 420)


def test_nothing_open_says_what_to_do(stage: Stage) -> None:
    assert not stage.player.transport.isEnabled()
    assert "Open a video" in stage.player.canvas.page_text
    stage.player.toggle()
    stage.player.step(1)
    stage.player.shuttle(-1)
    stage.player.seek(3.0)
    assert not stage.player.playing


def test_sound_alone_says_that_there_is_no_picture(stage: Stage, tmp_path: Path) -> None:
    stage.open(write_media(tmp_path / "talk.mp3", None, Sound(seconds=1.0)))
    assert "no picture" in stage.player.canvas.page_text
    stage.player.seek(0.7)
    stage.player.play()
    stage.until(lambda: not stage.player.playing)
    assert stage.player.time == pytest.approx(1.0, abs=0.1)
