"""Standing still: the frame on screen is the one that is said, on every kind of file."""

from pathlib import Path

import numpy as np
import pytest

from tests.app.views.player.conftest import Stage
from tests.media_maker import Picture, Sound, write_media

RNG = np.random.default_rng(4)
VARIABLE = tuple(np.cumsum(RNG.uniform(0.01, 0.12, 60)).tolist())
FILMS = {
    "constant.mp4": Picture(),
    "variable.mkv": Picture(frames=60, times=VARIABLE),
    "late.mp4": Picture(start=5.0),
    "long-gop.mp4": Picture(frames=80, gop=80),
}


@pytest.mark.parametrize("name", FILMS)
def test_steps_forward_and_back_show_that_very_frame(stage: Stage, tmp_path: Path, name: str) -> None:
    sound = Sound(start=FILMS[name].start)
    stage.open(write_media(tmp_path / name, FILMS[name], sound))
    stage.agrees()
    for steps, number in ((1, 1), (1, 2), (10, 12), (-1, 11), (-11, 0), (-1, 0)):
        stage.player.step(steps)
        stage.lands_on(number)


@pytest.mark.parametrize("name", FILMS)
def test_seeking_lands_on_the_frame_shown_at_that_time(stage: Stage, tmp_path: Path, name: str) -> None:
    stage.open(write_media(tmp_path / name, FILMS[name], Sound(start=FILMS[name].start)))
    last = float(stage.index.times[-1])
    for time in (*RNG.uniform(0, last, 12).tolist(), last, 0.0, last + 100, -3.0):
        stage.player.seek(time)
        stage.lands_on(stage.index.at(min(max(time, 0.0), last)))


def test_the_newest_of_many_seeks_wins(stage: Stage, tmp_path: Path) -> None:
    stage.open(write_media(tmp_path / "film.mp4", Picture(frames=80, gop=40)))
    for number in (70, 3, 55, 20, 41):
        stage.player.seek(float(stage.index.times[number]))
    stage.lands_on(41)


def test_a_rotated_phone_video_stands_upright(stage: Stage, tmp_path: Path) -> None:
    stage.open(write_media(tmp_path / "phone.mp4", Picture(size=(96, 128), rotation=90)))
    rect = stage.player.canvas.picture_rect()
    assert rect.height() > rect.width()
    stage.player.step(7)
    stage.lands_on(7)


def test_a_second_further_and_back(stage: Stage, tmp_path: Path) -> None:
    stage.open(write_media(tmp_path / "film.mp4"))
    stage.player.skip(1.0)
    stage.lands_on(25)
    stage.player.skip(-1.0)
    stage.lands_on(0)


def test_one_frame_is_a_video_too(stage: Stage, tmp_path: Path) -> None:
    stage.open(write_media(tmp_path / "one.mp4", Picture(frames=1), None))
    stage.player.step(1)
    stage.lands_on(0)
