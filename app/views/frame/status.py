"""The status bar: device, model, how far the analysis is, and what a person should know."""

import textwrap

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QProgressBar, QStatusBar, QToolButton, QWidget

from app.base import icons
from app.base.outside import plain_tip
from app.base.words import time_left
from app.models.notices import Notices, Weight
from app.models.video.analysis import Analysis, State
from app.models.video.session import Session
from app.views.frame.actions import Actions
from app.views.parts.widgets import label, row
from m2fnet_core.base.events import Progress
from m2fnet_core.base.wording import count

_WORDS = {
    State.NONE: "",
    State.DONE: "Analysis complete",
    State.FAILED: "The analysis failed",
    State.STOPPED: "Analysis cancelled",
    State.INTERRUPTED: "Analysis interrupted",
}
_BAR_WIDTH = 150
_TOLD_MS = 6000
_LONGEST = 120  # characters of a notice in the list; its tooltip has all of them


class StatusBar(QStatusBar):
    """From left to right: hints, then progress with cancel, model, device, notices."""

    def __init__(self, session: Session, analysis: Analysis, notices: Notices, actions: Actions) -> None:
        super().__init__()
        self._session, self._analysis, self._notices = session, analysis, notices
        self.setSizeGripEnabled(False)
        self.stage = label("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.cancel = icons.button("stop", actions["cancel"].statusTip())
        self.cancel.clicked.connect(actions["cancel"].trigger)
        self.model = _chip("model", "Model that predicts: a click tells what it can do; the Analysis menu has others")
        self.model.clicked.connect(actions["model-card"].trigger)
        self.device = _chip("device", "Device that computes: choose another one in the Analysis menu")
        self.blind = _chip("hidden", "Blind mode: predictions are hidden (Ctrl+B)")
        self.blind.setText("Blind")
        self.blind.clicked.connect(actions["blind"].trigger)
        self.bell = _chip("bell", "What you should know about this video")
        self._prepare_bell()
        for part in (_group(self.stage, self.bar, self.cancel), self.blind, self.model, self.device, self.bell):
            self.addPermanentWidget(part)
        session.model_changed.connect(self._show_model)
        session.opened.connect(self._show_model)
        session.utterances_changed.connect(lambda: self.blind.setVisible(session.blind))
        self.blind.setVisible(session.blind)
        analysis.changed.connect(self._show_progress)
        notices.changed.connect(self._show_notices)
        self._show_model()
        self._show_progress()
        self._show_notices()

    def set_reading(self, name: str) -> None:
        """A file is being opened ("" when that is over)."""
        if name:
            self.showMessage(f"Opening {name} …")
        else:
            self.clearMessage()

    def tell(self, sentence: str) -> None:
        """What a key did."""
        self.showMessage(sentence, _TOLD_MS)

    def set_export(self, progress: Progress | None) -> None:
        """How far an export is; None: it is over."""
        if progress is None:
            self.clearMessage()
        else:
            self.showMessage(f"{progress.stage} {progress.done} of {progress.of}")

    def _prepare_bell(self) -> None:
        self.bell.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._list = QMenu(self)
        self._list.setToolTipsVisible(True)
        self.bell.setMenu(self._list)

    def _show_model(self) -> None:
        session = self._session
        named = session.trained or "untrained" in session.model
        self.model.setText(session.model if named else f"{session.model} (untrained)")
        self.model.setVisible(bool(session.model))
        self.device.setText(session.device)
        self.device.setVisible(bool(session.device))

    def _show_progress(self) -> None:
        running = self._analysis.state is State.RUNNING
        progress = self._analysis.progress
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        if not running:
            self.stage.setText(_WORDS[self._analysis.state])
        elif progress is None:
            self.stage.setText("Starting the analysis…")
            self.bar.setRange(0, 0)
        else:
            left = "" if progress.seconds_left is None else f", {time_left(progress.seconds_left)} left"
            self.stage.setText(f"{progress.stage} {progress.done} of {progress.of}{left}")
            self.bar.setRange(0, max(1, progress.of))
            self.bar.setValue(progress.done)

    def _show_notices(self) -> None:
        entries = self._notices.entries
        self.bell.setText(str(len(entries)) if entries else "")
        self.bell.setEnabled(bool(entries))
        self.bell.setStatusTip(count(len(entries), "notice"))
        self._list.clear()
        for entry in entries:
            name = "warning" if entry.weight is Weight.FAILURE else "info"
            shown = textwrap.shorten(entry.text, _LONGEST, placeholder=" …").replace("&", "&&")
            self._list.addAction(icons.icon(name), shown).setToolTip(plain_tip(entry.text))
        if entries:
            self._list.addSeparator()
            self._list.addAction(icons.icon("check"), "Clear the list", self._notices.clear)


def _chip(name: str, tip: str) -> QToolButton:
    made = icons.button(name, tip)
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return made


def _group(*parts: QWidget) -> QWidget:
    group = QWidget()
    group.setLayout(row(1, *parts))
    return group
