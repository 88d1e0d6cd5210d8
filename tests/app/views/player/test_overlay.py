"""Faces over the picture belong to the frame on screen."""

from pathlib import Path

import pytest

from m2fnet_core.base.dialogue import FaceBox, Utterance
from m2fnet_core.base.events import FacesFound, FacesScanned
from tests.app.views.player.conftest import Stage
from tests.media_maker import Picture, Sound, write_media


def face(time: float, left: float) -> FaceBox:
    return FaceBox(time, (left, 20.0, left + 30.0, 60.0), 0.99, 1.0)


@pytest.fixture
def talk(stage: Stage, tmp_path: Path) -> Stage:
    """Faces scanned at 0.4 s and 0.6 s, and the network's own at 0.8 s."""
    stage.open(write_media(tmp_path / "film.mp4", Picture(), Sound()))
    stage.session.set_utterances([Utterance("a", 0.7, 1.0, "Ann", "Well.")])
    stage.session.apply(FacesScanned(0.4, (face(0.4, 10.0),)))
    stage.session.apply(FacesScanned(0.6, (face(0.6, 20.0),)))
    stage.session.apply(FacesFound("a", (0.8,), (face(0.8, 50.0),)))
    stage.player.set_overlays(True)
    return stage


def test_between_two_samples_a_box_moves_with_the_face(talk: Stage) -> None:
    talk.player.seek(0.5)
    talk.until(lambda: bool(talk.player.canvas.faces) and talk.player.playback.number == 12)
    (drawn,) = talk.player.canvas.faces
    assert not drawn.exact
    assert 10.0 < drawn.box[0] < 20.0


def test_on_a_frame_the_network_used_its_own_boxes_are_drawn(talk: Stage) -> None:
    talk.player.seek(0.8)
    talk.until(lambda: talk.player.playback.number == 20)
    (drawn,) = talk.player.canvas.faces
    assert (drawn.exact, drawn.box[0], drawn.speaker) == (True, 50.0, "Ann")


def test_boxes_change_the_picture_and_can_be_switched_off(talk: Stage) -> None:
    talk.player.seek(0.8)
    talk.until(lambda: talk.player.playback.number == 20)
    canvas = talk.player.canvas
    with_boxes = canvas.grab().toImage()
    talk.player.set_overlays(False)
    assert not canvas.faces
    assert canvas.grab().toImage() != with_boxes


def test_a_moment_far_from_every_sample_has_no_boxes(talk: Stage) -> None:
    talk.player.seek(1.6)
    talk.until(lambda: talk.player.playback.number == 40)
    assert not talk.player.canvas.faces
