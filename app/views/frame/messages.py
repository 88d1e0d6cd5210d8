"""The banners under the menu bar: what to think of the model, and what just happened."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.models.notices import Entry, Notices, Weight
from app.models.studio import Studio
from app.models.video.analysis import Analysis, State
from app.models.video.session import Session
from app.views.frame.actions import Actions
from app.views.parts.banner import CAUTION, FAILURE, INFO, Banner

_UNTRAINED = "Untrained weights: predictions are random until a model is chosen."
_STARTER = "Starter model: a start to look around with, not a measurement."
_MOST_LINES = 3


class Messages(QWidget):
    """One banner that stays while the model is untrained or the starter, one for the latest notices and failures."""

    def __init__(self, studio: Studio, actions: Actions) -> None:
        super().__init__()
        self._session: Session = studio.session
        self._notices: Notices = studio.notices
        self._analysis: Analysis = studio.analysis
        self._replaced = studio.replaced
        self._actions = actions
        self._unseen: list[Entry] = []
        self.model = Banner("About the model", stays=True)
        self.latest = Banner("Latest message")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.model)
        layout.addWidget(self.latest)
        self._session.model_changed.connect(self._show_model)
        self._session.opened.connect(self._start_afresh)
        self._notices.added.connect(self._show_entry)
        studio.analysis.changed.connect(self._follow_analysis)

    def _start_afresh(self) -> None:
        self.model.setVisible(False)
        self.latest.setVisible(False)

    def _show_model(self) -> None:
        if self._session.kind == "untrained":
            self.model.say(CAUTION, _UNTRAINED, ("Choose a model…", self._actions["model"].trigger))
        elif self._session.kind == "starter":
            self.model.say(INFO, _STARTER, ("What it can do…", self._actions["model-card"].trigger))
        else:
            self.model.hide()

    def _show_entry(self, entry: Entry) -> None:
        if self.latest.isHidden():
            self._unseen.clear()
        if entry not in self._unseen:
            self._unseen.append(entry)
        self._say()

    def _follow_analysis(self) -> None:
        """What an earlier try left behind is out of date when another one begins."""
        analysis = self._analysis
        if analysis.state is State.RUNNING and analysis.progress is None and not analysis.scanning:
            self.latest.hide()

    def _say(self) -> None:
        """The failures that were not put away yet; without one, the notices. An interrupted analysis can go on."""
        failures = [entry for entry in self._unseen if entry.weight is Weight.FAILURE]
        texts = [entry.text for entry in failures or self._unseen]
        hidden = len(texts) - _MOST_LINES
        more = [f"… and {hidden} more under the bell."] if hidden > 0 else []
        go_on = [("Go on", self._actions["go-on"].trigger)] if self._analysis.state is State.INTERRUPTED else []
        missing = self._session.media is not None and not self._session.reachable
        find = [("Find it…", self._actions["relink"].trigger)] if missing else []
        take = [("Take the new file", self._actions["take-file"].trigger)] if self._replaced.shown else []
        self.latest.say(FAILURE if failures else INFO, "\n".join([*texts[-_MOST_LINES:], *more]), *go_on, *find, *take)
