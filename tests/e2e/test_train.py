"""Journey 3: a person trains on the made-up corpora, stops, goes on, compares, uses the model and takes it back."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.views.train.window import TrainWindow
from tests.patience import patiently
from trainer.run.view import StepState


@pytest.fixture
def training(qtbot: QtBot, window: MainWindow) -> Iterator[TrainWindow]:
    """The training window with the made-up corpora, each looked into."""
    window.actions_["train"].trigger()
    shown = window.training
    page = shown.setup_page
    page.preset.setCurrentIndex(page.preset.findData("smoke"))
    page.preset.activated.emit(page.preset.currentIndex())
    assert page.trouble.text() == "The made-up corpora are being made; that takes a few seconds."
    patiently(qtbot, lambda: len(page.cards) == 5 and not shown.setup.inquiries.busy)
    yield shown
    window.studio.runs.close()  # a window that trains would ask what shall become of it
    shown.close()


@pytest.mark.timeout(600)
def test_train_stop_go_on_compare_use_and_take_back(qtbot: QtBot, window: MainWindow, training: TrainWindow) -> None:
    page, runs = training.setup_page, window.studio.runs
    assert "train: 12 (neutral 4, joy 4, anger 4), 4 dialogues" in page.cards[0].found.text()
    assert "Fewer than 10" in page.cards[0].problems.text()
    page.steps["visual"].click()
    page.steps["audio"].click()
    assert training.setup.config.steps == ("text", "features", "fusion", "evaluate")
    page.steps["audio"].click()
    page.steps["visual"].click()
    page.start.click()
    shown = training.runs_page.page
    patiently(qtbot, lambda: bool(shown.losses.values("total")))
    assert shown.stop.isVisible()
    shown.stop.click()
    patiently(qtbot, lambda: not runs.training)
    assert runs.view("smoke").state is StepState.STOPPED
    assert shown.resume.isVisible()
    shown.resume.click()
    patiently(qtbot, lambda: bool(runs.view("smoke").steps["text"].epochs))
    shown.stop.click()
    patiently(qtbot, lambda: not runs.training)
    shown.finish.click()
    patiently(qtbot, lambda: runs.view("smoke").state is StepState.DONE and not runs.training)
    shown.button("fusion").click()
    assert shown.figures.values("weighted F1")
    assert shown.confusion.isVisible()
    cell = training.compare_page.table.item(0, 1)
    assert cell is not None
    assert cell.text() == "done"

    compare = training.compare_page
    compare.ask.click()
    patiently(qtbot, lambda: compare.comparison is not None)
    assert compare.comparison is not None
    assert compare.comparison.our_name == "smoke"
    assert "on 12 utterances of 4 dialogues (test split)" in compare.verdict.text()
    assert compare.flips.rowCount() == len(compare.comparison.flips)

    shown.use.click()
    models = training.models
    patiently(qtbot, lambda: models.in_use is not None)
    assert getattr(window.studio.model, "name", "") == "smoke"
    assert training.models_page.card.toPlainText().startswith("smoke")
    training.models_page.back.click()
    assert window.studio.model is None
