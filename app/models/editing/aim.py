"""Which utterance a key means, and how long it has been meant."""

from time import monotonic

from PySide6.QtCore import QObject, Signal

from app.models.video.session import Session
from m2fnet_core.base.dialogue import Utterance

_GRACE = 1.0  # seconds after its end in which a key still means an utterance, where nobody else speaks
_LONGEST = 600.0  # seconds spent on one utterance; more is a break


class Aim(QObject):
    """Follows the playhead and the selection. What a key did is told here, too."""

    told = Signal(str)  # what the last key did, or why it did nothing

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.time = 0.0  # of the frame on screen; seconds
        self.playing = False
        self._current, self._since = "", monotonic()
        session.selection_changed.connect(self._watch)

    def set_time(self, time: float) -> None:
        """The frame on screen."""
        self.time = time
        if self.playing:
            self._watch()

    def set_playing(self, playing: bool) -> None:
        """While playing, keys mean what is heard, not what is selected."""
        self.playing = playing
        self._watch()

    @property
    def target(self) -> Utterance | None:
        """The utterance that a key means: under the playhead while playing, else the selected one."""
        chosen = None if self.playing else self._session.utterance(self._session.selected)
        return chosen or self.heard()

    def heard(self) -> Utterance | None:
        """At the playhead, the latest to start; in a silence the one that ended just now."""
        session = self._session
        said = session.utterances_at(self.time)
        if said:
            return said[-1]
        row = session.row_at(self.time)
        before = session.utterances[row] if row >= 0 else None
        return before if before is not None and self.time - before.end <= _GRACE else None

    def spent(self, utterance: str) -> float:
        """Seconds since keys mean it, counted once; 0 for one that keys do not mean."""
        spent = min(_LONGEST, monotonic() - self._since) if utterance == self._current else 0.0
        self._since = monotonic()
        return spent

    def _watch(self) -> None:
        """The clock of the time spent starts when an utterance becomes the one that keys mean."""
        target = self.target
        name = target.id if target is not None else ""
        if name != self._current:
            self._current, self._since = name, monotonic()


def named(utterance: Utterance) -> str:
    """An utterance as a message names it."""
    words = utterance.text or "no text"
    return f"{utterance.speaker or 'Unknown speaker'}, “{words if len(words) < 40 else words[:38] + '…'}”"
