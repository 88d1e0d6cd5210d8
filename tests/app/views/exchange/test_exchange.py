"""The dialogs of import and export."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.models.project.exchange import Placing
from app.views.exchange.exchange import ExportDialog, ImportDialog, UnknownLabels, ask_target
from m2fnet_core.document.formats import FORMATS, LabelChoice


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Something to hang dialogs on."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_unknown_labels_can_be_added_mapped_or_left_out(qtbot: QtBot, window: QWidget) -> None:
    dialog = UnknownLabels(("bored", "neutr", "x"), ("neutral", "joy"), window)
    dialog.boxes["x"].setCurrentText("Leave it out")
    assert dialog.added == ("bored",)
    assert dialog.mapped == {"neutr": "neutral", "x": ""}


def test_only_what_can_be_written_is_offered_and_the_choice_is_read(window: QWidget) -> None:
    dialog = ExportDialog(window)
    offered = {dialog.formats.itemData(row) for row in range(dialog.formats.count())}
    assert offered == {name for name, form in FORMATS.items() if form.write is not None}
    dialog.formats.setCurrentIndex(dialog.formats.findData("eaf"))
    dialog.choices.setCurrentIndex(dialog.choices.findData(LabelChoice.HUMAN))
    assert (dialog.format.name, dialog.choice) == ("eaf", LabelChoice.HUMAN)


def test_an_import_takes_labels_alone_unless_told_otherwise(window: QWidget) -> None:
    dialog = ImportDialog(Path("in.csv"), 5, window)
    assert dialog.placing is Placing.LABELS
    dialog.buttons[Placing.BESIDE].click()
    assert dialog.placing is Placing.BESIDE


def test_the_film_itself_is_never_suggested_as_the_target(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    suggested: list[str] = []

    def ask(_parent: QWidget, _title: str, near: str, _kinds: str) -> tuple[str, str]:
        suggested.append(near)
        return "", ""  # the dialog is left without an answer

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    assert ask_target(window, Path("talks/film.mp4"), FORMATS["mp4"]) is None
    assert ask_target(window, Path("talks/film.mp4"), FORMATS["csv"]) is None
    assert [Path(name).name for name in suggested] == ["film annotated.mp4", "film.csv"]
