"""How an analysis enters the document: utterances only where there are none, predictions beside what people decided."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from app.models.project.project import ProjectModel
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Prediction, Utterance
from m2fnet_core.base.events import AnalysisStarted, Event, FacesFound, Predicted
from m2fnet_core.document.commands import Import, new_id
from m2fnet_core.document.content import Document, MediumState, Model, Turn
from m2fnet_core.document.heard import recognised, speakers_for, touched, with_free_names
from m2fnet_core.document.meanings import shown
from m2fnet_core.document.media_files import compared
from m2fnet_core.transcript.wording import packed

_SAME = 1e-4  # probabilities nearer than this are the same prediction


class Intake(QObject):
    """Gives what an analysis found the document's own ids, and keeps its final predictions until all are there."""

    def __init__(self, project: ProjectModel, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project, self._session = project, session
        self._begin({})

    def _begin(self, names: Mapping[str, str]) -> None:
        self._names = names  # the analysis' id -> the document's
        self._turns: dict[str, Turn] = {}
        self._final: dict[str, Prediction] = {}
        self._model: Model | None = None

    def take(self, event: Event, asked: bool) -> Event:
        """The event in the document's ids. ``asked``: the request named the utterances, they are the document's."""
        match event:
            case AnalysisStarted():
                self._begin({} if asked else self._put(event))
                self._turns = {turn.id: turn for turn in self._project.turns_of(self._session.medium)}
                self._model = Model(event.model, event.model_hash, event.trained, event.labels)
                known = self._session.utterances if self._turns else event.utterances
                return replace(event, utterances=known)
            case FacesFound():
                return replace(event, utterance_id=self._name(event.utterance_id))
            case Predicted():
                prediction = self._translated(event.prediction)
                if not prediction.provisional:
                    self._final[prediction.utterance_id] = prediction
                return Predicted(shown(prediction, self._project.document.meanings))
        return event

    def finish(self, sha256: str) -> None:
        """The analysis of this content is complete: keep its predictions, unless they are what is kept already.

        Those of other content than the medium's are never kept under it.
        """
        document, model = self._project.document, self._model
        medium = document.media.get(self._session.medium)
        if medium is None or compared(medium, sha256).state is MediumState.REPLACED:
            model = None
        found = [(self._turns[k], p) for k, p in self._final.items() if k in self._turns and k in document.turns]
        if model is not None and not all(_kept(document, model, *one) for one in found):
            self._project.add_predictions(self._session.medium, model, found)
        self._begin({})

    def take_words(self, heard: Sequence[Utterance]) -> bool:
        """Words that were recognised, beside what a person did, as one step; False where they could not be kept."""
        model, medium = self._project, self._session.medium
        if model.project is None or not medium or model.read_only:
            return False
        by_person = touched(model.project.history())
        return model.do(recognised(model.document, medium, heard, by_person)) is not None

    def _name(self, utterance: str) -> str:
        return self._names.get(utterance, utterance)

    def _translated(self, prediction: Prediction) -> Prediction:
        attention = prediction.attention
        if not self._names:
            return prediction
        if attention is not None:
            attention = {self._name(other): weight for other, weight in attention.items()}
        return replace(prediction, utterance_id=self._name(prediction.utterance_id), attention=attention)

    def _put(self, event: AnalysisStarted) -> dict[str, str]:
        """Insert what was found, as one step. A transcript somebody picked takes the place of what is there."""
        project, medium = self._project, self._session.medium
        if not medium or project.read_only:
            return {}
        names = {utterance.id: new_id() for utterance in event.utterances}
        gone = {utterance.id for utterance in self._session.utterances}
        found = with_free_names(project.document, event.utterances, event.voices, gone)
        new, by_name = speakers_for(project.document, found)
        turns = tuple(turn_of(u, names[u.id], medium, by_name[u.speaker]) for u in found)
        source = event.transcript.name if event.transcript is not None else "what was heard"
        return names if project.do(Import(medium, turns, new, (), True, source)) is not None else {}


def turn_of(utterance: Utterance, name: str, medium: str, speaker: str) -> Turn:
    """An utterance as the document keeps it, under the document's ids."""
    return Turn(name, medium, utterance.start, utterance.end, speaker, utterance.text, packed(utterance.words))


def _kept(document: Document, model: Model, turn: Turn, prediction: Prediction) -> bool:
    """Whether the newest prediction of this utterance says the same."""
    kept = document.predictions.get(turn.id)
    if kept is None or kept.model.hash != model.hash or (kept.start, kept.end) != (turn.start, turn.end):
        return False
    before, now = kept.prediction.probabilities, shown(prediction, document.meanings).probabilities
    return before.keys() == now.keys() and all(abs(before[label] - now[label]) < _SAME for label in now)
