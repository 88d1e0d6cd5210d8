"""What the keys and the mouse do to the utterances themselves: bounds, structure, words, speakers, and steps back."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from app.models.editing.aim import Aim, named
from app.models.project.project import ProjectModel
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.document.commands import (
    Command,
    Delete,
    Insert,
    Merge,
    RenameSpeaker,
    SetBounds,
    SetSpeaker,
    SetText,
    Split,
    new_id,
)
from m2fnet_core.document.content import Turn
from m2fnet_core.document.editing import Bounds, can_split, split_text
from m2fnet_core.document.heard import speakers_for
from m2fnet_core.document.project import Change
from m2fnet_core.transcript.wording import parted, told_by

_NEW = 1.0  # seconds that an inserted utterance lasts
_SHORTEST = 0.05  # seconds; there is no room for less


class Shaping(QObject):
    """Every key and every drag is one command of the document."""

    def __init__(self, project: ProjectModel, session: Session, aim: Aim, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project, self._session, self._aim = project, session, aim

    def set_start(self) -> None:
        """The start of the selected utterance comes to the playhead."""
        chosen = self._to_fit()
        if chosen is not None:
            self._bound(chosen, _bounds(chosen).with_start(self._aim.time), "start")

    def set_end(self) -> None:
        """The end of the selected utterance comes to the playhead."""
        chosen = self._to_fit()
        if chosen is not None:
            self._bound(chosen, _bounds(chosen).with_end(self._aim.time, self._duration), "end")

    def set_bounds(self, utterance: str, bounds: Bounds) -> None:
        """What a drag on the timeline ended with."""
        self._do(SetBounds({utterance: (bounds.start, bounds.end)}))

    def split(self) -> None:
        """Cut the utterance at the playhead; its words go where they were said."""
        said = self._session.utterances_at(self._aim.time)
        chosen = next((u for u in said if u.id == self._session.selected), said[-1] if said else None)
        if chosen is None or not can_split(_bounds(chosen), self._aim.time):
            self._aim.told.emit("Put the playhead inside an utterance to split it there.")
            return
        if self._do(Split(chosen.id, self._aim.time, new_id(), _texts(chosen, self._aim.time))):
            self._aim.told.emit(f"{named(chosen)}: split")

    def merge(self) -> None:
        """Join the utterance with the next one."""
        target = self._aim.target
        row = None if target is None else self._session.row(target.id)
        if target is None or row is None or row + 1 >= len(self._session.utterances):
            self._aim.told.emit("There is no next utterance to merge with.")
        elif self._do(Merge((target.id, self._session.utterances[row + 1].id))):
            self._session.select(target.id)
            self._aim.told.emit(f"{named(target)}: merged with the next")

    def insert(self) -> None:
        """A new utterance at the playhead, of the selected speaker, up to the next thing that is said."""
        after = [u.start for u in self._session.utterances if u.start > self._aim.time]
        end = min([self._aim.time + _NEW, self._duration, *after])
        near = self._aim.target
        self.insert_between(Bounds(self._aim.time, end), near.speaker if near is not None else "")

    def insert_between(self, bounds: Bounds, speaker: str) -> None:
        """A new utterance with these bounds, as drawn on the timeline."""
        if bounds.end - bounds.start < _SHORTEST or not self._session.medium:
            self._aim.told.emit("There is no room for an utterance here.")
            return
        new, ids = speakers_for(self._project.document, [Utterance("", 0, 0, speaker)])
        turn = Turn(new_id(), self._session.medium, bounds.start, bounds.end, ids[speaker])
        if self._do(Insert((turn,), new)):
            self._session.select(turn.id)

    def delete(self) -> None:
        """Take the utterance out."""
        target = self._aim.target
        if target is None:
            self._aim.told.emit("Select the utterance to delete.")
        elif self._do(Delete((target.id,))):
            self._aim.told.emit(f"{named(target)}: deleted")

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

    def rename_speaker(self, speaker: str, name: str) -> None:
        """Another name everywhere: lane, table and face; that of another speaker makes the two one."""
        ids = {known.name: key for key, known in self._project.document.speakers.items()}
        name = " ".join(name.split())
        if not name or speaker not in ids:
            self._aim.told.emit("A speaker needs a name; nothing was renamed.")
        elif self._do(RenameSpeaker(ids[speaker], name)):
            self._aim.told.emit(f"{speaker} is {name} now" + (", with all that was theirs" if name in ids else ""))

    def undo(self) -> None:
        """Take the last step back."""
        self._step_back(self._project.undo_title, "Undone", self._project.undo)

    def redo(self) -> None:
        """Do the step again."""
        self._step_back(self._project.redo_title, "Done again", self._project.redo)

    @property
    def _duration(self) -> float:
        """Of the medium; seconds."""
        return self._session.media.duration if self._session.media is not None else 0.0

    def _step_back(self, title: str, word: str, step: Callable[[], Change | None]) -> None:
        change = step()
        if change is not None:
            self._aim.told.emit(f"{word}: {title}")

    def _to_fit(self) -> Utterance | None:
        """Whose bounds a key moves: the selected utterance also while another one is heard."""
        chosen = self._session.utterance(self._session.selected) or self._aim.heard()
        if chosen is None:
            self._aim.told.emit("Select the utterance whose bounds to set.")
        return chosen

    def _bound(self, utterance: Utterance, bounds: Bounds, word: str) -> None:
        if bounds != _bounds(utterance):
            self.set_bounds(utterance.id, bounds)
            self._aim.told.emit(f"{named(utterance)}: {word} set")

    def _do(self, command: Command) -> bool:
        return self._project.do(command) is not None


def _texts(utterance: Utterance, time: float) -> tuple[str | None, str | None]:
    """What was said before and after a time: by the times of its words, else by how much of it there is."""
    if utterance.text and told_by(utterance.text, utterance.words):
        return parted(utterance.text, utterance.words, time)
    return split_text(utterance.text, (time - utterance.start) / utterance.duration)


def _bounds(utterance: Utterance) -> Bounds:
    return Bounds(utterance.start, utterance.end)
