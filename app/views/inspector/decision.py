"""What the person says about the selected utterance beyond its label: unsure, skipped, how strong, a comment."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.base.words import spent
from app.models.video.session import Session
from app.views.parts.field import TextField
from app.views.parts.widgets import Steady, label, row
from m2fnet_core.document.content import Decision

_LEVELS = ((1, "Weak"), (2, "Clear"), (3, "Strong"))


class DecisionBox(QWidget):
    """Hidden while the project cannot be changed and nothing was decided."""

    unsure_clicked = Signal()
    skip_clicked = Signal()
    intensity_clicked = Signal(int)
    comment_written = Signal(str, str)  # utterance id, text

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._utterance = session, ""
        self.unsure = _toggle("Unsure", "You are not sure of the label (U)")
        self.skip = _toggle("Skip", "This utterance shall not be labelled (X)")
        self.levels = {level: _toggle(word, f"The emotion is {word.lower()} (Alt+{level})") for level, word in _LEVELS}
        self.comment = self._make_comment()
        self.facts = Steady()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(7)
        layout.addWidget(label("Your decision", "section"))
        buttons = row(*self.levels.values(), 1, self.unsure, self.skip)
        buttons.setSpacing(3)
        layout.addLayout(buttons)
        layout.addWidget(self.comment)
        layout.addWidget(self.facts)
        self.unsure.clicked.connect(self.unsure_clicked)
        self.skip.clicked.connect(self.skip_clicked)
        for level, button in self.levels.items():
            button.clicked.connect(lambda _=False, level=level: self.intensity_clicked.emit(level))

    def set_utterance(self, utterance: str) -> None:
        """Show an utterance's decision. A comment that is being written belongs to the utterance it was begun for."""
        decision = self._session.decision(utterance)
        self.setVisible(self._session.editable or decision is not None)
        same, self._utterance = utterance == self._utterance, utterance
        self.unsure.setChecked(decision is not None and decision.unsure)
        self.skip.setChecked(decision is not None and decision.skip)
        for level, button in self.levels.items():
            button.setChecked(decision is not None and decision.intensity == level)
        if not (same and self.comment.hasFocus()):
            self.comment.setText(decision.comment if decision is not None else "")
        self.facts.setText(_facts(decision))
        for part in (self.unsure, self.skip, self.comment, *self.levels.values()):
            part.setEnabled(self._session.editable)

    def write_comment(self) -> None:
        """Put the cursor into the comment."""
        self.comment.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.comment.selectAll()

    def _make_comment(self) -> TextField:
        field = TextField()
        field.setPlaceholderText("Comment (C)")
        field.setAccessibleName("Comment on the utterance")
        field.editingFinished.connect(lambda: self.comment_written.emit(self._utterance, field.text()))
        field.returnPressed.connect(field.clearFocus)
        return field


def _facts(decision: Decision | None) -> str:
    """Who, how long, and whether the prediction was in sight."""
    if decision is None:
        return ""
    seen = "with the prediction in sight" if decision.saw_prediction else "blind"
    return f"{decision.annotator}, {seen}, {spent(decision.seconds)}"


def _toggle(text: str, tip: str) -> QToolButton:
    made = QToolButton()
    made.setObjectName("chip")
    made.setText(text)
    made.setCheckable(True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(tip)
    made.setStatusTip(tip)
    return made
