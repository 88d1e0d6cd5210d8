"""What the keys and the mouse do to the open medium's utterances: every one is one command of the document."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.models.intake import speakers_for
from app.models.project import ProjectModel
from app.models.review import ReviewQueue
from app.models.session import Session
from m2fnet_core.dialogue import Utterance
from m2fnet_core.document.commands import (
    Clear,
    Command,
    Decide,
    Delete,
    Insert,
    Merge,
    SetBounds,
    SetSpeaker,
    SetText,
    Split,
    new_id,
)
from m2fnet_core.document.content import Decision, Turn
from m2fnet_core.document.editing import Bounds, can_split, split_text
from m2fnet_core.document.review import decided

_GRACE = 1.0  # seconds after its end in which a key still means an utterance, where nobody else speaks
_NEW = 1.0  # seconds that an inserted utterance lasts
_LONGEST = 600.0  # seconds spent on one utterance; more is a break


class Annotating(QObject):
    """Finds the utterance that a key means, and turns the key into a command."""

    told = Signal(str)  # what the last key did, or why it did nothing

    def __init__(
        self, project: ProjectModel, session: Session, queue: ReviewQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._project, self._session, self._queue = project, session, queue
        self._time, self._playing = 0.0, False
        self._current, self._since = "", monotonic()
        session.selection_changed.connect(self._watch)

    # Where the playhead is

    def set_time(self, time: float) -> None:
        """The frame on screen."""
        self._time = time
        if self._playing:
            self._watch()

    def set_playing(self, playing: bool) -> None:
        """While playing, keys mean what is heard, not what is selected."""
        self._playing = playing
        self._watch()

    @property
    def target(self) -> Utterance | None:
        """The utterance that a key means: under the playhead while playing, else the selected one."""
        chosen = None if self._playing else self._session.utterance(self._session.selected)
        return chosen or self._heard()

    def _heard(self) -> Utterance | None:
        """At the playhead, the latest to start; in a silence the one that ended just now."""
        session = self._session
        said = session.utterances_at(self._time)
        if said:
            return said[-1]
        row = session.row_at(self._time)
        before = session.utterances[row] if row >= 0 else None
        return before if before is not None and self._time - before.end <= _GRACE else None

    def _watch(self) -> None:
        """The clock of the time spent starts when an utterance becomes the one that keys mean."""
        target = self.target
        name = target.id if target is not None else ""
        if name != self._current:
            self._current, self._since = name, monotonic()

    # Deciding

    def label(self, label: str, on: str = "") -> None:
        """Give a label to the utterance ``on``, or to the one that keys mean; so with all that follow."""
        self._decide(label, on, label=label, skip=False)

    def second(self, label: str) -> None:
        """A second label beside the first; the same again takes it back."""
        decision = self._decision()
        if decision is None or decision.label is None:
            self.told.emit("Give it a first label, then a second one.")
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
        target = self.target
        if target is None:
            self.told.emit("Select an utterance first.")
            return False
        if decided(self._session.decision(target.id)):
            return True
        prediction = self._session.prediction(target.id)
        if prediction is None:
            self.told.emit("There is no prediction to accept here.")
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
        return len(sure) if decisions and self._do(Decide(decisions)) else 0

    def clear(self, on: str = "") -> None:
        """Take one's own decision back."""
        target = self._meant(on)
        if target is None or self._session.decision(target.id) is None:
            self.told.emit("There is nothing to clear here.")
        elif self._do(Clear((target.id,), self._project.annotator)):
            self.told.emit(f"{_name(target)}: cleared")

    def _meant(self, on: str) -> Utterance | None:
        return self._session.utterance(on) or self.target

    def _decision(self, on: str = "") -> Decision | None:
        target = self._meant(on)
        return None if target is None else self._session.decision(target.id)

    def _decide(self, words: str, on: str = "", **what: Any) -> bool:
        target = self._meant(on)
        if target is None:
            self.told.emit("Nobody speaks here: select an utterance first.")
            return False
        if not self._put(target.id, **what):
            return False
        self.told.emit(f"{_name(target)}: {words}")
        return True

    def _put(self, utterance: str, **what: Any) -> bool:
        spent = min(_LONGEST, monotonic() - self._since) if utterance == self._current else 0.0
        self._since = monotonic()
        return self._do(Decide((self._changed(utterance, spent, **what),)))

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
        target = self.target
        if not self.accept() or target is None or self._playing:
            return
        row = self._session.row(target.id)
        if row is not None and row + 1 < len(self._session.utterances):
            self._session.select(self._session.utterances[row + 1].id)

    def review(self) -> None:
        """Select the next utterance of the review queue."""
        chosen = self._queue.next()
        self._session.select(chosen)
        self.told.emit(f"{self._queue.left} left to review" if chosen else "Nothing is left to review.")

    # Bounds and structure

    def set_start(self) -> None:
        """The start of the selected utterance comes to the playhead."""
        chosen = self._to_fit()
        if chosen is not None:
            self._bound(chosen, _bounds(chosen).with_start(self._time), "start")

    def set_end(self) -> None:
        """The end of the selected utterance comes to the playhead."""
        chosen = self._to_fit()
        if chosen is not None:
            self._bound(chosen, _bounds(chosen).with_end(self._time, self.duration), "end")

    def set_bounds(self, utterance: str, bounds: Bounds) -> None:
        """What a drag on the timeline ended with."""
        self._do(SetBounds({utterance: (bounds.start, bounds.end)}))

    def split(self) -> None:
        """Cut the utterance at the playhead; its words go where they probably were said."""
        said = self._session.utterances_at(self._time)
        chosen = next((u for u in said if u.id == self._session.selected), said[-1] if said else None)
        if chosen is None or not can_split(_bounds(chosen), self._time):
            self.told.emit("Put the playhead inside an utterance to split it there.")
            return
        texts = split_text(chosen.text, (self._time - chosen.start) / chosen.duration)
        if self._do(Split(chosen.id, self._time, new_id(), texts)):
            self.told.emit(f"{_name(chosen)}: split")

    def merge(self) -> None:
        """Join the utterance with the next one."""
        target = self.target
        row = None if target is None else self._session.row(target.id)
        if target is None or row is None or row + 1 >= len(self._session.utterances):
            self.told.emit("There is no next utterance to merge with.")
        elif self._do(Merge((target.id, self._session.utterances[row + 1].id))):
            self._session.select(target.id)
            self.told.emit(f"{_name(target)}: merged with the next")

    def insert(self) -> None:
        """A new utterance at the playhead, of the selected speaker, up to the next thing that is said."""
        after = [u.start for u in self._session.utterances if u.start > self._time]
        end = min([self._time + _NEW, self.duration, *after])
        near = self.target
        self.insert_between(Bounds(self._time, end), near.speaker if near is not None else "")

    def insert_between(self, bounds: Bounds, speaker: str) -> None:
        """A new utterance with these bounds, as drawn on the timeline."""
        if bounds.end - bounds.start < 0.05 or not self._session.medium:
            self.told.emit("There is no room for an utterance here.")
            return
        new, ids = speakers_for(self._project.document, [Utterance("", 0, 0, speaker)])
        turn = Turn(new_id(), self._session.medium, bounds.start, bounds.end, ids[speaker])
        if self._do(Insert((turn,), new)):
            self._session.select(turn.id)

    def delete(self) -> None:
        """Take the utterance out."""
        target = self.target
        if target is None:
            self.told.emit("Select the utterance to delete.")
        elif self._do(Delete((target.id,))):
            self.told.emit(f"{_name(target)}: deleted")

    def set_text(self, utterance: str, text: str) -> None:
        """Other words; without any, nobody transcribed it."""
        words = text.strip() or None
        known = self._session.utterance(utterance)
        if known is not None and known.text != words:
            self._do(SetText(utterance, words))

    def set_speaker(self, utterances: Sequence[str], name: str) -> None:
        """Somebody else speaks; a name that nobody has yet is a new speaker."""
        name = name.strip()
        new, ids = speakers_for(self._project.document, [Utterance("", 0, 0, name)])
        self._do(SetSpeaker(tuple(utterances), ids[name], name if new else ""))

    def undo(self) -> None:
        """Take the last step back."""
        self._step_back(self._project.undo_title, "Undone", self._project.undo)

    def redo(self) -> None:
        """Do the step again."""
        self._step_back(self._project.redo_title, "Done again", self._project.redo)

    @property
    def duration(self) -> float:
        """Of the medium; seconds."""
        return self._session.media.duration if self._session.media is not None else 0.0

    def _step_back(self, title: str, word: str, step: Any) -> None:
        change = step()
        if change is not None:
            self.told.emit(f"{word}: {title}")

    def _to_fit(self) -> Utterance | None:
        """Whose bounds a key moves: the selected utterance also while another one is heard."""
        chosen = self._session.utterance(self._session.selected) or self._heard()
        if chosen is None:
            self.told.emit("Select the utterance whose bounds to set.")
        return chosen

    def _bound(self, utterance: Utterance, bounds: Bounds, word: str) -> None:
        if bounds != _bounds(utterance):
            self.set_bounds(utterance.id, bounds)
            self.told.emit(f"{_name(utterance)}: {word} set")

    def _do(self, command: Command) -> bool:
        return self._project.do(command) is not None


def _bounds(utterance: Utterance) -> Bounds:
    return Bounds(utterance.start, utterance.end)


def _name(utterance: Utterance) -> str:
    """How a message names an utterance."""
    words = utterance.text or "no text"
    return f"{utterance.speaker or 'Unknown speaker'}, “{words if len(words) < 40 else words[:38] + '…'}”"
