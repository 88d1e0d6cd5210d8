"""Which utterances the table keeps in."""

from dataclasses import dataclass

from app.models.video.session import Session
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.document.review import corrected, decided


@dataclass(frozen=True, slots=True)
class Filters:
    """Every part that is set must hold. ``emotions`` are shown labels: a person's, else the network's."""

    words: tuple[str, ...] = ()  # casefolded; each occurs in the text, the speaker, a label or the comment
    emotions: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()
    unsure: bool = False
    undecided: bool = False
    changed: bool = False  # a person's label is not the network's

    @property
    def chosen(self) -> int:
        """How many parts are set, words aside."""
        return sum(map(bool, (self.emotions, self.speakers, self.unsure, self.undecided, self.changed)))

    def __bool__(self) -> bool:
        return bool(self.words) or self.chosen > 0

    def passes(self, utterance: Utterance, session: Session) -> bool:
        """Whether the utterance stays in."""
        decision, prediction = session.decision(utterance.id), session.prediction(utterance.id)
        if self.speakers and utterance.speaker not in self.speakers:
            return False
        if self.emotions and session.shown_label(utterance.id) not in self.emotions:
            return False
        if self.unsure and not (decision is not None and decision.unsure):
            return False
        if (self.undecided and decided(decision)) or (self.changed and not corrected(decision, prediction)):
            return False
        return not self.words or self._has_words(utterance, session)

    def _has_words(self, utterance: Utterance, session: Session) -> bool:
        decision, prediction = session.decision(utterance.id), session.prediction(utterance.id)
        parts = [utterance.text or "", utterance.speaker, prediction.label if prediction else ""]
        if decision is not None:
            parts += [decision.label or "", decision.second or "", decision.comment]
        hay = "\n".join(parts).casefold()
        return all(word in hay for word in self.words)
