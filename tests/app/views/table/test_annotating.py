"""The table and the review bar as a person annotates: cells that can be written, columns that blind mode hides."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.studio import Studio
from app.models.tables.utterance_table import Column
from app.views.table.review_bar import ReviewBar
from app.views.table.speaker_box import SpeakerBox
from app.views.table.utterances import Utterances
from m2fnet_core.document.review import Order
from tests.app.desk import studio_with


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Five utterances of Ada and Bo."""
    made = studio_with()
    yield made
    made.close()


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


def test_a_digit_gives_an_utterance_to_the_speaker_of_a_lane(qtbot: QtBot, studio: Studio) -> None:
    view = Utterances(studio.session)
    view.edited.connect(lambda utterance, _, name: studio.shaping.set_speaker((utterance,), name))
    qtbot.addWidget(view)
    view.show()
    studio.session.select("u0")
    for keys, speaker in (("2", "Bo"), ("9", "9"), ("C2", "C2")):
        view.edit("u0", Column.SPEAKER)
        field = view.table.findChildren(SpeakerBox)[-1].lineEdit()
        assert field is not None
        qtbot.keyClicks(field, keys)
        if keys != "2":
            qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda speaker=speaker: studio.session.utterances[0].speaker == speaker)


def test_a_speaker_is_renamed_everywhere_or_made_one_with_another(studio: Studio) -> None:
    before = studio.session.speakers
    studio.shaping.rename_speaker("Ada", " Zoë  van Berg ")
    assert studio.session.speakers == ("Zoë van Berg", "Bo")
    studio.shaping.rename_speaker("Zoë van Berg", "Bo")
    assert studio.session.speakers == ("Bo",)
    studio.shaping.undo()
    studio.shaping.undo()
    studio.shaping.rename_speaker("Ada", " ")
    assert studio.session.speakers == before


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
