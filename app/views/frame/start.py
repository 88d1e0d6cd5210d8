"""The page of a window without a video: what to do next."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from app.base import icons
from app.base.settings import RECENT, Settings
from app.views.frame.actions import Actions
from app.views.parts.widgets import label, push, row

_SHOWN_RECENT = 5
_FORMATS = (
    "Video: mp4, mkv, mov, avi, webm. Sound alone: wav, mp3, flac, m4a, ogg, opus.\n"
    "A transcript beside it (srt, vtt, csv, EAF, TextGrid) is found by itself."
)


class StartPage(QWidget):
    """Open, the demo, recent files, and where to drop."""

    chosen = Signal(Path)  # a recent file

    def __init__(self, actions: Actions, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self._recent_title = label("Recent files", "section")
        self._reading = label("", "muted")
        self._card = self._make_card(actions)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(self._card, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        settings.changed.connect(self._settings_changed)
        self._list_recent()

    def set_reading(self, name: str) -> None:
        """A file is being opened ("" when that is over)."""
        self._reading.setText(f"Opening {name} …" if name else "")

    def set_dragged_over(self, over: bool) -> None:
        """A file hovers over the window."""
        self._card.setProperty("over", over)
        self._card.style().unpolish(self._card)
        self._card.style().polish(self._card)

    def _make_card(self, actions: Actions) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        card.setFixedWidth(560)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(40, 34, 40, 30)
        layout.setSpacing(12)
        layout.addLayout(row(_logo(self.devicePixelRatioF()), label("M2FNet Studio", "title"), 1))
        layout.addWidget(label("See the emotion of every utterance of a conversation, and what speaks for it."))
        layout.addSpacing(6)
        opener = push("Open a video…", actions["open"].statusTip(), primary=True)
        opener.clicked.connect(actions["open"].trigger)
        demo = push("Open the demo", actions["demo"].statusTip())
        demo.clicked.connect(actions["demo"].trigger)
        train = push("Train a model…", actions["train"].statusTip())
        train.clicked.connect(actions["train"].trigger)
        layout.addLayout(row(opener, demo, train, 1))
        layout.addWidget(label("… or drop a video anywhere on this window.", "muted"))
        layout.addSpacing(8)
        layout.addWidget(self._recent_title)
        layout.addLayout(self._recent)
        layout.addWidget(label(_FORMATS, "muted", wrap=True))
        layout.addWidget(self._reading)
        return card

    def _settings_changed(self, key: str) -> None:
        if key == RECENT.key:
            self._list_recent()

    def _list_recent(self) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        recent = self._settings.recent()[:_SHOWN_RECENT]
        self._recent_title.setVisible(bool(recent))
        for path in recent:
            self._recent.addWidget(self._recent_button(path))

    def _recent_button(self, path: Path) -> QPushButton:
        button = push(f"{path.name}    {path.parent}", f"Open {path}")
        button.setProperty("plain", True)
        shown = button.fontMetrics().elidedText(button.text(), Qt.TextElideMode.ElideMiddle, 460)
        button.setText(shown)
        button.clicked.connect(lambda: self.chosen.emit(path))
        return button


def _logo(ratio: float) -> QLabel:
    logo = QLabel()
    logo.setPixmap(icons.pixmap("studio", logo.palette().windowText().color(), 44, ratio))
    return logo
