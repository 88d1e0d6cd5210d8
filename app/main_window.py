"""The main window: wires commands, state and views together and holds no state of its own."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from app.base.command_table import Need
from app.base.settings import BLIND, GEOMETRY, OVERLAYS, PRIOR, RECENT, SCHEME, TEXT_SIZE, Settings
from app.base.theme import apply_scheme, apply_text_size
from app.commands import annotate as annotate_commands
from app.commands import colleague as colleague_commands
from app.commands import labels as labels_commands
from app.commands import program as commands
from app.commands import trace as trace_commands
from app.commands import train as train_commands
from app.models.keyboard import Keyboard
from app.models.studio import Studio
from app.models.video.analysis import State
from app.views.frame.actions import Actions
from app.views.frame.log import LogLines
from app.views.frame.menus import Menus
from app.views.frame.messages import Messages
from app.views.frame.start import StartPage
from app.views.frame.status import StatusBar
from m2fnet_core.document.content import MediumState
from m2fnet_core.document.schemes import looks_of

if TYPE_CHECKING:
    from app.views.frame.workspace import Workspace
    from app.views.train.window import TrainWindow

_TITLE = "M2FNet Studio"
_FIRST_SIZE = QSize(1500, 940)
_DEVICES = {"auto": "The &best device", "cpu": "&CPU", "mps": "&Apple GPU (mps)"}


class MainWindow(QMainWindow):
    """Start page without a video, workspace with one."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.studio = Studio(settings, self)
        self.keyboard = Keyboard(settings, self)
        self.actions_ = Actions(self, self.keyboard)
        self.menus = Menus(self.menuBar(), self.actions_)
        self.messages = Messages(self.studio, self.actions_)
        self.start_page = StartPage(self.actions_, settings)
        self.log_lines = LogLines(self)
        self._workspace: Workspace | None = None
        self._training: TrainWindow | None = None
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start_page)
        studio = self.studio
        self.status = StatusBar(studio.session, studio.analysis, studio.notices, self.actions_)
        self._lay_out()
        self._connect_commands()
        self._connect_state()
        self._fill_menus()
        self._show_page()

    @property
    def workspace(self) -> "Workspace":
        """The views of the open video, built with the first one: a window without a video starts faster."""
        if self._workspace is None:
            self._workspace = self._build_workspace()
        return self._workspace

    @property
    def training(self) -> "TrainWindow":
        """The window beside this one for trainings, built when it is first wanted."""
        if self._training is None:
            from app.views.train.window import TrainWindow

            self._training = TrainWindow(self.studio, self)
            self._training.asked.connect(lambda start, end: self.workspace.player.play_span(start, end))
        return self._training

    def _build_workspace(self) -> "Workspace":
        from app.views.frame.workspace import Workspace

        workspace = Workspace(self.studio, self.settings)
        workspace.set_actions(self.menus.about_utterance(self.actions_))
        for line in self.studio.worker.log:
            workspace.log.appendPlainText(line)
        self.studio.worker.logged.connect(workspace.log.appendPlainText)
        self.log_lines.line.connect(workspace.log.appendPlainText)
        workspace.trouble.connect(self.studio.notices.fail)
        workspace.media.relink_asked.connect(self.actions_["relink"].trigger)
        workspace.media.add_asked.connect(self.actions_["add-media"].trigger)
        self.menus.offer_panels(workspace.dock_actions())
        self._pages.addWidget(workspace)
        return workspace

    def _lay_out(self) -> None:
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.messages)
        layout.addWidget(self._pages, 1)
        self.setCentralWidget(centre)
        self.setStatusBar(self.status)
        self.setAcceptDrops(True)
        self.setMinimumSize(900, 600)
        if not self.restoreGeometry(self.settings.get(GEOMETRY)):
            self.resize(_FIRST_SIZE.boundedTo(self.screen().availableSize()))

    def _connect_commands(self) -> None:
        self.actions_.connect(
            {
                **commands.file_slots(self.studio, self),
                **commands.play_slots(self, self.studio),
                **commands.view_slots(self, self.studio, self),
                **commands.analysis_slots(self.studio, self),
                **commands.help_slots(self.studio, self.keyboard, self),
                **annotate_commands.annotate_slots(self, self.studio, self),
                **annotate_commands.project_slots(self.studio, self),
                **trace_commands.trace_slots(self, self.studio, self),
                **labels_commands.labels_slots(self.studio, self.keyboard, self),
                **colleague_commands.colleague_slots(self.studio, self),
                **train_commands.train_slots(self),
            }
        )
        self.actions_["overlays"].setChecked(self.settings.get(OVERLAYS))
        self.actions_["blind"].setChecked(self.settings.get(BLIND))

    def _connect_state(self) -> None:
        studio, session, project = self.studio, self.studio.session, self.studio.project
        self.start_page.chosen.connect(studio.open)
        studio.reading.connect(self.start_page.set_reading)
        studio.reading.connect(self.status.set_reading)
        session.opened.connect(self._show_page)
        session.model_changed.connect(self._offer_devices)
        for signal in (session.opened, session.selection_changed, studio.analysis.changed):
            signal.connect(self._enable_commands)
        project.damaged.connect(self._offer_snapshot)
        for signal in (project.opened, project.saved_as):
            signal.connect(self._show_page)
        for signal in (project.opened, project.changed):
            signal.connect(self._name_steps)
        studio.aim.told.connect(self.status.tell)
        studio.exchange.progressed.connect(self.status.set_export)
        self.settings.changed.connect(self._follow_setting)

    def _fill_menus(self) -> None:
        self._offer_recent()
        self.menus.offer_schemes(self.settings)
        self.menus.offer_priors(self.settings)
        self._offer_devices()
        self._name_steps()

    def _offer_devices(self) -> None:
        """The worker says what this machine has; until then there is the best one, whatever that is."""
        names = ("auto", "cpu", *(name for name in self.studio.session.devices if name != "cpu"))
        words = {name: _DEVICES.get(name, f"&NVIDIA GPU ({name})") for name in names}
        self.menus.offer_devices(words, self.studio.device, self.studio.choose_device)

    def _offer_recent(self) -> None:
        self.menus.offer_recent(self.settings.recent(), self.studio.open, self.settings.forget_files)

    def _follow_setting(self, key: str) -> None:
        if key == RECENT.key:
            self._offer_recent()
        elif key == PRIOR.key:
            self.studio.analyse()
        elif key == SCHEME.key:
            apply_scheme(self.settings.get(SCHEME))
        elif key == TEXT_SIZE.key:
            apply_text_size(self.settings.get(TEXT_SIZE))
        elif key == OVERLAYS.key:
            self.actions_["overlays"].setChecked(self.settings.get(OVERLAYS))
            if self._workspace is not None:
                self._workspace.player.set_overlays(self.settings.get(OVERLAYS))

    def _show_page(self) -> None:
        path, project = self.studio.path, self.studio.project
        names = [path.name if path is not None else "", project.title, _TITLE]
        self.setWindowTitle(" – ".join(name for name in names if name))
        self.setWindowFilePath(str(path or ""))
        self._pages.setCurrentWidget(self.start_page if path is None else self.workspace)

    def _offer_snapshot(self, sentence: str, snapshot: Path) -> None:
        """A damaged project: the person decides, and nothing is deleted either way."""
        box = QMessageBox(QMessageBox.Icon.Warning, _TITLE, sentence, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText("The damaged file stays where it is. Go on with a copy of the snapshot?")
        box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.accepted.connect(lambda: self.studio.open_snapshot(snapshot))
        box.open()

    def _name_steps(self) -> None:
        """Undo and redo say what they would do; the digits say their labels."""
        project = self.studio.project
        self.actions_.name_labels(looks_of(project.document))
        self.actions_.name_steps(project.undo_title, project.redo_title)
        self._enable_commands()

    def _enable_commands(self) -> None:
        session, analysis, project = self.studio.session, self.studio.analysis, self.studio.project
        facts = {
            Need.MEDIA: session.media is not None,
            Need.SELECTION: bool(session.selected),
            Need.PROJECT: project.is_open,
            Need.EDIT: session.media is not None and session.editable,
            Need.MISSING: any(medium.state is not MediumState.OK for medium in project.document.media.values()),
            Need.REPLACED: self.studio.replaced.shown,
            Need.UNDO: bool(project.undo_title) and not project.read_only,
            Need.REDO: bool(project.redo_title) and not project.read_only,
            Need.RUNNING: analysis.state is State.RUNNING,
            Need.HALTED: analysis.state in (State.STOPPED, State.INTERRUPTED),
        }
        self.actions_.provide({need for need, there in facts.items() if there})

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files from this machine are welcome."""
        if _local_files(event):
            event.acceptProposedAction()
            self.start_page.set_dragged_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The file went elsewhere."""
        self.start_page.set_dragged_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """A video, a transcript, or both."""
        self.start_page.set_dragged_over(False)
        event.acceptProposedAction()
        self.studio.open_dropped(_local_files(event))

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_"):
            self.actions_.tint()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout and end everything that runs, but for a training that shall go on."""
        if not train_commands.may_close(self.studio, self):
            event.ignore()
            return
        if self._training is not None:
            self._training.close_readers()
        self.settings.set(GEOMETRY, self.saveGeometry())
        if self._workspace is not None:
            self._workspace.remember_layout()
            self._workspace.close_readers()
        self.settings.sync()
        self.hide()
        self.studio.close()
        self.log_lines.close()
        super().closeEvent(event)


def _local_files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
