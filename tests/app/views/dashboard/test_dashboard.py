"""The videos of a project: what is done and left of each, and what is the matter."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.models.studio import Studio
from app.models.tables.media_table import Column
from app.views.dashboard.dashboard import Dashboard
from m2fnet_core.base.requests import Analyze
from m2fnet_core.batch.folder import made
from m2fnet_core.batch.outcome import Journal, Outcome
from m2fnet_core.batch.plan import Plan, Task, keep_plan
from m2fnet_core.batch.settings import Settings as RunSettings
from m2fnet_core.document.commands import AddMedia
from m2fnet_core.document.content import Medium
from tests.app.desk import MEDIUM, studio_with


@pytest.fixture
def studio(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """Two videos: one analysed whose file is missing, one new."""
    made = studio_with()
    path = tmp_path / "new.mp4"
    path.write_bytes(b"video")
    made.project.do(AddMedia((Medium("new", path, "", "n" * 8, 75.0),)))
    yield made
    made.close()


@pytest.fixture
def view(qtbot: QtBot, studio: Studio) -> Iterator[Dashboard]:
    """On the screen, counted."""
    made = Dashboard(studio.project, studio.session, studio.queue, studio.settings)
    qtbot.addWidget(made)
    made.resize(900, 300)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.model.rowCount() == 2)
    yield made
    made.close_reader()


def text(view: Dashboard, place: int, column: Column) -> str:
    """What a cell says."""
    return str(view.model.index(place, column).data())


def test_each_video_says_how_far_it_is(qtbot: QtBot, studio: Studio, view: Dashboard) -> None:
    assert [text(view, 0, column) for column in (Column.NAME, Column.UTTERANCES, Column.ANALYSED, Column.LEFT)] == [
        "film.mp4",
        "5",
        "5",
        "5",
    ]
    assert (text(view, 0, Column.STATE), text(view, 1, Column.STATE)) == ("missing", "new")
    assert text(view, 1, Column.LENGTH) == "1 min"
    studio.annotating.label("joy", "u1")
    qtbot.waitUntil(lambda: text(view, 0, Column.DECIDED) == "1")
    assert view.summary.text() == "2 videos · 1 of 5 decided"
    studio.project.set_annotator("somebody else")
    qtbot.waitUntil(lambda: text(view, 0, Column.DECIDED) == "0")


def test_a_missing_video_says_why_and_offers_the_way_out(qtbot: QtBot, view: Dashboard) -> None:
    tip = str(view.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole))
    assert "is not there" in tip
    assert view.find_button.isVisible()
    with qtbot.waitSignal(view.relink_asked):
        view.find_button.click()
    assert "Find missing…" in [action.text() for action in view.menu_of(0).actions()]
    assert "Find missing…" not in [action.text() for action in view.menu_of(1).actions()]


def test_double_click_and_return_show_a_video(qtbot: QtBot, view: Dashboard) -> None:
    with qtbot.waitSignal(view.chosen) as heard:
        view.table.doubleClicked.emit(view.model.index(1, 0))
    assert heard.args == ["new"]
    view.table.selectRow(0)
    with qtbot.waitSignal(view.chosen) as heard:
        QTest.keyClick(view.table, Qt.Key.Key_Return)
    assert heard.args == [MEDIUM]
    with qtbot.waitSignal(view.add_asked):
        view.add_button.click()


def test_a_narrow_panel_leaves_columns_out(qtbot: QtBot, view: Dashboard) -> None:
    assert not view.table.isColumnHidden(Column.LENGTH)
    view.resize(300, 300)
    qtbot.waitUntil(lambda: view.table.isColumnHidden(Column.LENGTH))
    assert not view.table.isColumnHidden(Column.DECIDED)


def test_the_queue_is_seen(qtbot: QtBot, studio: Studio, view: Dashboard) -> None:
    studio.queue.add([MEDIUM])
    assert studio.queue.places[MEDIUM].reason
    assert text(view, 0, Column.STATE) == "missing"
    assert not view.stop_button.isVisible()


def test_a_run_over_many_videos_is_followed_by_its_folder(
    qtbot: QtBot, studio: Studio, view: Dashboard, tmp_path: Path
) -> None:
    """Also by the next window; nothing but the folder is needed."""
    settings = RunSettings(Analyze(Path()), "starter", "ab" * 32)
    folder = made(tmp_path / "results", settings)
    tasks = tuple(Task(Path(f"/videos/{name}.mp4"), f"{name}.json", 60.0) for name in "ab")
    keep_plan(Plan(tasks, ()), folder)
    view.followed.follow(tmp_path / "results")
    qtbot.waitUntil(lambda: "results: 0 done, 0 failed, 0 skipped, 2 left" in view.followed.words.text())
    Journal(folder.journals).add(Outcome(media="/videos/a.mp4", state="done", seconds=6.0, length=60.0))
    again = Dashboard(studio.project, studio.session, studio.queue, studio.settings)
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: "1 done" in again.followed.words.text())
    again.followed.follow(tmp_path)
    qtbot.waitUntil(lambda: "holds no run" in again.followed.words.text())
    again.followed.forget_button.click()
    assert again.followed.words.text() == ""
    again.close_reader()
