"""Review bar, filters, cells, keyboard dialogs: what a person sees and clicks while annotating."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.base.settings import Settings
from app.models.keyboard import Keyboard
from app.models.studio import Studio
from app.models.tables.filters import Filters
from app.models.tables.utterance_table import Column, UtteranceTable
from app.views.exchange.exchange import UnknownLabels
from app.views.frame.keyboard import CheatSheet, KeyboardEditor
from app.views.table.review_bar import ReviewBar
from app.views.table.utterances import Utterances
from m2fnet_core.document.review import Order
from tests.app.desk import studio_with


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Five utterances of Ada and Bo."""
    made = studio_with()
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Something to hang dialogs on."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


def shown(table: UtteranceTable) -> str:
    """The numbers of the rows."""
    return "".join(table.utterance(place).id.removeprefix("u") for place in range(table.rowCount()))


def test_the_review_bar_says_how_it_stands(qtbot: QtBot, studio: Studio) -> None:
    bar = ReviewBar(studio.review)
    qtbot.addWidget(bar)
    assert bar.left.text() == "5 left"
    studio.annotating.label("anger", "u0")
    assert bar.left.text() == "4 left"
    assert "You changed 1 of 1" in bar.errors.toolTip()
    studio.review.set_order(Order.DIFFERENT)
    assert bar.left.text() == "1 left"
    studio.project.set_blind(True)
    assert bar.orders.currentText() == "In order of time"
    with qtbot.waitSignal(bar.next_clicked):
        bar.go.click()


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(undecided=True), "234"),
        (Filters(unsure=True), "1"),
        (Filters(changed=True), "0"),
        (Filters(emotions=frozenset({"anger"})), "04"),
        (Filters(speakers=frozenset({"Bo"})), "13"),
        (Filters(speakers=frozenset({"Bo"}), undecided=True), "3"),
        (Filters(words=("laughs",)), "1"),
        (Filters(), "01234"),
    ],
)
def test_filters(studio: Studio, filters: Filters, rows: str) -> None:
    studio.annotating.label("anger", "u0")
    studio.annotating.label("surprise", "u1")
    studio.annotating.unsure("u1")
    studio.annotating.comment("u1", "laughs")
    table = UtteranceTable(studio.session)
    table.set_filters(filters)
    assert shown(table) == rows


def test_what_was_just_decided_stays_in_sight_until_one_goes_on(studio: Studio) -> None:
    table = UtteranceTable(studio.session)
    table.set_filters(Filters(undecided=True))
    studio.session.select("u2")
    studio.annotating.label("joy")
    assert shown(table) == "01234"
    studio.session.select("u3")
    assert shown(table) == "0134"


def test_cells_can_be_written(qtbot: QtBot, studio: Studio) -> None:
    view = Utterances(studio.session)
    qtbot.addWidget(view)
    model = view.table.model()
    with qtbot.waitSignal(view.edited) as heard:
        model.setData(model.index(1, Column.SPEAKER), "Cy")
    assert heard.args == ["u1", Column.SPEAKER, "Cy"]
    studio.annotating.label("joy", "u1")
    assert model.index(1, Column.LABEL).data() == "joy"
    view.filter_box.setText("nobody")
    view.show()
    view.edit("u1", Column.TEXT)
    assert view.filter_box.text() == ""
    view.table.setCurrentIndex(model.index(0, 0))


def test_blind_mode_hides_the_columns_of_the_network(qtbot: QtBot, studio: Studio) -> None:
    view = Utterances(studio.session)
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.show()
    assert not view.table.isColumnHidden(Column.EMOTION)
    studio.project.set_blind(True)
    assert view.table.isColumnHidden(Column.EMOTION)
    studio.project.set_blind(False)
    assert not view.table.isColumnHidden(Column.EMOTION)


def test_the_cheat_sheet_shows_the_keys_as_they_are(qtbot: QtBot, window: QWidget) -> None:
    keyboard = Keyboard(Settings())
    keyboard.give("unsure", ("F9",))
    sheet = CheatSheet(keyboard, window)
    texts = [part.text() for part in sheet.findChildren(QWidget) if hasattr(part, "text")]
    assert "F9" in texts
    assert "1 … 9" in texts


def test_a_key_that_is_taken_is_said_and_taken_over(qtbot: QtBot, window: QWidget) -> None:
    keyboard = Keyboard(Settings())
    editor = KeyboardEditor(keyboard, window)
    editor.choose("unsure")
    editor.field.setKeySequence(QKeySequence("S"))
    assert "Split here" in editor.conflict.text()
    editor.set.click()
    assert keyboard.keys("unsure") == ("S",)
    assert keyboard.keys("split") == ()
    assert keyboard.conflicts() == {}
    editor.choose("split")
    editor.reset.click()
    assert "S" in keyboard.conflicts()
    editor.reset_all.click()
    assert keyboard.keys("unsure") == ("U",)


def test_unknown_labels_can_be_added_mapped_or_left_out(qtbot: QtBot, window: QWidget) -> None:
    dialog = UnknownLabels(("bored", "neutr", "x"), ("neutral", "joy"), window)
    dialog.boxes["x"].setCurrentText("Leave it out")
    assert dialog.added == ("bored",)
    assert dialog.mapped == {"neutr": "neutral", "x": ""}
