"""Boxes sit exactly where the face is in the picture; their labels can be read on any picture."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter

from app.base.theme import speaker_colour
from app.views.player.faces import FaceOnScreen
from app.views.player.overlay import on_screen, paint_faces, place_label
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.events import FacesFound
from tests.app.views.player.conftest import Stage
from tests.app.views.player.test_overlay import face
from tests.media_maker import Picture, write_media

PICTURE = QRectF(40, 25, 600, 400)
SIZE = QSizeF(46, 18)
edge = st.floats(-200, 900)


@given(x=edge, y=edge, width=st.floats(1, 700), height=st.floats(1, 700))
def test_a_label_is_always_inside_the_picture(x: float, y: float, width: float, height: float) -> None:
    assert PICTURE.contains(place_label(SIZE, QRectF(x, y, width, height), PICTURE, ()))


def test_a_label_at_the_upper_edge_goes_below_its_box() -> None:
    box = QRectF(100, PICTURE.top() + 2, 80, 90)
    assert place_label(SIZE, box, PICTURE, ()).top() > box.bottom()


def test_labels_of_faces_close_together_do_not_cover_each_other() -> None:
    taken: list[QRectF] = []
    for left in (200, 212, 224, 236):
        taken.append(place_label(SIZE, QRectF(left, 150, 60, 60), PICTURE, taken))
    assert not any(a.intersects(b) for i, a in enumerate(taken) for b in taken[:i])


def test_a_box_scales_with_the_picture() -> None:
    assert on_screen((320, 180, 640, 360), QRectF(10, 20, 640, 360), 1280, 720) == QRectF(170, 110, 160, 90)


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#39a0ed", "#777777"])
@pytest.mark.parametrize("exact", [True, False])
def test_a_label_stands_out_from_any_ground(ground: str, exact: bool) -> None:
    image = QImage(640, 450, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    shown = FaceOnScreen((200, 150, 300, 300), 0.5, exact, "Ann")
    paint_faces(painter, QRectF(image.rect()), (640, 450), [shown], lambda _: QColor("#39a0ed"))
    painter.end()
    tones = [image.pixelColor(x, y).lightness() for x in range(196, 250) for y in range(126, 149)]
    assert max(tones) - min(tones) > 100


def test_the_box_is_drawn_around_the_face_in_a_letterboxed_picture(stage: Stage, tmp_path: Path) -> None:
    """The line of the speaker's colour runs where the box says."""
    stage.open(write_media(tmp_path / "film.mp4", Picture(), None))
    stage.session.set_utterances([Utterance("a", 0.0, 1.0, "Ann")])
    stage.session.apply(FacesFound("a", (0.0,), (face(0.0, 50.0),)))
    stage.player.set_overlays(True)
    canvas = stage.player.canvas
    stage.until(lambda: bool(canvas.faces))
    box = on_screen((50.0, 20.0, 80.0, 60.0), canvas.picture_rect(), 128, 96)
    seen = canvas.grab().toImage()
    colour = speaker_colour("Ann", ("Ann",))
    for x, y in ((box.left(), box.center().y()), (box.right(), box.center().y()), (box.center().x(), box.bottom())):
        near = [seen.pixelColor(round(x) + i, round(y) + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        assert any(abs(p.red() - colour.red()) + abs(p.blue() - colour.blue()) < 40 for p in near)


def test_thirty_faces_are_all_labelled() -> None:
    image = QImage(1280, 720, QImage.Format.Format_RGB32)
    image.fill(QColor("#202020"))
    painter = QPainter(image)
    faces = [
        FaceOnScreen(
            (40.0 + 120 * (i % 10), 60.0 + 220 * (i // 10), 100.0 + 120 * (i % 10), 140.0 + 220 * (i // 10)),
            1 / 30,
            True,
        )
        for i in range(30)
    ]
    paint_faces(painter, QRectF(image.rect()), (1280, 720), faces, lambda _: QColor("#f28f3b"))
    painter.end()
    for shown in faces:
        left, top = round(shown.box[0]), round(shown.box[1])
        row = [image.pixelColor(left + x, top - 10).name() for x in range(2, 30)]
        assert "#f28f3b" in row
