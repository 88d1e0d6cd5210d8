"""The banners under the menu bar: untrained weights, and what just happened."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.actions import Actions
from app.models.notices import Entry, Notices, Weight
from app.models.session import Session
from app.models.studio import Studio
from app.views.banner import CAUTION, FAILURE, INFO, Banner

_UNTRAINED = "Untrained weights: predictions are random until a model is chosen."
_MOST_LINES = 3


class Messages(QWidget):
    """One banner that stays while the weights are random, one for the latest notices and failures."""

    def __init__(self, studio: Studio, actions: Actions) -> None:
        super().__init__()
        self._session: Session = studio.session
        self._notices: Notices = studio.notices
        self._actions = actions
        self._unseen: list[Entry] = []
        self.untrained = Banner("Untrained weights", stays=True)
        self.latest = Banner("Latest message")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.untrained)
        layout.addWidget(self.latest)
        self._session.model_changed.connect(self._show_untrained)
        self._session.opened.connect(self._start_afresh)
        self._notices.added.connect(self._show_entry)
        studio.interrupted.connect(self._offer_to_go_on)

    def _start_afresh(self) -> None:
        self.untrained.setVisible(False)
        self.latest.setVisible(False)

    def _show_untrained(self) -> None:
        if self._session.trained:
            self.untrained.hide()
        else:
            self.untrained.say(CAUTION, _UNTRAINED, ("Choose a model…", self._actions["model"].trigger))

    def _show_entry(self, entry: Entry) -> None:
        if self.latest.isHidden():
            self._unseen.clear()
        if entry not in self._unseen:
            self._unseen.append(entry)
        failed = any(entry.weight is Weight.FAILURE for entry in self._unseen)
        self.latest.say(FAILURE if failed else INFO, self._words())

    def _offer_to_go_on(self) -> None:
        self.latest.say(FAILURE, self._words(), ("Go on", self._actions["go-on"].trigger))

    def _words(self) -> str:
        lines = [entry.text for entry in self._unseen[-_MOST_LINES:]]
        hidden = len(self._unseen) - len(lines)
        return "\n".join([*lines, *([f"… and {hidden} more under the bell."] if hidden else [])])
