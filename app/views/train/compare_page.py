"""A run's model beside another one on the same held-out dialogues: figures, confusions, and what they call unlike."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.models.training.inquiries import Inquiries
from app.models.training.models import Models
from app.models.training.runs import Runs
from app.models.training.runs_rows import side_by_side
from app.views.parts.banner import FAILURE, Banner
from app.views.parts.plots import Plot
from app.views.parts.widgets import label, push, row, scrolled
from app.views.train.cells import cell_table, fill, show_whole, stretch
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.wording import count
from trainer.events import Done, Event, Failed, Progress
from trainer.judge.comparison import FEWEST, Comparison, Flip, Interval, Scores, comparisons_of, read_comparison

_KEY = "compare"
_VERDICTS = {True: "better", False: "worse", None: ""}
_FLIPS = ("Speaker", "Text", "Decided", "Before", "Now", "")


class ComparePage(QWidget):
    """Asks for comparisons and shows the newest one of the chosen run."""

    shown = Signal(Flip)  # a person wants to see and hear this utterance

    def __init__(self, runs: Runs, models: Models, inquiries: Inquiries) -> None:
        super().__init__()
        self._runs, self._models, self._inquiries = runs, models, inquiries
        self.comparison: Comparison | None = None
        self._asked = False  # an answer is still to come
        self.run, self.other = _box("Run"), _box("Compare with")
        self.ask = push("Compare", "Judge both on the dialogues that the run held out", primary=True)
        self.table = cell_table("Runs beside each other")
        self.table.setSortingEnabled(True)
        self.verdict = label("", "section", wrap=True)
        self.trouble = Banner("Why the two cannot be compared", stays=True)
        self._flips_head = label("What they call differently: a click shows it", "section")
        self.left_out = label("", "muted", wrap=True)
        self.figures, self.flips = cell_table("Figures"), cell_table("Utterances that the two call differently")
        self.before, self.now = Plot("Before"), Plot("Now")
        self._lay_out()
        self.run.activated.connect(self._show_newest)
        self.ask.clicked.connect(self._ask)
        self.flips.cellClicked.connect(self._choose)
        inquiries.heard.connect(self._hear)
        runs.changed.connect(self.refresh)
        models.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """The runs with a model, and the models to compare them with."""
        fill(self.table, *side_by_side([self._runs.view(name) for name in self._runs.names]))
        chosen = self.run.currentData()
        self.run.clear()
        for name in self._runs.names:
            if self._runs.view(name).bundle is not None:
                self.run.addItem(name, name)
        self.run.setCurrentIndex(max(0, self.run.findData(chosen)))
        others = {"The program's own model": "starter"}
        others |= {model.name: str(model.folder) for model in self._models.shelf if not model.error}
        in_use = str(self._models.in_use or "starter")
        if in_use not in others.values():  # chosen from another place than the shelf
            others["The model in use"] = in_use
        before = self.other.currentData()
        self.other.clear()
        for words, folder in others.items():
            self.other.addItem(words, folder)
        self.other.setCurrentIndex(self.other.findData(before if before in others.values() else in_use))
        self.ask.setEnabled(self.run.count() > 0 and not self._asked)
        if not self._asked and (self.run.currentData() != chosen or self.comparison is None):
            self._show_newest()

    def choose(self, name: str) -> None:
        """Another run."""
        self.run.setCurrentIndex(self.run.findData(name))
        self._show_newest()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(label("All runs: figures, and the settings in which they differ", "section"))
        column.addWidget(self.table)
        self.table.setFixedHeight(150)
        column.addWidget(label("A run's model beside another on the dialogues that the run held out", "section"))
        top = row(label("Run", "muted"), self.run, label("with", "muted"), self.other, self.ask, 1)
        column.addLayout(top)
        for part in (self.trouble, self.verdict, self.left_out, self.figures):
            column.addWidget(part)
        plots = row(self.before, self.now)
        column.addLayout(plots)
        column.addWidget(self._flips_head)
        column.addWidget(self.flips)
        self.flips.setMinimumHeight(260)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolled(inside))

    def _ask(self) -> None:
        toml = self._runs.folder(self.run.currentData()) / "run.toml"
        self.verdict.setText("Comparing …")
        self.trouble.hide()
        self._asked = True
        self.ask.setEnabled(False)
        self._inquiries.ask(_KEY, ("compare", str(toml), "--with", self.other.currentData(), "--events"))

    def _hear(self, key: str, event: Event) -> None:
        if key != _KEY:
            return
        if isinstance(event, Progress):
            self.verdict.setText(f"Comparing … {event.done} of {event.of}")
        elif isinstance(event, Failed):
            self._answered()
            self._show_newest()
            self.trouble.say(FAILURE, event.message)
        elif isinstance(event, Done):
            self._answered()
            self._show_file(event.paths["comparison"])

    def _answered(self) -> None:
        self._asked = False
        self.ask.setEnabled(self.run.count() > 0)

    def _show_newest(self) -> None:
        name = self.run.currentData()
        self.trouble.hide()
        found = comparisons_of(self._runs.folder(name)) if name else []
        if found:
            self._show_file(found[0])
        else:
            self.comparison = None
            self._show_parts(False)
            self.verdict.setText("Not compared yet." if name else "No run has made a model yet.")
            self.left_out.hide()

    def _show_file(self, path: Path) -> None:
        try:
            self.comparison = comparison = read_comparison(path)
        except TrainingError as error:
            self.verdict.setText("")
            self._show_parts(False)
            self.trouble.say(FAILURE, str(error))
            return
        self.verdict.setText(_verdict(comparison))
        self.left_out.setText("\n".join(comparison.left_out))
        self.left_out.setVisible(bool(comparison.left_out))
        self._show_figures(comparison)
        labels = comparison.labels
        for plot, scores, name in (
            (self.before, comparison.theirs, comparison.their_name),
            (self.now, comparison.ours, comparison.our_name),
        ):
            plot.heat(labels, labels, np.array(scores.confusion, np.int64), f"predicted by {name}", "true")
        self._show_flips(comparison.flips)
        self._show_parts(True)

    def _show_parts(self, shown: bool) -> None:
        for part in (self.figures, self.before, self.now, self._flips_head, self.flips):
            part.setVisible(shown)

    def _show_figures(self, comparison: Comparison) -> None:
        names = ("weighted F1", "accuracy", *comparison.labels)
        there = (True, True, *(sum(row) > 0 for row in comparison.ours.confusion))  # the class has examples
        rows = zip(names, _rows(comparison.theirs), _rows(comparison.ours), there, strict=True)
        fill(
            self.figures,
            ("", comparison.their_name, comparison.our_name),
            [(name, *(_words(x) if some else "no examples" for x in both)) for name, *both, some in rows],
        )
        stretch(self.figures, 0, 1, 2)
        show_whole(self.figures)

    def _show_flips(self, flips: tuple[Flip, ...]) -> None:
        rows = [(f.speaker, f.text or "", f.label or "", f.before, f.after, _VERDICTS[f.better]) for f in flips]
        fill(self.flips, _FLIPS, rows)
        stretch(self.flips, 1)

    def _choose(self, place: int) -> None:
        if self.comparison is not None:
            self.shown.emit(self.comparison.flips[place])


def _verdict(comparison: Comparison) -> str:
    """``weighted F1 +0.041 [0.010, 0.072] on 120 utterances of the test split: more than chance.``"""
    difference = comparison.difference
    unsure = "too few to tell it from chance" if comparison.ours.dialogues < FEWEST else "may be chance"
    chance = "more than chance" if comparison.more_than_chance else unsure
    utterances = f"{count(comparison.ours.utterances, 'utterance')} of {count(comparison.ours.dialogues, 'dialogue')}"
    return (
        f"Weighted F1 {difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}] on {utterances} "
        f"({comparison.split} split): {chance}. {count(len(comparison.flips), 'utterance')} called differently."
    )


def _rows(scores: Scores) -> list[Interval]:
    return [scores.weighted_f1, scores.accuracy, *scores.class_f1.values()]


def _words(figure: Interval) -> str:
    return f"{figure.value:.3f}  [{figure.low:.3f}, {figure.high:.3f}]"


def _box(name: str) -> QComboBox:
    made = QComboBox()
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    made.setAccessibleName(name)
    made.setMinimumWidth(180)
    return made
