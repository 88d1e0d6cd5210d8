"""A run over many videos (``m2fnet-analyze FOLDER --out DIR``), on this machine or a cluster, watched by its folder."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from app.base.settings import FOLLOWED, Settings
from app.jobs.background import Background, Emit
from app.views.parts.widgets import label, push, row
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.batch.folder import newest
from m2fnet_core.batch.summary import Standing, standing

_EVERY_MS = 5000


class FollowedRun(QWidget):
    """One line. The folder is remembered, so that the next start of the window follows it again."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.words = label("", "muted")
        self.follow_button = push("Follow a run…", "Watch a run over many videos, also one on a cluster, by its folder")
        self.forget_button = push("Forget", "Follow the run no more; it goes on")
        self.setLayout(row(self.words, 1, self.forget_button, self.follow_button, margins=(8, 0, 8, 8)))
        self._reader = Background("followed run", self)
        self._reader.result.connect(self._show)
        self._reader.failed.connect(self.words.setText)
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self.follow_button.clicked.connect(self._choose)
        self.forget_button.clicked.connect(lambda: self.follow(None))
        for button in (self.follow_button, self.forget_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._arrange()

    def follow(self, folder: Path | None) -> None:
        """Watch the run in a folder, or none."""
        self._settings.set(FOLLOWED, "" if folder is None else str(folder))
        self.words.setText("")
        self._arrange()
        self._look()

    def close_reader(self) -> None:
        """End the thread."""
        self._timer.stop()
        self._reader.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Nobody asks while nobody looks."""
        self._look()
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """See `showEvent`."""
        self._timer.stop()
        super().hideEvent(event)

    def _choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose the folder that was given with --out")
        if name:
            self.follow(Path(name))

    def _arrange(self) -> None:
        self.forget_button.setVisible(bool(self._settings.get(FOLLOWED)))

    def _look(self) -> None:
        folder = self._settings.get(FOLLOWED)
        if folder:
            self._reader.start(partial(_read, Path(folder)))

    def _show(self, stands: Standing) -> None:
        self.words.setText(f"{Path(self._settings.get(FOLLOWED)).name}: {stands}")


def _read(folder: Path, emit: Emit, cancel: CancelToken) -> None:
    emit(standing(newest(folder)))
