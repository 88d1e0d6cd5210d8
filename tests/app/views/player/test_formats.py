"""Playing shows the frame that is said whatever the container counts from and however uneven its frames are."""

from fractions import Fraction
from pathlib import Path

import pytest

from tests.app.views.player.conftest import Stage
from tests.app.views.player.test_exact import VARIABLE
from tests.media_maker import Picture, Sound, write_media

FILMS = {
    "plain.mkv": (Picture(), 0.0),
    "variable.mkv": (Picture(frames=60, times=VARIABLE), 0.0),
    "variable.mp4": (Picture(frames=60, times=VARIABLE), 0.0),
    "late.mp4": (Picture(start=5.0), 5.0),
    "late.mkv": (Picture(start=5.0), 5.0),
    "sound-first.mp4": (Picture(start=0.37), 0.0),
    "plain.webm": (Picture(), 0.0),
    "plain.avi": (Picture(), 0.0),
    "plain.mov": (Picture(fps=29.97), 0.0),
    "phone.mp4": (Picture(size=(96, 128), rotation=90), 0.0),
    "upside-down.mp4": (Picture(rotation=180), 0.0),
}
# Qt says of every packet of an avi that it has no presentation time; that is how avi is.
NAMES = [name for name in FILMS if name != "plain.avi"]
AVI = pytest.param("plain.avi", marks=pytest.mark.qt_log_ignore("AV_NOPTS_VALUE", extend=True))


@pytest.mark.parametrize("name", [*NAMES, AVI])
def test_what_is_seen_while_playing_and_after_pausing_is_what_is_said(stage: Stage, tmp_path: Path, name: str) -> None:
    picture, start = FILMS[name]
    stage.open(write_media(tmp_path / name, picture, Sound(start=start)))
    stage.agrees()
    told: list[tuple[int, int]] = []
    stage.player.time_changed.connect(lambda _: told.append((stage.player.playback.number, stage.seen())))
    stage.player.play()
    stage.until(lambda: stage.player.time > stage.index.times[0] + 0.5)
    stage.player.pause()
    assert len(told) > 3
    assert [number for number, _ in told] == [seen for _, seen in told]
    stage.agrees()
    number = stage.player.playback.number
    for steps in (1, -1, -1):
        stage.player.step(steps)
        number += steps
        stage.lands_on(number)


@pytest.mark.parametrize("name", ["variable.mkv", "late.mkv"])
def test_seeking_while_playing_goes_on_from_there(stage: Stage, tmp_path: Path, name: str) -> None:
    picture, start = FILMS[name]
    stage.open(write_media(tmp_path / name, picture, Sound(start=start)))
    stage.player.play()
    told: list[tuple[int, int]] = []
    stage.player.time_changed.connect(lambda _: told.append((stage.player.playback.number, stage.seen())))
    for time in (1.2, 0.4, 1.5):
        number = stage.index.at(time)
        told.clear()
        stage.player.seek(time)
        stage.until(lambda number=number: any(said > number for said, _ in told))
        assert all(said == seen for said, seen in told)
        assert min(said for said, _ in told if said >= number) <= number + 5


def test_stretched_pixels_are_shown_in_their_true_shape(stage: Stage, tmp_path: Path) -> None:
    stage.open(write_media(tmp_path / "anamorphic.mp4", Picture(aspect=Fraction(4, 3)), Sound()))
    still = stage.player.canvas.picture_rect()
    assert still.width() / still.height() == pytest.approx(128 * 4 / 3 / 96, rel=0.02)
    stage.player.play()
    stage.until(lambda: stage.player.time > 0.2)
    stage.player.pause()
    stage.agrees()
