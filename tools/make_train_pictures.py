"""Make the pictures of docs/train-panel.md: ``python -m tools.make_train_pictures`` from the repository's root.

Drives the real window without a screen through what the page tells, with real trainings on the made-up corpora and a
made-up project, in folders of its own: nothing of the user's is read or changed.
"""

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QTreeWidgetItemIterator, QWidget

from app.base.settings import Settings
from app.base.theme import apply_scheme
from app.main import create_application
from app.main_window import MainWindow
from app.views.train.window import TrainWindow
from m2fnet_core.base.folders import cache_folder
from tools.corrections_study import make_project
from tools.pictures import keep_picture, until
from trainer.run.view import StepState

_SIZE = QSize(1180, 860)
_PATIENCE = 900.0  # seconds: trainings, on two cores that may be busy
# More epochs than the preset has, so that there are curves to see.
_EPOCHS = {"text": 8, "audio": 2, "visual": 5, "fusion": 15}
_ROWS = ("2 text", "2 text + audio, concat", "2 all three, concat", "2 all three, fusion")


class Journey:
    """One program and its training window."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.window = MainWindow(Settings(home / "settings.ini"))
        self.window.studio.project.set_annotator("Anna")
        self.window.show()
        self.window.actions_["train"].trigger()
        self.train: TrainWindow = self.window.training
        self.train.resize(_SIZE)

    @property
    def quiet(self) -> bool:
        """Nothing trains, and nothing is being looked into."""
        runs = self.window.studio.runs
        return not runs.training and not runs.waiting and not self.train.setup.inquiries.busy

    def choose(self, preset: str) -> None:
        """A preset, its corpora looked into."""
        box = self.train.setup_page.preset
        box.setCurrentIndex(box.findData(preset))
        box.activated.emit(box.currentIndex())
        until(lambda: self.train.setup_page.cards and self.quiet, _PATIENCE)

    def measure(self) -> None:
        """What the steps will take."""
        self.train.setup_page.measure.click()
        until(lambda: self.train.setup_page.measure.isEnabled(), _PATIENCE)

    def rest(self) -> None:
        """Until nothing is under way."""
        until(lambda: self.quiet, _PATIENCE)

    def keep(self, page: QWidget, name: str, height: int = _SIZE.height()) -> None:
        """The window with this page."""
        self.train.said.hide()
        self.train.tabs.setCurrentWidget(page)
        self.train.resize(_SIZE.width(), height)
        until(lambda: self.train.height() == height, _PATIENCE)
        keep_picture(self.train.grab(), f"train-{name}")
        self.train.resize(_SIZE)


def main() -> None:
    """Make all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["M2FNET_CACHE"] = str(cache_folder())
    home = Path(tempfile.gettempdir(), "m2fnet")  # pictures show its name, which shall not be another each time
    home.mkdir()
    try:
        _make(home)
    finally:
        shutil.rmtree(home)


def _make(home: Path) -> None:
    os.environ["M2FNET_DATA"] = str(home / "data")
    create_application()
    apply_scheme("light")
    journey = Journey(home)
    for step in (_set_up, _run, _use, _broken, _compare, _ablate, _correct):
        step(journey)
    journey.window.studio.runs.close()
    journey.train.close()
    journey.window.close()


def _set_up(journey: Journey) -> None:
    journey.choose("smoke")
    journey.measure()
    journey.keep(journey.train.setup_page, "setup", 1100)


def _run(journey: Journey) -> None:
    """While it trains, and when it is done."""
    setup = journey.train.setup
    longer = {step: _with_epochs(getattr(setup.config, step), epochs) for step, epochs in _EPOCHS.items()}
    setup.set(replace(setup.config, **longer))
    journey.train.setup_page.start.click()
    runs, page = journey.window.studio.runs, journey.train.runs_page
    until(lambda: len(runs.view("smoke").steps["visual"].epochs) > 1, _PATIENCE)
    journey.keep(page, "run")
    journey.rest()
    page.page.button("fusion").click()
    journey.keep(page, "classes", 1000)


def _with_epochs(step: Any, epochs: int) -> Any:
    return replace(step, loop=replace(step.loop, epochs=epochs))


def _use(journey: Journey) -> None:
    journey.train.runs_page.page.use.click()
    until(lambda: journey.train.models.in_use, _PATIENCE)
    journey.keep(journey.train.models_page, "models")


def _broken(journey: Journey) -> None:
    """A process that was killed in mid-training, and went on."""
    setup, runs = journey.train.setup, journey.window.studio.runs
    setup.set(replace(setup.config, name="second", seed=1))
    journey.train.setup_page.start.click()
    until(lambda: runs.view("second").steps["text"].epochs, _PATIENCE)
    process = runs.view("second").process
    assert process is not None
    psutil.Process(process).kill()
    journey.rest()
    journey.keep(journey.train.runs_page, "failed")
    journey.train.runs_page.page.resume.click()
    until(lambda: runs.view("second").state is StepState.DONE, _PATIENCE)
    journey.rest()


def _compare(journey: Journey) -> None:
    page = journey.train.compare_page
    page.choose("second")
    page.other.setCurrentIndex(page.other.findText("smoke"))
    page.ask.click()
    until(lambda: page.comparison, _PATIENCE)
    journey.keep(page, "compare", 1200)


def _ablate(journey: Journey) -> None:
    page = journey.train.ablation_page
    items = QTreeWidgetItemIterator(page.rows)
    while (item := items.value()) is not None:
        if item.data(0, Qt.ItemDataRole.UserRole) in _ROWS:
            item.setCheckState(0, Qt.CheckState.Checked)
        items += 1
    page.start.click()
    journey.rest()
    until(lambda: page.results, _PATIENCE)
    journey.keep(page, "ablation")


def _correct(journey: Journey) -> None:
    """The preset for a project that is open."""
    project = journey.home / "talks"
    make_project(project, 3, 150, np.random.default_rng(0))
    journey.window.studio.open(project / "talks.m2f")
    until(lambda: journey.window.studio.project.is_open and journey.window.studio.session.utterances, _PATIENCE)
    journey.choose("corrections")
    journey.measure()
    journey.keep(journey.train.setup_page, "corrections")


if __name__ == "__main__":
    main()
