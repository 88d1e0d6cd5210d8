"""How far two judges agree, with intervals, per label, and whether seeing the prediction changed what was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.base.theme import emotion_colour
from app.jobs.background import Background, Emit
from app.models.project.project import ProjectModel
from app.models.tables.pairing import NETWORK, Pairing
from app.models.video.session import Session
from app.views.comparison.judges import JudgesBar
from app.views.comparison.measures import Line, Measures
from app.views.parts.lazily import Lazily
from app.views.parts.widgets import label, scrolled
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.wording import count
from m2fnet_core.document.agreement import Agreement, Joint, Measure, compare, difference, joint, percent
from m2fnet_core.document.content import Document
from m2fnet_core.document.graded import Graded, graded
from m2fnet_core.document.judges import Judge, Pass, annotators, passes, said_by
from m2fnet_core.document.project import LogEntry, Project

_READ = (
    "The band is the 95 % interval. Kappa and alpha are 1 for full agreement and 0 for what chance alone would give. "
    "How they are computed and read: docs/agreement.md."
)


@dataclass(frozen=True, slots=True)
class Passes:
    """One annotator against the network, blind and assisted; and against themselves, from the history."""

    annotator: str
    blind: Agreement | None
    assisted: Agreement | None
    shift: Measure | None
    again: Agreement


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that the panel shows. ``all_of_them``: of all annotators, where there are more than two."""

    pair: Agreement
    graded: Graded
    all_of_them: Joint | None
    passes: Passes | None


class AgreementPanel(QWidget):
    """Computed in a thread when the panel is seen and something changed."""

    def __init__(self, pairing: Pairing, project: ProjectModel, session: Session) -> None:
        super().__init__()
        self._pairing, self._project, self._session = pairing, project, session
        self.found: Found | None = None
        self.bar = JudgesBar(pairing, scope=True)
        self.counts = label("", "muted", wrap=True)
        self.whole, self.classes, self.passes = Measures(-0.2), Measures(-0.2), Measures(-0.5)
        self._passes_title = label("Blind and assisted", "section")
        self._lay_out()
        self._worker = Background("agreement", self)
        self._worker.result.connect(self._show)
        self.lazily = Lazily(self, self._compute)
        for signal in (pairing.changed, pairing.said):
            signal.connect(self.lazily.ask)

    def close_reader(self) -> None:
        """End the thread."""
        self._worker.close()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 2, 12, 12)
        column.setSpacing(8)
        for part in (self.counts, self.whole, label("Each label against all others", "section"), self.classes):
            column.addWidget(part)
        for part in (self._passes_title, self.passes, label(_READ, "muted", wrap=True)):
            column.addWidget(part)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(scrolled(inside))

    def _compute(self) -> None:
        pairing, history = self._pairing, self._read_history()
        self.bar.refresh()
        within = pairing.utterances()
        judges = (pairing.first, pairing.second)
        self._worker.start(partial(_compute, pairing.document, judges, within, history, self._session.blind))

    def _read_history(self) -> tuple[LogEntry, ...]:
        """Only what is new: a long history takes a while to read."""
        project = self._project.project
        if project is not self._of:
            self._of, self._history = project, ()
        if project is not None:
            last = self._history[-1].number if self._history else 0
            self._history += tuple(project.history(last))
        return self._history

    _of: Project | None = None
    _history: tuple[LogEntry, ...] = ()

    def _show(self, found: Found) -> None:
        self.found, pair = found, found.pair
        first, second = self._pairing.first.title, self._pairing.second.title
        drawn = f"; intervals from {count(pair.dialogues, 'video')} drawn anew" if pair.drawn == "dialogues" else ""
        self.counts.setText(
            f"{count(pair.matched, 'utterance')} labelled by both, {pair.differing} differently. "
            f"Only {first}: {pair.only_first}. Only {second}: {pair.only_second}{drawn}."
        )
        rows = [
            Line("Cohen's kappa", "of the two", pair.kappa, strong=True),
            Line("Krippendorff's alpha", "nominal, of the two", pair.alpha, strong=True),
            Line("Same label", f"{pair.matched - pair.differing} of {pair.matched}", pair.percent, share=True),
        ]
        rows += _graded_rows(found.graded)
        if found.all_of_them is not None:
            every = found.all_of_them
            rows.append(Line("Alpha of all annotators", f"{every.judges} on {every.utterances}", every.alpha))
        self.whole.set_rows(rows)
        self.classes.set_rows(
            [
                Line(
                    one.label,
                    f"{one.both} both · {one.first} / {one.second}",
                    one.kappa,
                    dot=emotion_colour(one.label, pair.labels),
                )
                for one in pair.classes
            ]
        )
        self._show_passes(found.passes)

    def _show_passes(self, found: Passes | None) -> None:
        for part in (self._passes_title, self.passes):
            part.setVisible(found is not None)
        if found is None:
            return
        self._passes_title.setText(f"{found.annotator}: blind and assisted")
        rows = [Line("Said the same again", _matched(found.again), found.again.percent, share=True)]
        if found.blind is not None and found.assisted is not None and found.shift is not None:
            rows += [
                Line("Like the network, blind", _matched(found.blind), found.blind.percent, share=True),
                Line("Like the network, assisted", _matched(found.assisted), found.assisted.percent, share=True),
                Line("Assisted minus blind", "what seeing it changes", found.shift, share=True),
            ]
        self.passes.set_rows(rows)


def _graded_rows(found: Graded) -> list[Line]:
    """Of intensities and sets of labels, where there are any."""
    rows = []
    if found.several:
        rows.append(Line("Alpha with MASI", f"label and second label, {found.sets}", found.masi))
    if found.intensities:
        same = f"intensity, same label, {found.intensities}"
        rows += [Line("Weighted kappa", same, found.kappa), Line("ICC(2,1)", same, found.icc)]
    return rows


def _matched(pair: Agreement) -> str:
    return f"{pair.matched - pair.differing} of {pair.matched}"


def _compute(
    document: Document,
    judges: tuple[Judge, Judge],
    within: tuple[str, ...],
    history: tuple[LogEntry, ...],
    blind: bool,
    emit: Emit,
    cancel: CancelToken,
) -> None:
    labels = document.label_set.labels
    dialogues = {utterance: document.turns[utterance].medium for utterance in within}
    first, second = (said_by(document, judge, within) for judge in judges)
    pair = compare(first, second, labels, dialogues)
    cancel.check()
    names = annotators(document)
    said = [said_by(document, Judge(name), within) for name in names]
    several = joint(said, labels, dialogues) if len(names) > 2 else None
    who = next((judge.annotator for judge in judges if judge.annotator is not None), "")
    own = None if not who else _passes(document, who, dialogues, history, blind)
    emit(Found(pair, graded(document, judges, within), several, own))


def _passes(
    document: Document, who: str, dialogues: Mapping[str, str], history: tuple[LogEntry, ...], hidden: bool
) -> Passes | None:
    """None while the annotator has not worked both ways. What the network says stays out while it is hidden."""
    both = {which: _within(said, dialogues) for which, said in passes(history, who).items()}
    labels = document.label_set.labels
    if not all(both.values()):
        return None
    again = compare(both[Pass.BLIND], both[Pass.ASSISTED], labels, dialogues)
    if hidden:
        return Passes(who, None, None, None, again)
    network = said_by(document, NETWORK, {*both[Pass.BLIND], *both[Pass.ASSISTED]})
    blind, assisted = (compare(both[which], network, labels, dialogues) for which in (Pass.BLIND, Pass.ASSISTED))
    return Passes(who, blind, assisted, difference(blind, assisted, percent), again)


def _within(said: Mapping[str, str], dialogues: Mapping[str, str]) -> dict[str, str]:
    return {utterance: label for utterance, label in said.items() if utterance in dialogues}
