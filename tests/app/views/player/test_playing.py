"""Time runs: play, pause, spans, loops, the shuttle, sound alone and pictures alone."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.app.views.player.conftest import Stage
from tests.media_maker import Picture, Sound, write_media


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_media(tmp_path / "film.mp4", Picture(frames=75), Sound(seconds=3.0))


def test_pausing_stays_on_the_frame_that_is_on_screen(stage: Stage, film: Path) -> None:
    stage.open(film)
    stage.player.play()
    stage.until(lambda: stage.player.time > 0.3)
    stage.player.pause()
    stage.agrees()
    number = stage.player.playback.number
    stage.player.step(1)
    stage.lands_on(number + 1)


def test_every_frame_while_playing_is_the_one_that_is_said(stage: Stage, film: Path) -> None:
    stage.open(film)
    told: list[tuple[int, int]] = []
    stage.player.time_changed.connect(lambda _: told.append((stage.player.playback.number, stage.seen())))
    stage.player.play()
    stage.until(lambda: stage.player.time > 0.6)
    stage.player.pause()
    assert len(told) > 3
    assert [number for number, _ in told] == [seen for _, seen in told]


def test_playing_ends_on_the_last_frame_and_starts_over(stage: Stage, film: Path) -> None:
    stage.open(film)
    stage.player.seek(2.3)
    stage.player.play()
    stage.until(lambda: not stage.player.playing)
    stage.lands_on(74)
    stage.player.play()
    stage.until(lambda: stage.player.playing and 0 < stage.player.time < 1)


def test_a_span_stops_on_its_last_frame(stage: Stage, film: Path) -> None:
    stage.open(film)
    stage.player.play_span(0.5, 1.0)
    stage.until(lambda: not stage.player.playing)
    stage.lands_on(24)


def test_a_loop_comes_back_until_it_is_stopped(stage: Stage, film: Path) -> None:
    stage.open(film)
    times: list[float] = []
    stage.player.time_changed.connect(times.append)
    stage.player.play_span(0.4, 0.8, loop=True)
    stage.until(lambda: sum(b < a for a, b in pairwise(times)) >= 2)
    stage.player.pause()
    assert max(times) < 0.8


def test_the_shuttle_runs_both_ways_and_faster_each_time(stage: Stage, film: Path) -> None:
    stage.open(film)
    rates: list[float] = []
    stage.player.playback.rate_changed.connect(rates.append)
    stage.player.seek(1.0)
    for _ in range(3):
        stage.player.shuttle(1)
    assert rates[-1] == 2.0
    stage.until(lambda: stage.player.time > 1.4)
    stage.player.shuttle(-1)
    assert stage.player.playback.rate == -1.0
    stage.until(lambda: stage.player.time < 1.2)
    stage.player.shuttle(0)
    assert not stage.player.playing
    stage.until(lambda: not stage.player.playback.screen.awaiting)
    stage.agrees()


def test_a_film_without_sound_plays(stage: Stage, tmp_path: Path) -> None:
    stage.open(write_media(tmp_path / "silent.mp4", Picture(), None))
    stage.player.set_speed(2.0)
    stage.player.play()
    stage.until(lambda: stage.player.time > 0.5)
    stage.player.pause()
    stage.agrees()


def test_sound_without_a_picture_plays_and_says_so(stage: Stage, tmp_path: Path) -> None:
    stage.open(write_media(tmp_path / "talk.wav", None, Sound(seconds=3.0)))
    assert not stage.player.canvas.has_picture
    stage.player.play()
    stage.until(lambda: stage.player.time > 0.2)
    stage.player.pause()
    paused = stage.player.time
    stage.player.skip(1.0)
    assert stage.player.time == pytest.approx(paused + 1.0)


@pytest.mark.qt_log_ignore("Could not open media")
def test_a_file_that_goes_away_is_told_in_one_sentence(stage: Stage, film: Path) -> None:
    stage.open(film)
    told: list[str] = []
    stage.player.failed.connect(told.append)
    info = stage.player.playback.info
    stage.player.open(None)
    film.unlink()
    stage.player.open(info)
    stage.until(lambda: bool(told))
    assert "film.mp4" in told[0]


def test_closing_in_the_middle_leaves_nothing_running(stage: Stage, film: Path) -> None:
    stage.open(film)
    stage.player.play()
    stage.until(lambda: stage.player.time > 0.1)
    stage.player.close()
    assert not stage.player.playing
