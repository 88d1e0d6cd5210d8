"""Who annotates, and what a colleague's project brings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.commands.colleague import colleague_slots, import_project
from app.models.studio import Studio
from app.views.exchange.colleague import AnnotatorDialog, ColleagueDialog
from app.views.exchange.exchange import UnknownLabels
from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.document.commands import AddMedia, Decide, Insert, SetLabelSet
from m2fnet_core.document.content import Decision, Medium
from m2fnet_core.document.project import Project
from tests.app.desk import studio_with, turns


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """I decided u0."""
    made = studio_with()
    made.project.set_annotator("me")
    made.annotating.label("joy", "u0")
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """What dialogs belong to."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """The same video, decided by Bea, and by somebody of my name; one label is their own."""
    project = Project.create(tmp_path / "bea.m2f", LabelSet("theirs", ("joy", "anger", "bored")))
    project.do(AddMedia((Medium("v", tmp_path / "film.mp4", "", "0" * 64, 10.0),)))
    said = [turn.__class__(f"t{k}", "v", turn.start + 0.1, turn.end, "") for k, turn in enumerate(turns(5))]
    project.do(Insert(tuple(said), {}))
    project.do(Decide((Decision("t0", "Bea", "anger"), Decision("t1", "Bea", "bored"), Decision("t2", "me", "joy"))))
    project.close()
    return tmp_path / "bea.m2f"


def dialog_of(window: QWidget, kind: type[QWidget]) -> QWidget:
    """The latest of its kind."""
    return window.findChildren(kind)[-1]


def test_a_colleagues_decisions_come_over_as_one_step(
    qtbot: QtBot, studio: Studio, window: QWidget, theirs: Path
) -> None:
    import_project(studio, window, theirs)
    dialog = dialog_of(window, ColleagueDialog)
    assert isinstance(dialog, ColleagueDialog)
    assert dialog.names == {"Bea": "Bea", "me": "me 2"}
    dialog.line("me")[0].click()
    dialog.accept()
    asked = dialog_of(window, UnknownLabels)
    assert isinstance(asked, UnknownLabels)
    assert list(asked.boxes) == ["bored"]
    with qtbot.waitSignal(studio.notices.added) as heard:
        asked.accept()  # the first choice adds the label
    assert heard.args[0].text == "2 decisions on 1 video came from bea.m2f."
    document = studio.project.document
    assert "bored" in document.label_set.labels
    assert {u: d.label for (u, name), d in document.decisions.items() if name == "Bea"} == {
        "u0": "anger",
        "u1": "bored",
    }
    own = studio.project.decision("u0")
    assert own is not None
    assert own.label == "joy"
    studio.project.undo()
    assert "bored" not in studio.project.document.label_set.labels
    assert all(name == "me" for _, name in studio.project.document.decisions)


def test_a_project_of_other_videos_says_so(qtbot: QtBot, studio: Studio, window: QWidget, tmp_path: Path) -> None:
    Project.create(tmp_path / "empty.m2f").close()
    with qtbot.waitSignal(studio.notices.added) as heard:
        import_project(studio, window, tmp_path / "empty.m2f")
    assert "empty.m2f" in heard.args[0].text
    (tmp_path / "bad.m2f").write_bytes(b"no project")
    with qtbot.waitSignal(studio.notices.added) as heard:
        import_project(studio, window, tmp_path / "bad.m2f")
    assert "bad.m2f" in heard.args[0].text


def test_another_name_is_another_annotator(qtbot: QtBot, studio: Studio, window: QWidget) -> None:
    colleague_slots(studio, window)["annotator"]()
    dialog = dialog_of(window, AnnotatorDialog)
    assert isinstance(dialog, AnnotatorDialog)
    dialog.names.setCurrentText("  Cy ")
    assert "Nobody" in dialog.hint.text()
    dialog.accept()
    assert studio.project.annotator == "Cy"
    assert studio.session.decision("u0") is None
    assert ("u0", "me") in studio.project.document.decisions


def test_renaming_moves_ones_decisions(qtbot: QtBot, studio: Studio, window: QWidget) -> None:
    colleague_slots(studio, window)["annotator"]()
    dialog = dialog_of(window, AnnotatorDialog)
    assert isinstance(dialog, AnnotatorDialog)
    assert not dialog.rename.isEnabled()
    dialog.names.setCurrentText("Ada Miller")
    dialog.rename.click()
    dialog.accept()
    assert studio.project.annotator == "Ada Miller"
    moved = studio.session.decision("u0")
    assert moved is not None
    assert (moved.label, moved.annotator) == ("joy", "Ada Miller")
    assert list(studio.project.document.decisions) == [("u0", "Ada Miller")]
    assert studio.project.undo_title == "rename annotator"


def test_a_label_set_of_ones_own_is_no_obstacle(qtbot: QtBot, studio: Studio, window: QWidget, theirs: Path) -> None:
    own = studio.project.document.label_set
    studio.project.do(SetLabelSet(LabelSet(own.name, (*own.labels, "bored")), {}))
    import_project(studio, window, theirs)
    dialog = dialog_of(window, ColleagueDialog)
    assert isinstance(dialog, ColleagueDialog)
    with qtbot.waitSignal(studio.notices.added) as heard:
        dialog.accept()
    assert heard.args[0].text.startswith("3 decisions")
