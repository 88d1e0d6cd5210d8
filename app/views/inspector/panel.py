"""The inspector: everything about the selected utterance, from top to bottom."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from app.base import icons
from app.base.settings import SORTED_BARS, Settings
from app.models.video.session import Session
from app.views.inspector.bars import Bars
from app.views.inspector.decision import DecisionBox
from app.views.inspector.explain import attention_rows, contribution_rows, known_contributions, label_rows
from app.views.inspector.frames import Frames
from app.views.inspector.header import Header
from app.views.parts.widgets import label, row
from m2fnet_core.base.dialogue import Prediction, Utterance

_MOST_ATTENDED = 8
_LEAST_WIDTH = 310
_CONTRIBUTION_TIP = (
    "How many percentage points of the predicted emotion's probability are lost when the network must do without this "
    "modality. To the right: the modality speaks for the prediction; to the left: against it."
)
_ATTENTION_TIP = "Which turns of the dialogue the network weighed when it judged this one. Click one to select it."


class Inspector(QStackedWidget):
    """Shows the session's selected utterance, and says what to do while there is none."""

    seek_requested = Signal(float)  # seconds
    label_chosen = Signal(str)  # for the selected utterance
    text_written = Signal(str, str)  # utterance id, its text with a word corrected

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self._session, self._settings = session, settings
        self.probabilities = Bars(118, clickable=True)
        self.contributions = Bars(84, diverging=True)
        self.attention = Bars(150, clickable=True)
        self.probabilities.setAccessibleName("Labels and their probabilities")
        self.contributions.setAccessibleName("What each modality contributed")
        self.attention.setAccessibleName("Turns that the network attended to")
        self.header, self.decision, self.frames = Header(session), DecisionBox(session), Frames(session)
        self.sort_button = self._make_sort_button()
        self._explained: list[QWidget] = []
        self.addWidget(_hint())
        self.addWidget(self._make_page())
        self.attention.clicked.connect(session.select)
        self.frames.clicked.connect(self.seek_requested)
        self.header.spoken.went.connect(self.seek_requested)
        self.header.spoken.written.connect(self.text_written)
        self.probabilities.clicked.connect(self._choose)
        session.selection_changed.connect(self.refresh)
        session.utterances_changed.connect(self.refresh)
        session.prediction_changed.connect(self._refresh_if_concerned)
        session.decision_changed.connect(self._take_decision)
        session.faces_changed.connect(self._refresh_frames)
        self.refresh()

    def close_reader(self) -> None:
        """End the thread that reads frames."""
        self.frames.close_reader()

    def set_time(self, time: float) -> None:
        """Mark the word at the playhead."""
        self.header.spoken.set_time(time)

    def refresh(self) -> None:
        """Show the selected utterance anew."""
        utterance = self._session.utterance(self._session.selected)
        self.setCurrentIndex(0 if utterance is None else 1)
        self.frames.set_utterance(self._session.selected)
        if utterance is not None:
            self._show_utterance(utterance, self._session.prediction(utterance.id))

    def _show_utterance(self, utterance: Utterance, prediction: Prediction | None) -> None:
        self._show_decision(utterance, prediction)
        for part in self._explained:
            part.setVisible(prediction is not None)
        if prediction is None:
            return
        self.contributions.set_rows(*contribution_rows(prediction))
        self._contributions_section.setVisible(known_contributions(prediction.contributions))
        rows, full = attention_rows(self._session, prediction, _MOST_ATTENDED)
        self.attention.set_rows(rows, full)
        self._attention_section.setVisible(bool(rows))

    def _show_decision(self, utterance: Utterance, prediction: Prediction | None) -> None:
        """Everything that a person's word changes."""
        self.header.set_utterance(utterance, prediction)
        self.decision.set_utterance(utterance.id)
        rows = label_rows(self._session, utterance.id, self._settings.get(SORTED_BARS))
        self.probabilities.set_rows(rows)
        self._labels_section.setVisible(bool(rows))

    def _take_decision(self, utterance_id: str) -> None:
        utterance = self._session.utterance(utterance_id)
        if utterance is not None and utterance_id == self._session.selected:
            self._show_decision(utterance, self._session.prediction(utterance_id))
        else:
            self._refresh_if_concerned(utterance_id)

    def _refresh_if_concerned(self, utterance_id: str) -> None:
        selected = self._session.prediction(self._session.selected)
        if utterance_id == self._session.selected or (selected and utterance_id in (selected.attention or {})):
            self.refresh()

    def _refresh_frames(self) -> None:
        self.frames.set_utterance(self._session.selected)

    def _make_page(self) -> QScrollArea:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(14, 12, 14, 14)
        layout.setSpacing(16)
        layout.addWidget(self.header)
        self._labels_section = _section("Emotion", "", self.probabilities, self.sort_button)
        layout.addWidget(self._labels_section)
        layout.addWidget(self.decision)
        self._contributions_section = _section("What each modality contributed", _CONTRIBUTION_TIP, self.contributions)
        self._attention_section = _section("Turns it attended to", _ATTENTION_TIP, self.attention)
        self._explained = [self._contributions_section, self._attention_section]
        for part in (*self._explained, self.frames):
            layout.addWidget(part)
        layout.addStretch(1)
        area = _Page()
        area.setWidget(page)
        return area

    def _make_sort_button(self) -> QToolButton:
        button = icons.button("sort", SORTED_BARS.description)
        button.setCheckable(True)
        button.setChecked(self._settings.get(SORTED_BARS))
        button.toggled.connect(self._sort)
        return button

    def _choose(self, label: str) -> None:
        if self._session.editable:
            self.label_chosen.emit(label)

    def _sort(self, ranked: bool) -> None:
        self._settings.set(SORTED_BARS, ranked)
        self.refresh()


class _Page(QScrollArea):
    """Scrolls up and down, and is never narrower than what it shows: nothing is cut off at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        """As wide as the page and its scroll bar."""
        page, bar = self.widget(), self.verticalScrollBar()
        wide = page.minimumSizeHint().width() if page is not None else 0
        room = wide + bar.sizeHint().width() + 2 * self.frameWidth()
        return QSize(max(_LEAST_WIDTH, room), super().minimumSizeHint().height())


def _section(title: str, tip: str, content: QWidget, extra: QWidget | None = None) -> QWidget:
    section = QWidget()
    section.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    heading = label(title, "section")
    section.setToolTip(tip)
    layout = QVBoxLayout(section)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    layout.addLayout(row(heading, 1, *([extra] if extra else [])))
    layout.addWidget(content)
    return section


def _hint() -> QWidget:
    hint = label("Select an utterance in the table or the timeline\nto see what the network says about it.", "muted")
    hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
    hint.setWordWrap(True)
    return hint
