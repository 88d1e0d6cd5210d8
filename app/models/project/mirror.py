"""Keeps the session what the document says about the open medium."""

from PySide6.QtCore import QObject

from app.base.theme import set_label_colours
from app.models.project.project import ProjectModel
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Prediction, Utterance
from m2fnet_core.document.content import Document, Turn
from m2fnet_core.document.project import Change
from m2fnet_core.transcript.wording import unpacked


class Mirror(QObject):
    """Follows the project's changes. A decision touches one utterance of the session, whatever the project's size."""

    def __init__(self, project: ProjectModel, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project, self._session = project, session
        project.changed.connect(self._take)
        project.opened.connect(self._take_project)
        project.annotator_changed.connect(self.reload)
        project.blind_changed.connect(lambda: session.set_blind(project.blind))
        session.blind = project.blind

    def reload(self) -> None:
        """Read everything of the open medium again. Predictions that an analysis is still working on stay."""
        session, document = self._session, self._project.document
        if not session.medium:
            return
        turns = self._project.turns_of(session.medium)
        predictions = {turn.id: known for turn in turns if (known := self._prediction(turn.id)) is not None}
        decisions = {turn.id: said for turn in turns if (said := self._project.decision(turn.id)) is not None}
        self._take_traces()
        session.load([utterance_of(turn, document) for turn in turns], predictions, decisions)

    def _take_project(self) -> None:
        self._session.editable = self._project.is_open and not self._project.read_only
        self._take_label_set()

    def _take_label_set(self) -> None:
        looks = self._project.document.looks.values()
        set_label_colours({look.label: look.colour for look in looks if look.colour})
        self._session.label_set = self._project.document.label_set.labels
        self._session.meanings = self._project.document.meanings

    def _prediction(self, utterance: str) -> Prediction | None:
        live = self._session.known_prediction(utterance)
        if live is not None and live.provisional:
            return live
        kept = self._project.document.predictions.get(utterance)
        return live if kept is None else kept.prediction

    def _take_traces(self) -> None:
        medium, traces = self._session.medium, self._project.document.traces
        self._session.set_traces(tuple(take for take in traces.values() if take.medium == medium))

    def _take(self, change: Change) -> None:
        self._take_traces()
        if change.whole:
            self._take_label_set()
            self.reload()
        elif any(self._differs(utterance) for utterance in change.utterances):
            self.reload()
        else:
            for utterance in change.utterances:
                self._take_words_of_judges(utterance)

    def _differs(self, utterance: str) -> bool:
        """Whether the utterance itself is new, gone or not what the session shows."""
        turn, shown = self._project.document.turns.get(utterance), self._session.utterance(utterance)
        if turn is None or turn.medium != self._session.medium:
            return shown is not None
        return shown != utterance_of(turn, self._project.document)

    def _take_words_of_judges(self, utterance: str) -> None:
        session = self._session
        if session.utterance(utterance) is None:
            return
        decision, prediction = self._project.decision(utterance), self._prediction(utterance)
        if decision != session.decision(utterance):
            session.decide(utterance, decision)
        if prediction is not None and prediction != session.known_prediction(utterance):
            session.predict(prediction)


def utterance_of(turn: Turn, document: Document) -> Utterance:
    """A document's turn as the core's utterance: with its speaker's name."""
    speaker = document.speakers.get(turn.speaker)
    name = speaker.name if speaker is not None else ""
    return Utterance(turn.id, turn.start, turn.end, name, turn.text, words=unpacked(turn.words))
