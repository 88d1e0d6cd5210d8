"""A training and the window beside it: it goes on without the window, and a flip plays in the player."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.commands.train import may_close
from app.main_window import MainWindow
from app.models.notices import Notices
from app.models.training.runs import Runs
from app.models.video.analysis import State
from app.views.train.runs_page import RunsPage
from tests.app.made_runs import LABELS, made_comparison, made_run, whole
from tests.core.small_model import write_small_model
from tests.patience import patiently, signalled
from tests.trainer.test_cli import write_pack
from trainer.config import CorpusConfig, FusionStep, LoopConfig, RunConfig
from trainer.run.view import StepState


@pytest.fixture
def endless(window: MainWindow, tmp_path: Path) -> Iterator[RunConfig]:
    """A training on vectors that would take hours."""
    pack = tmp_path / "pack"
    pack.mkdir()
    write_pack(pack, {"text": 12, "audio": 6, "visual": 8})
    config = RunConfig(tmp_path.name, labels=("neutral", "joy", "anger"), label_set="three", device="cpu")
    loop = LoopConfig(epochs=100_000, learning_rate=1e-4)
    yield replace(config, steps=("fusion",), corpora=(CorpusConfig("pack", pack),), fusion=FusionStep(loop=loop))
    window.studio.runs.close()  # a window that trains would ask what shall become of it


def answer(words: str) -> None:
    """Click a button of the question that will be asked."""
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    next(button for button in box.buttons() if button.text().replace("&", "") == words).click()


def test_a_training_goes_on_without_the_window_and_is_found_again(
    qtbot: QtBot, window: MainWindow, endless: RunConfig
) -> None:
    studio = window.studio
    name = studio.runs.add(endless)
    patiently(qtbot, lambda: studio.runs.view(name).state is StepState.RUNNING)
    QTimer.singleShot(0, lambda: answer("Cancel"))
    assert not may_close(studio, window)
    assert studio.runs.training == name
    QTimer.singleShot(0, lambda: answer("Go on without the window"))
    assert may_close(studio, window)
    assert studio.runs.training == ""
    assert may_close(studio, window)  # nothing is left to ask about

    later = Runs(studio.settings, Notices())
    later.follow()
    assert later.is_training(name)
    other = later.add(replace(endless, name="other"))  # one trains at a time, whoever started it
    assert later.waiting == (other,)
    later.stop(other)
    process = later.view(name).process
    assert process is not None
    with signalled(qtbot, later.told):
        pass  # its news arrive
    later.stop(name)
    patiently(qtbot, lambda: later.view(name).state is StepState.STOPPED)
    assert not later.is_training(name)
    later.close()
    with suppress(psutil.NoSuchProcess):
        psutil.Process(process).wait()  # the system does this for a window that is gone


def test_a_training_that_is_killed_or_loses_its_corpus_says_so(
    qtbot: QtBot, window: MainWindow, endless: RunConfig
) -> None:
    runs = window.studio.runs
    name = runs.add(endless)
    page = RunsPage(runs, window.studio.session)
    qtbot.addWidget(page)
    page.show()
    page.choose(name)
    shown = page.page
    patiently(qtbot, lambda: bool(shown.losses.values("total")))
    process = runs.view(name).process
    assert process is not None
    psutil.Process(process).kill()
    patiently(qtbot, lambda: not runs.training)
    assert "it was killed, ran out of memory" in shown.trouble.text
    corpus = endless.corpora[0].folder
    corpus.rename(corpus.with_name("elsewhere"))
    shown.resume.click()
    assert not shown.trouble.isVisible()
    patiently(qtbot, lambda: not runs.training)
    assert str(corpus) in shown.trouble.text.splitlines()[0]
    assert shown.resume.isVisible()


def test_a_click_on_a_flip_plays_the_utterance(
    qtbot: QtBot, window: MainWindow, until: Callable[[State], None], film: Path
) -> None:
    window.studio.open(film)
    until(State.RUNNING)
    until(State.DONE)
    studio = window.studio
    run = made_run("flipped", whole())
    made = made_comparison(run, film, studio.session.utterances)
    assert set(LABELS) >= {flip.after for flip in made.flips}
    write_small_model(run / "bundle")
    training, player = window.training, window.workspace.player
    page = training.compare_page
    training.tabs.setCurrentWidget(page)
    training.show()
    qtbot.waitUntil(lambda: page.flips.rowCount() == len(made.flips))
    place = page.flips.visualItemRect(page.flips.item(1, 1)).center()
    qtbot.mouseClick(page.flips.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: studio.session.selected == made.flips[1].utterance)
    patiently(qtbot, lambda: player.playback.time >= made.flips[1].start)
    page.shown.emit(replace(made.flips[1], medium=Path("/films/another.mp4")))
    assert "open the project it is from" in training.said.text
    page.shown.emit(replace(made.flips[1], utterance="gone"))
    assert "split, merged or deleted since" in training.said.text
