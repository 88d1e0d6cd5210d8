"""The training window: set up, watch, compare, use. It needs no open video."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.models.notices import Entry, Weight
from app.models.studio import Studio
from app.models.training.models import Models
from app.models.training.setup import Setup
from app.views.parts.banner import FAILURE, INFO, Banner
from app.views.train.ablation import AblationPage
from app.views.train.compare_page import ComparePage
from app.views.train.models_page import ModelsPage
from app.views.train.runs_page import RunsPage
from app.views.train.setup_page import SetupPage
from m2fnet_core.base.errors import TrainingError
from trainer.config import RunConfig
from trainer.judge.comparison import Flip


class TrainWindow(QWidget):
    """A window beside the main one; what trains goes on when it is closed."""

    asked = Signal(float, float)  # play this stretch of the shown video, seconds

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Training")
        self.resize(1180, 860)
        runs = self._runs = studio.runs
        self._studio = studio
        self.setup = Setup(studio, self)
        self.setup_page = SetupPage(self.setup)
        self.runs_page = RunsPage(runs, studio.session)
        self.models = Models(studio, self)
        self.models_page = ModelsPage(self.models)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.setup_page, "Set up")
        self.tabs.addTab(self.runs_page, "Runs")
        self.compare_page = ComparePage(runs, self.models, self.setup.inquiries)
        self.tabs.addTab(self.compare_page, "Compare")
        self.ablation_page = AblationPage(runs)
        self.tabs.addTab(self.ablation_page, "Ablation")
        self.tabs.addTab(self.models_page, "Models")
        self.said = Banner("What happened")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.said)
        layout.addWidget(self.tabs)
        studio.notices.added.connect(self._say)
        self.setup_page.started.connect(self._start)
        self.ablation_page.started.connect(self._start)
        self.runs_page.used.connect(self._use)
        self.compare_page.shown.connect(self._show_flip)
        self._begun = False
        self._wanted: Flip | None = None
        studio.session.utterances_changed.connect(self._play_wanted)

    def close_readers(self) -> None:
        """End what is being asked and copied."""
        self.setup.close()
        self.models.close()

    def showEvent(self, event: QShowEvent) -> None:
        """The first time: what can be trained with, and what trains already."""
        super().showEvent(event)
        if not self._begun:
            self._begun = True
            self.setup.choose(self.setup_page.preset.currentData())
            self.setup.ask_devices()
            self._runs.follow()
            if self._runs.names:
                self.tabs.setCurrentWidget(self.runs_page)

    def _say(self, entry: Entry) -> None:
        """What concerns this window is said here too: the main one may lie behind it."""
        if self.isVisible():
            self.said.say(FAILURE if entry.weight is Weight.FAILURE else INFO, entry.text)

    def _start(self, config: RunConfig) -> None:
        try:
            name = self._runs.add(config)
        except TrainingError as error:
            self._studio.notices.fail(str(error))
            return
        self.tabs.setCurrentWidget(self.runs_page)
        self.runs_page.choose(name)

    def _use(self, name: str) -> None:
        bundle = self._runs.view(name).bundle
        if bundle is not None:
            self.models.use_bundle(bundle, name)
            self.tabs.setCurrentWidget(self.models_page)

    def _show_flip(self, flip: Flip) -> None:
        """The utterance in the main window, playing."""
        project = self._studio.project
        medium = next((m.id for m in project.document.media.values() if m.path == flip.medium), "")
        if not medium:
            self._studio.notices.note("This utterance is not of the open project; open the project it is from.")
            return
        self._wanted = flip
        if medium == self._studio.session.medium:
            self._play_wanted()
        else:
            self._studio.show_medium(medium)  # goes on when the video is there

    def _play_wanted(self) -> None:
        """Once its video is there: on the way others may be told of."""
        flip, session = self._wanted, self._studio.session
        if flip is None or self._studio.path != flip.medium or not session.utterances:
            return
        self._wanted = None
        if session.utterance(flip.utterance) is None:
            self._studio.notices.note("This utterance was split, merged or deleted since; compare again to see it.")
            return
        session.select(flip.utterance)
        self.asked.emit(flip.start, flip.end)
