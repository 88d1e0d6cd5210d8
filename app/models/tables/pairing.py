"""Which two judges are compared, on which videos, and taking over what the other one said."""

from PySide6.QtCore import QObject, Signal

from app.models.editing.aim import Aim
from app.models.editing.annotating import Annotating
from app.models.project.project import ProjectModel
from app.models.video.session import Session
from m2fnet_core.document.content import Document
from m2fnet_core.document.judges import Judge, Pass, annotators, said_by

NETWORK = Judge(None)


class Pairing(QObject):
    """The pair that the comparison and the agreement show. Blind mode takes the network out of the choice."""

    changed = Signal()  # the pair, the scope, or who can be chosen
    said = Signal()  # somebody's labels

    def __init__(
        self, project: ProjectModel, session: Session, aim: Aim, act: Annotating, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._project, self._session, self._aim, self._act = project, session, aim, act
        self._pair: tuple[Judge | None, Judge | None] = (None, None)  # None: nobody was chosen
        self.whole = False  # the whole project instead of the open video
        project.opened.connect(self._forget)
        for signal in (project.annotator_changed, project.blind_changed, session.opened):
            signal.connect(self.changed)
        project.changed.connect(lambda _: self.said.emit())

    @property
    def document(self) -> Document:
        """As it is now."""
        return self._project.document

    @property
    def choices(self) -> tuple[Judge, ...]:
        """Everybody who can be compared: annotators with their passes where they have both, then the network."""
        decisions, asked = self.document.decisions, (self._project.annotator, self._session.blind)
        if self._seen[0] is not decisions or self._seen[1:] != asked:  # looks at every decision: once for each change
            self._choices, self._seen = self._found(), (decisions, *asked)
        return self._choices

    _choices: tuple[Judge, ...] = ()
    _seen: tuple[object, ...] = (None,)

    def _found(self) -> tuple[Judge, ...]:
        decisions = self.document.decisions.values()
        blind = {said.annotator for said in decisions if not said.saw_prediction}
        assisted = {said.annotator for said in decisions if said.saw_prediction}
        found: list[Judge] = []
        for name in dict.fromkeys((self._project.annotator, *annotators(self.document))):
            found.append(Judge(name))
            if name in blind and name in assisted:
                found += [Judge(name, Pass.BLIND), Judge(name, Pass.ASSISTED)]
        return (*found, *(() if self._session.blind else (NETWORK,)))

    @property
    def first(self) -> Judge:
        """The one chosen, else the annotator at work."""
        chosen = self._pair[0]
        return chosen if chosen in self.choices and chosen is not None else Judge(self._project.annotator)

    @property
    def second(self) -> Judge:
        """The one chosen, else another annotator, else the network."""
        choices, first, chosen = self.choices, self.first, self._pair[1]
        if chosen in choices and chosen is not None:
            return chosen
        others = [judge for judge in choices if judge.annotator not in (None, first.annotator)]
        return next(iter(others), NETWORK if NETWORK in choices else first)

    def choose(self, first: Judge, second: Judge) -> None:
        """Compare these two."""
        self._pair = (first, second)
        self.changed.emit()

    def set_whole(self, whole: bool) -> None:
        """Look at the whole project, or at the open video."""
        self.whole = whole
        self.changed.emit()

    def utterances(self) -> tuple[str, ...]:
        """Of the scope, in order."""
        turns, medium = self.document.turns.values(), self._session.medium
        return tuple(turn.id for turn in turns if self.whole or turn.medium == medium)

    def labels(self, judge: Judge, utterance: str) -> str:
        """What a judge said about one utterance; "" for nothing."""
        return said_by(self.document, judge, (utterance,)).get(utterance, "")

    def adopt(self, judge: Judge | None = None) -> None:
        """Decide as the other one did (or as ``judge``), for the utterance that keys mean."""
        target, own = self._aim.target, self._project.annotator
        judge = judge or (self.first if self.first.annotator != own else self.second)
        if target is None:
            self._aim.told.emit("Select an utterance first.")
        elif judge == NETWORK and self._session.blind:
            self._aim.told.emit("Blind mode hides what the network says.")
        elif label := self.labels(judge, target.id):
            self._act.label(label, target.id)
        else:
            self._aim.told.emit(f"{judge.title} gave this utterance no label.")

    def _forget(self) -> None:
        self._pair = (None, None)
        self.changed.emit()
