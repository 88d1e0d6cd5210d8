"""The table's model sorts and filters, and hears of predictions in bursts."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.tables.utterance_table import PLAYING, Column, UtteranceTable
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Presence
from tests.app.conversation import analysed, begin, predict, utterances

ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    """Five analysed utterances."""
    made = Session()
    analysed(made)
    return made


@pytest.fixture
def table(session: Session) -> UtteranceTable:
    """Its table."""
    return UtteranceTable(session)


def ids(table: UtteranceTable) -> str:
    """The shown utterances from top to bottom, by their numbers."""
    return "".join(table.utterance(place).id.removeprefix("u") for place in range(table.rowCount()))


def text(table: UtteranceTable, place: int, column: Column) -> str:
    """What a cell says."""
    return str(table.index(place, column).data())


def test_cells_say_what_a_person_reads(table: UtteranceTable) -> None:
    assert [text(table, 1, column) for column in Column][:7] == [
        "2",
        "0:02.00",
        "0:03.50",
        "Bo",
        "Oh no, it broke!",
        "",
        "surprise",
    ]
    assert text(table, 2, Column.TEXT) == ""


def test_tooltips_explain(session: Session, table: UtteranceTable) -> None:
    predict(session, "u0", present=Presence(text=True, audio=True), provisional=True)
    emotion = str(table.index(0, Column.EMOTION).data(Qt.ItemDataRole.ToolTipRole))
    assert emotion.startswith("joy 70 %\n")
    assert "Provisional" in emotion
    modalities = str(table.index(0, Column.MODALITIES).data(Qt.ItemDataRole.ToolTipRole))
    assert "sound: used" in modalities
    assert "faces: absent" in modalities
    assert "transcribed" in str(table.index(2, Column.TEXT).data(Qt.ItemDataRole.ToolTipRole))


@pytest.mark.parametrize(
    ("column", "order", "expected"),
    [
        (Column.NUMBER, ASCENDING, "01234"),
        (Column.NUMBER, DESCENDING, "43210"),
        (Column.START, DESCENDING, "43210"),
        (Column.SPEAKER, ASCENDING, "02413"),
        (Column.TEXT, ASCENDING, "20341"),
        (Column.EMOTION, ASCENDING, "42301"),
    ],
)
def test_sorting(table: UtteranceTable, column: Column, order: Qt.SortOrder, expected: str) -> None:
    table.sort(column, order)
    assert ids(table) == expected


def test_what_is_not_analysed_sorts_last(session: Session, table: UtteranceTable) -> None:
    begin(session, (*utterances(), *utterances(7)[5:]))
    table.sort(Column.EMOTION, ASCENDING)
    assert ids(table) == "4230156"


@pytest.mark.parametrize(
    ("words", "expected"),
    [("", "01234"), ("HELLO", "0"), ("bo", "13"), ("joy", "3"), ("ada alone", "4"), ("xyz", "")],
)
def test_filtering_by_text_speaker_and_emotion(table: UtteranceTable, words: str, expected: str) -> None:
    table.set_filter(words)
    assert ids(table) == expected
    assert [table.place(f"u{k}") is not None for k in range(5)] == [str(k) in expected for k in range(5)]


def test_predictions_are_told_together(qtbot: QtBot, session: Session, table: UtteranceTable) -> None:
    changes: list[tuple[int, int]] = []
    table.dataChanged.connect(lambda top, bottom: changes.append((top.row(), bottom.row())))
    with qtbot.waitSignal(table.dataChanged):
        for utterance in session.utterances[1:4]:
            predict(session, utterance.id, "disgust")
    assert changes == [(1, 3)]


def test_a_filter_on_emotions_follows_predictions(qtbot: QtBot, session: Session, table: UtteranceTable) -> None:
    table.set_filter("disgust")
    assert ids(table) == ""
    with qtbot.waitSignal(table.modelReset):
        predict(session, "u2", "disgust")
    assert ids(table) == "2"


def test_what_is_said_at_the_playhead_is_marked(table: UtteranceTable) -> None:
    table.set_playing(frozenset({"u1"}))
    table.set_playing(frozenset({"u2"}))
    assert [table.index(place, 0).data(PLAYING) for place in range(5)] == [False, False, True, False, False]


def test_twenty_thousand_rows_sort_and_filter(session: Session, table: UtteranceTable) -> None:
    begin(session, utterances(20_000))
    table.sort(Column.TEXT, DESCENDING)
    table.set_filter("hello ada")
    assert table.rowCount() == 2000
