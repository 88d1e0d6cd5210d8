"""What the keys and the mouse do to the open medium's decisions: every one is one command of the document."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.models.editing.aim import Aim, named
from app.models.project.project import ProjectModel
from app.models.tables.review import ReviewQueue
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.document.commands import Clear, Decide
from m2fnet_core.document.content import Decision
from m2fnet_core.document.review import decided


class Annotating(QObject):
    """Turns a key into the annotator's decision on the utterance that the key means."""

    reviewed = Signal()  # the next one to review was asked for, and the open medium has none left

    def __init__(
        self,
        project: ProjectModel,
        session: Session,
        aim: Aim,
        queue: ReviewQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project, self._session, self._aim, self._queue = project, session, aim, queue

    def label(self, label: str, on: str = "") -> None:
        """Give a label to the utterance ``on``, or to the one that keys mean; so with all that follow."""
        self._decide(label, on, label=label, skip=False)

    def second(self, label: str) -> None:
        """A second label beside the first; the same again takes it back."""
        decision = self._decision()
        if decision is None or decision.label is None:
            self._aim.told.emit("Give it a first label, then a second one.")
            return
        if label != decision.label:
            second = None if decision.second == label else label
            self._decide(f"second label {second or 'taken back'}", second=second)

    def intensity(self, level: int, on: str = "") -> None:
        """1 weak, 2 clear, 3 strong; the same again takes it back."""
        decision = self._decision(on)
        same = decision is not None and decision.intensity == level
        self._decide("no intensity" if same else f"intensity {level}", on, intensity=None if same else level)

    def unsure(self, on: str = "") -> None:
        """Mark as unsure, or as sure again."""
        decision = self._decision(on)
        unsure = decision is None or not decision.unsure
        self._decide("unsure" if unsure else "sure", on, unsure=unsure)

    def skip(self, on: str = "") -> None:
        """Not to be labelled, or to be labelled after all."""
        decision = self._decision(on)
        skip = decision is None or not decision.skip
        self._decide("skipped" if skip else "not skipped", on, skip=skip, **({"label": None} if skip else {}))

    def comment(self, utterance: str, text: str) -> None:
        """A remark on an utterance."""
        before = self._session.decision(utterance)
        if text.strip() != (before.comment if before is not None else ""):
            self._put(utterance, comment=text.strip())

    def accept(self) -> bool:
        """Take the prediction for the label, unless there is one already. Returns whether one can go on."""
        target = self._aim.target
        if target is None:
            self._aim.told.emit("Select an utterance first.")
            return False
        if decided(self._session.decision(target.id)):
            return True
        prediction = self._session.prediction(target.id)
        if prediction is None:
            self._aim.told.emit("There is no prediction to accept here.")
            return False
        return self._decide(f"accepted {prediction.label}", label=prediction.label, skip=False)

    def accept_many(self, least: float) -> int:
        """Accept every undecided prediction at least this probable; one step. Returns how many."""
        session = self._session
        sure = [
            (utterance, prediction.label)
            for utterance in session.utterances
            if not decided(session.decision(utterance.id))
            and (prediction := session.prediction(utterance.id)) is not None
            and not prediction.provisional
            and prediction.probabilities[prediction.label] >= least
        ]
        decisions = tuple(self._changed(utterance.id, 0.0, label=label) for utterance, label in sure)
        return len(sure) if decisions and self._project.do(Decide(decisions)) else 0

    def clear(self, on: str = "") -> None:
        """Take one's own decision back."""
        target = self._meant(on)
        if target is None or self._session.decision(target.id) is None:
            self._aim.told.emit("There is nothing to clear here.")
        elif self._project.do(Clear((target.id,), self._project.annotator)) is not None:
            self._aim.told.emit(f"{named(target)}: cleared")

    def _meant(self, on: str) -> Utterance | None:
        return self._session.utterance(on) or self._aim.target

    def _decision(self, on: str = "") -> Decision | None:
        target = self._meant(on)
        return None if target is None else self._session.decision(target.id)

    def _decide(self, words: str, on: str = "", **what: Any) -> bool:
        target = self._meant(on)
        if target is None:
            self._aim.told.emit("Nobody speaks here: select an utterance first.")
            return False
        if not self._put(target.id, **what):
            return False
        self._aim.told.emit(f"{named(target)}: {words}")
        return True

    def _put(self, utterance: str, **what: Any) -> bool:
        decision = self._changed(utterance, self._aim.spent(utterance), **what)
        return self._project.do(Decide((decision,))) is not None

    def _changed(self, utterance: str, spent: float, **what: Any) -> Decision:
        """The annotator's decision with this changed. Time adds up; who saw the prediction once has seen it."""
        before = self._session.decision(utterance)
        seen = self._session.prediction(utterance) is not None
        if before is None:
            before = Decision(utterance, self._project.annotator, saw_prediction=False)
        return replace(
            before,
            seconds=round(before.seconds + spent, 2),
            saw_prediction=before.saw_prediction or seen,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            **what,
        )

    def accept_and_go_on(self) -> None:
        """Accept, and select the next utterance; while playing, the video goes on by itself."""
        target = self._aim.target
        if not self.accept() or target is None or self._aim.playing:
            return
        row = self._session.row(target.id)
        if row is not None and row + 1 < len(self._session.utterances):
            self._session.select(self._session.utterances[row + 1].id)

    def review(self) -> None:
        """Select the next utterance of the review queue."""
        chosen = self._queue.next()
        if chosen:
            self._session.select(chosen)
            self._aim.told.emit(f"{self._queue.left} left to review")
        else:
            self.reviewed.emit()
