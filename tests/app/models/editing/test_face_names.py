"""A face is named once and keeps its name, while the area weights stay the network's."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.models.editing.face_names import FaceNames, Known
from app.models.studio import Studio
from app.views.player.face_menu import face_menu
from app.views.player.overlay import label_of
from app.views.player.session_faces import SessionFaces
from m2fnet_core.base.dialogue import Box, FaceBox
from m2fnet_core.base.events import FacesScanned
from tests.app.desk import MEDIUM, studio_with

LEFT: Box = (10.0, 10.0, 50.0, 60.0)
RIGHT: Box = (80.0, 20.0, 100.0, 45.0)


def scan(studio: Studio, shift: float = 0.0) -> None:
    """Two faces, for two seconds."""
    for k in range(10):
        boxes = [(box[0] + shift, box[1], box[2] + shift, box[3]) for box in (LEFT, RIGHT)]
        faces = tuple(FaceBox(k / 5, box, 0.99, w) for box, w in zip(boxes, (0.8, 0.2), strict=True))
        studio.session.apply(FacesScanned(k / 5, faces))


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Scanned."""
    made = studio_with()
    scan(made)
    yield made
    made.close()


@pytest.fixture
def names(studio: Studio) -> FaceNames:
    """Of its faces."""
    return FaceNames(studio.project, studio.session)


def who(names: FaceNames) -> tuple[Known, ...]:
    """Of the left and the right face, a second in."""
    return names.of([LEFT, RIGHT], 1.0)


def entries(menu: QMenu) -> list[str]:
    """What a menu offers."""
    return [action.text() for action in menu.actions() if action.text()]


def choose(menu: QMenu, text: str) -> None:
    """Pick an entry."""
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_a_name_holds_for_the_whole_track(qtbot: QtBot, studio: Studio, names: FaceNames) -> None:
    left, right = who(names)
    assert (left.name, right.name) == ("", "")
    with qtbot.waitSignal(names.changed):
        names.name(left.track, "Ada")
    assert [known.name for known in names.of([RIGHT, LEFT], 0.3)] == ["", "Ada"]
    names.name(right.track, "Cy")
    assert "Cy" in names.speakers
    studio.project.undo()
    assert "Cy" not in names.speakers
    assert who(names)[1].name == ""


def test_the_boxes_say_who_and_keep_their_weights(studio: Studio, names: FaceNames) -> None:
    left, right = who(names)
    names.name(left.track, "Ada")
    names.dismiss(right.track)
    faces = SessionFaces(studio.session, names).faces_at(1.0)
    assert [label_of(face) for face in faces] == ["Ada 80 %", "no face 20 %"]
    names.forget(right.track)
    names.forget(left.track)
    assert [label_of(face) for face in SessionFaces(studio.session, names).faces_at(1.0)] == ["80 %", "20 %"]
    assert not studio.project.document.faces


def test_names_survive_another_scan_and_are_never_kept_twice(studio: Studio, names: FaceNames) -> None:
    names.name(who(names)[0].track, "Ada")
    scan(studio, 2.0)
    left = who(names)[0]
    assert left.name == "Ada"
    assert (MEDIUM, left.track) not in studio.project.document.faces
    names.name(left.track, "Bo")
    assert who(names)[0].name == "Bo"
    assert len(studio.project.document.faces) == 1


def test_two_names_of_one_person_are_merged(studio: Studio, names: FaceNames) -> None:
    names.name(who(names)[0].track, "Cy")
    names.merge("Cy", "Ada")
    assert who(names)[0].name == "Ada"
    assert names.speakers == ("Ada", "Bo")


def test_the_menu_of_a_face(qtbot: QtBot, studio: Studio, names: FaceNames) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    studio.project.opened.emit()  # the session is told that it can be changed
    menu = face_menu(who(names)[0], names, parent)
    assert entries(menu) == [
        "Seen from 0:00.00 to 0:01.80",
        "This is Ada",
        "This is Bo",
        "This is somebody else…",
        "Not a face",
    ]
    choose(menu, "This is Bo")
    menu = face_menu(who(names)[0], names, parent)
    assert {"Take this back", "Bo is the same person as"} <= set(entries(menu))
    choose(menu, "Not a face")
    assert who(names)[0].dismissed
    choose(face_menu(who(names)[0], names, parent), "Take this back")
    assert who(names)[0] == Known(who(names)[0].track)


def test_a_face_that_the_scan_has_not_come_to_says_so(qtbot: QtBot, studio: Studio, names: FaceNames) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    (unknown,) = names.of([LEFT], 9.0)
    assert unknown == Known()
    assert "looked for" in entries(face_menu(unknown, names, parent))[0]


def test_the_picture_offers_the_menu_of_the_face_under_the_pointer(
    qtbot: QtBot, studio: Studio, names: FaceNames
) -> None:
    from PySide6.QtGui import QColor, QContextMenuEvent

    from app.views.player.canvas import Canvas

    canvas = Canvas(lambda _: QColor("red"))
    qtbot.addWidget(canvas)
    canvas.set_video_size(128, 96)
    canvas.resize(256, 192)
    canvas.set_faces(SessionFaces(studio.session, names).faces_at(1.0))

    def press(x: int, y: int) -> None:
        place = QPoint(x, y)
        canvas.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, canvas.mapToGlobal(place)))

    with qtbot.waitSignal(canvas.face_menu_asked) as heard:
        press(180, 60)
    assert heard.args[0].box == RIGHT
    with qtbot.assertNotEmitted(canvas.face_menu_asked):
        press(250, 180)
