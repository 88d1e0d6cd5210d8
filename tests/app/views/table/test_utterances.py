"""The table follows the selection both ways and the playhead."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.models.tables.utterance_table import Column
from app.models.video.session import Session
from app.views.table.utterances import Utterances
from tests.app.conversation import analysed, begin, media, utterances

Show = Callable[[Session], Utterances]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Put a table of a session on the screen."""

    def build(session: Session) -> Utterances:
        view = Utterances(session)
        view.resize(700, 400)
        qtbot.addWidget(view)
        with qtbot.waitExposed(view):
            view.show()
        return view

    return build


def test_a_click_selects_everywhere(qtbot: QtBot, show: Show) -> None:
    session = Session()
    analysed(session)
    view = show(session)
    cell = view.table.visualRect(view.table.model().index(3, Column.TEXT)).center()
    with qtbot.waitSignal(session.selection_changed) as heard:
        qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    assert heard.args == ["u3"]


def test_the_arrow_keys_go_from_utterance_to_utterance(qtbot: QtBot, show: Show) -> None:
    session = Session()
    analysed(session)
    view = show(session)
    session.select("u1")
    QTest.keyClick(view.table, Qt.Key.Key_Down)
    assert session.selected == "u2"


def test_a_selection_from_elsewhere_is_shown_and_scrolled_to(qtbot: QtBot, show: Show) -> None:
    session = Session()
    session.open(media())
    begin(session, utterances(500))
    view = show(session)
    session.select("u400")
    assert view.table.currentIndex().row() == 400
    assert view.table.viewport().rect().intersects(view.table.visualRect(view.table.currentIndex()))
    session.select("")
    assert not view.table.currentIndex().isValid()
    assert not view.table.selectionModel().hasSelection()


def test_the_selection_survives_sorting_and_filtering(qtbot: QtBot, show: Show) -> None:
    session = Session()
    analysed(session)
    view = show(session)
    session.select("u3")
    view.table.sortByColumn(Column.TEXT, Qt.SortOrder.DescendingOrder)
    assert view.table.currentIndex().row() == 2
    QTest.keyClicks(view.filter_box, "bo")
    assert view.table.model().rowCount() == 2
    assert session.selected == "u3"
    QTest.keyClick(view.filter_box, Qt.Key.Key_Escape)
    assert view.filter_box.text() == ""
    assert view.table.model().rowCount() == 5


def test_playing_scrolls_the_table_to_what_is_said(qtbot: QtBot, show: Show) -> None:
    session = Session()
    session.open(media())
    begin(session, utterances(500))
    view = show(session)
    view.set_time(600.5)
    assert view.table.verticalScrollBar().value() == 0
    view.set_playing(True)
    view.set_time(800.5)
    assert view.table.viewport().rect().intersects(view.table.visualRect(view.table.model().index(400, 0)))


def test_it_says_why_it_is_empty(qtbot: QtBot, show: Show) -> None:
    session = Session()
    view = show(session)
    assert view.table.empty_text.startswith("Open a video")
    session.open(media())
    assert "as soon as" in view.table.empty_text
    begin(session, utterances())
    view.filter_box.setText("nobody says this")
    assert view.table.empty_text == "No utterance matches the filter."


def test_letters_typed_in_the_filter_box_are_no_shortcuts(qtbot: QtBot) -> None:
    session = Session()
    analysed(session)
    window = QWidget()
    qtbot.addWidget(window)
    view = Utterances(session)
    QVBoxLayout(window).addWidget(view)
    pressed: list[str] = []
    action = window.addAction("Stop")
    action.setShortcuts(["K", "Space", "Left", "Tab"])
    action.triggered.connect(lambda: pressed.append("K"))
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    view.focus_filter()
    qtbot.waitUntil(view.filter_box.hasFocus)
    QTest.keyClicks(view.filter_box, "k k")
    QTest.keyClick(view.filter_box, Qt.Key.Key_Left)
    assert view.filter_box.text() == "k k"
    assert pressed == []
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_K)
    assert pressed == ["K"]
