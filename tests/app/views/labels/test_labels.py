"""The dialog of the label scheme, on a real project."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.base.settings import Settings
from app.base.theme import SIGNS, contrast, emotion_colour, readable_on
from app.models.keyboard import Keyboard
from app.models.project.scheme import READABLE
from app.models.studio import Studio
from app.views.frame.keyboard import CheatSheet
from app.views.labels.labels import DESCRIPTION, KEY, NAME, SIGN, LabelsDialog
from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.document.content import Decision
from m2fnet_core.document.schemes import MOST, PALETTE, SCHEMES, looks_of
from tests.app.desk import studio_with


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Five utterances, each predicted."""
    made = studio_with()
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Something to hang dialogs on."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def dialog(studio: Studio, window: QWidget) -> LabelsDialog:
    """On the project's own seven labels."""
    return LabelsDialog(studio.project, Keyboard(Settings()), window)


def write(dialog: LabelsDialog, place: int, column: int, text: str) -> None:
    """As typed into a cell."""
    item = dialog.table.item(place, column)
    assert item is not None
    item.setText(text)


def select(dialog: LabelsDialog, *places: int) -> None:
    """Rows, as with Ctrl and a click."""
    dialog.table.setSelectionMode(dialog.table.SelectionMode.MultiSelection)
    dialog.table.clearSelection()
    for place in places:
        dialog.table.selectRow(place)


def labels(studio: Studio) -> tuple[str, ...]:
    """The project's."""
    return studio.project.document.label_set.labels


def word(said: Decision | Prediction | None) -> str | None:
    """Whose label it is does not matter."""
    return None if said is None else said.label


def test_a_renamed_label_takes_its_decisions_and_predictions_along(studio: Studio, window: QWidget) -> None:
    studio.annotating.label("joy", "u3")
    dialog = LabelsDialog(studio.project, Keyboard(Settings()), window)
    write(dialog, labels(studio).index("joy"), NAME, "happiness")
    dialog.accept()
    decision, prediction = studio.session.decision("u3"), studio.session.prediction("u3")
    assert word(decision) == "happiness"
    assert word(prediction) == "happiness"
    studio.shaping.undo()
    prediction = studio.session.prediction("u3")
    assert "joy" in labels(studio)
    assert word(prediction) == "joy"


def test_merged_labels_are_one_and_their_probabilities_add_up(studio: Studio, window: QWidget) -> None:
    studio.annotating.label("fear", "u2")
    dialog = LabelsDialog(studio.project, Keyboard(Settings()), window)
    select(dialog, labels(studio).index("surprise"), labels(studio).index("fear"))
    dialog.merge.click()
    dialog.accept()
    assert "fear" not in labels(studio)
    assert len(labels(studio)) == 6
    decision, prediction = studio.session.decision("u2"), studio.session.prediction("u2")
    assert word(decision) == "surprise"
    assert word(prediction) == "surprise"
    assert prediction is not None
    assert sum(prediction.probabilities.values()) == pytest.approx(1.0)


def test_rows_are_added_moved_and_taken_out(studio: Studio, dialog: LabelsDialog) -> None:
    dialog.add.click()
    write(dialog, 7, NAME, "bored")
    dialog.table.selectRow(7)
    dialog.up.click()
    assert [row.look.label for row in dialog.draft.rows][-2:] == ["bored", "anger"]
    assert dialog.draft.rows[6].look.colour in PALETTE
    select(dialog, 0)
    dialog.remove.click()
    dialog.accept()
    assert labels(studio) == ("surprise", "fear", "sadness", "joy", "disgust", "bored", "anger")


def test_a_decided_label_is_not_lost_without_a_word(studio: Studio, window: QWidget) -> None:
    studio.annotating.label("anger", "u4")
    dialog = LabelsDialog(studio.project, Keyboard(Settings()), window)
    dialog.draft.start_from("Valence x arousal", SCHEMES["Valence x arousal"])
    dialog.accept()
    assert "'anger'" in dialog.said.text()
    assert "anger" in labels(studio)
    assert dialog.pages.currentIndex() == 1  # where a person says what it is here
    dialog.elsewhere["anger"].setCurrentText("high arousal, negative")
    dialog.accept()
    decision, prediction = studio.session.decision("u4"), studio.session.prediction("u4")
    assert word(decision) == "high arousal, negative"
    assert word(prediction) == "high arousal, negative"
    other = studio.session.prediction("u0")
    assert word(other) == "neutral"  # it stays


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        (NAME, "Neutral", "Two labels are called 'neutral'"),
        (NAME, " ", "has no name"),
        (KEY, "S", "'split'"),
        (KEY, "1", "'label-1'"),
    ],
)
def test_what_cannot_be_is_said_and_the_dialog_stays(
    studio: Studio, dialog: LabelsDialog, column: int, text: str, reason: str
) -> None:
    before = studio.project.document
    write(dialog, 1, column, text)
    dialog.accept()
    assert reason in dialog.said.text()
    assert studio.project.document is before


def test_a_file_of_200_labels_is_refused_with_its_name(dialog: LabelsDialog, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("label\n" + "".join(f"label {k}\n" for k in range(200)), encoding="utf-8")
    dialog.read(path)
    assert "many.csv" in dialog.said.text()
    assert f"2 to {MOST}" in dialog.said.text()
    assert len(dialog.draft.rows) == 7


def test_colour_key_and_description_reach_what_people_see(
    studio: Studio, dialog: LabelsDialog, window: QWidget, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("label,colour,key,description\ncalm,#009e73,Ctrl+1,at ease\ntense,#e69f00,,\n", encoding="utf-8")
    dialog.read(path)
    write(dialog, 1, DESCRIPTION, "on edge")
    dialog.accept()
    assert [look.description for look in looks_of(studio.project.document)] == ["at ease", "on edge"]
    assert emotion_colour("calm").name() == "#009e73"
    sheet = CheatSheet(Keyboard(Settings()), window, looks_of(studio.project.document))
    shown = {part.text(): part.toolTip() for part in sheet.findChildren(QWidget) if hasattr(part, "text")}
    assert shown["calm"] == "at ease"
    assert {SIGNS[0], SIGNS[1], "Ctrl+1", "2"} <= shown.keys()
    studio.shaping.undo()
    assert emotion_colour("calm").name() != "#009e73"


def test_words_are_readable_on_every_colour_of_the_palette() -> None:
    for name in PALETTE:
        assert contrast(readable_on(QColor(name)), QColor(name)) >= READABLE
    assert len(set(SIGNS)) == len(SIGNS) == MOST


def test_a_label_of_the_network_that_was_merged_away_is_shown_as_what_it_means(studio: Studio, window: QWidget) -> None:
    dialog = LabelsDialog(studio.project, Keyboard(Settings()), window)
    dialog.draft.merge([labels(studio).index("joy"), labels(studio).index("surprise")])
    dialog.accept()
    assert "joy" in studio.session.labels
    assert studio.session.all_labels == labels(studio)
    assert "joy" not in labels(studio)


def test_a_selected_row_keeps_its_colour(dialog: LabelsDialog) -> None:
    item = dialog.table.item(0, SIGN)
    assert item is not None
    colour = item.background().color()
    for selected in (False, True):
        dialog.table.setCurrentCell(0 if selected else 2, SIGN)
        corner = dialog.table.visualItemRect(item).topLeft() + QPoint(4, 4)
        assert dialog.table.viewport().grab().toImage().pixelColor(corner) == colour
