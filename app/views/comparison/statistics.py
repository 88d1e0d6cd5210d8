"""What the labels of a video or a project say: by speaker, over time, from turn to turn, and beside the network."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.base import icons
from app.base.words import percent
from app.jobs.background import Background, Emit
from app.models.notices import Notices
from app.models.project.project import ProjectModel
from app.models.video.session import Session
from app.views.parts.lazily import Lazily
from app.views.parts.plots import Plot, legend, save_plot
from app.views.parts.widgets import label, row, scrolled
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.wording import count
from m2fnet_core.document.agreement import Agreement, compare
from m2fnet_core.document.content import Document
from m2fnet_core.document.formats import LabelChoice
from m2fnet_core.document.judges import Judge, said_by
from m2fnet_core.document.statistics import Following, Sayings, by_speaker, over_time, sayings, transitions

_BINS = 40
_WHOSE = {
    LabelChoice.HUMAN_ELSE_MODEL: "Yours, else the network's",
    LabelChoice.HUMAN: "Yours alone",
    LabelChoice.MODEL: "The network's alone",
}
_FOLLOWING = {
    Following.ANY: "to the next turn",
    Following.SAME: "to the same speaker's next turn",
    Following.OTHER: "to the next turn, of somebody else",
}
_FILES = "Picture (*.png);;Drawing (*.svg)"


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What the plots show."""

    said: Sayings
    speakers: npt.NDArray[np.int64]
    edges: npt.NDArray[np.float64]
    seconds: npt.NDArray[np.float64]
    turns: npt.NDArray[np.int64]
    agreement: Agreement | None


class Statistics(QWidget):
    """Counted in a thread when the view is seen and something changed."""

    def __init__(self, project: ProjectModel, session: Session, notices: Notices) -> None:
        super().__init__()
        self._project, self._session, self._notices = project, session, notices
        self.counted: Counted | None = None
        self.whose, self.scope, self.following = _list("Whose labels"), _list("Videos"), _list("Which turn follows")
        self.speakers, self.time = Plot("Emotions by speaker"), Plot("Emotions over time")
        self.turns, self.network = Plot("Transitions"), Plot("Agreement with the network")
        self.summary = label("", "muted")
        self._legend = QWidget()
        self._fill_lists()
        self._lay_out()
        self._counter = Background("statistics", self)
        self._counter.result.connect(self._show)
        self.lazily = Lazily(self, self._count)
        for signal in (project.changed, project.opened, project.annotator_changed, project.blind_changed):
            signal.connect(self.lazily.ask)
        session.opened.connect(self.lazily.ask)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """From top to bottom."""
        return (self.speakers, self.time, self.turns, self.network)

    def close_reader(self) -> None:
        """End the thread."""
        self._counter.close()

    def save(self, plot: Plot, path: Path) -> None:
        """As PNG or, by its suffix, as SVG."""
        try:
            save_plot(plot, path)
        except M2FNetError as error:
            self._notices.fail(str(error))

    def _fill_lists(self) -> None:
        for choice, words in _WHOSE.items():
            self.whose.addItem(words, choice)
        for scope, words in ((False, "This video"), (True, "Whole project")):
            self.scope.addItem(words, scope)
        for following, words in _FOLLOWING.items():
            self.following.addItem(words, following)
        for box in (self.whose, self.scope, self.following):
            box.activated.connect(self._count)

    def _lay_out(self) -> None:
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 4, 12, 12)
        self._column.setSpacing(6)
        self._column.addWidget(self._legend)
        for plot in self.plots:
            self._column.addLayout(self._head(plot))
            self._column.addWidget(plot)
        self._column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        top = row(self.whose, self.scope, self.summary, 1, margins=(8, 8, 8, 6))
        top.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(scrolled(inside))

    def _head(self, plot: Plot) -> QHBoxLayout:
        save = icons.button("save", f"Save “{plot.title}” as PNG or SVG")
        save.clicked.connect(partial(self._ask_where, plot))
        beside = [self.following] if plot is self.turns else []
        return row(label(plot.title, "section"), *beside, 1, save, margins=(0, 8, 0, 0))

    def _ask_where(self, plot: Plot) -> None:
        name, kind = QFileDialog.getSaveFileName(self, "Save the plot", f"{plot.title}.png", _FILES)
        if name:
            path = Path(name)
            self.save(plot, path if path.suffix else path.with_suffix(".svg" if "svg" in kind else ".png"))

    def _count(self) -> None:
        choice = LabelChoice.HUMAN if self._session.blind else LabelChoice(self.whose.currentData())
        medium = "" if self.scope.currentData() else self._session.medium
        following = Following(self.following.currentData())
        what = (self._project.document, choice, self._project.annotator, medium, following, self._session.blind)
        self._counter.start(partial(_count, *what))

    def _show(self, counted: Counted) -> None:
        self.counted, said, blind = counted, counted.said, self._session.blind
        self.whose.setEnabled(not blind)
        self.whose.setCurrentIndex(list(_WHOSE).index(LabelChoice.HUMAN) if blind else self.whose.currentIndex())
        used = [place for place in range(len(said.labels)) if counted.speakers[:, place].any()]
        names = [said.labels[place] for place in used]
        self._set_legend(names)
        self.speakers.bars([name or "Nobody" for name in said.speakers], names, counted.speakers[:, used])
        unit = "time" if len(said.media) == 1 else "share"
        self.time.areas(counted.edges, names, counted.seconds[:, used], unit)
        self.turns.heat(said.labels, said.labels, counted.turns, "then", "first")
        self._show_network(counted.agreement)
        self.summary.setText(f"{said.labelled} of {count(len(said.label), 'utterance')} labelled")

    def _show_network(self, agreement: Agreement | None) -> None:
        self.network.setVisible(agreement is not None)
        if agreement is not None:
            share = agreement.percent.value
            words = "" if share is None else f", {percent(share)} alike"
            both = f"{count(agreement.matched, 'utterance')} of both{words}"
            table = np.array(agreement.table, np.int64).reshape(len(agreement.labels), -1)
            self.network.heat(agreement.labels, agreement.labels, table, f"the network ({both})", "you")

    def _set_legend(self, names: list[str]) -> None:
        new = legend(names)
        self._column.replaceWidget(self._legend, new)
        self._legend.deleteLater()
        self._legend = new


def _list(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return box


def _count(
    document: Document,
    choice: LabelChoice,
    annotator: str,
    medium: str,
    following: Following,
    blind: bool,
    emit: Emit,
    cancel: CancelToken,
) -> None:
    said = sayings(document, choice, annotator, medium)
    cancel.check()
    edges, seconds = over_time(said, _BINS)
    agreement = None if blind else _beside_network(document, annotator, medium)
    emit(Counted(said, by_speaker(said), edges, seconds, transitions(said, following), agreement))


def _beside_network(document: Document, annotator: str, medium: str) -> Agreement:
    dialogues = {turn.id: turn.medium for turn in document.turns.values() if medium in ("", turn.medium)}
    own = said_by(document, Judge(annotator), dialogues)
    return compare(own, said_by(document, Judge(None), own), document.label_set.labels, dialogues)
