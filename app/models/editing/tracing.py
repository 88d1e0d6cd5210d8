"""Recording a trace while the video plays: frames and a hand come in, takes go out, and a journal is kept meanwhile."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from app.base.settings import LAG, Settings
from app.models.editing.aim import Aim
from app.models.notices import Notices
from app.models.project.project import ProjectModel
from app.models.video.session import Session
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.document.commands import AddTrace, RemoveTrace
from m2fnet_core.document.content import Dimension
from m2fnet_core.document.trace_journal import Head, TraceJournal
from m2fnet_core.document.traces import takes_of

FLUSH_MS = 100  # what a killed process loses is at most this and one frame
_END = 0.2  # seconds before the end of the video at which a recording that stands still is over


class Tracing(QObject):
    """At most one recording. Media time comes from the frames on screen, so speed and pauses do not matter."""

    changed = Signal()  # a recording began or ended
    sampled = Signal()  # `events` has one more
    moved = Signal(float)  # the value, wherever it came from

    def __init__(
        self,
        project: ProjectModel,
        session: Session,
        settings: Settings,
        notices: Notices,
        aim: Aim,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project, self._session, self._settings = project, session, settings
        self._notices, self._aim = notices, aim
        self.head: Head | None = None  # of the recording; None: there is none
        self.value = 0.0  # -1 to 1
        self.events: list[tuple[float, float] | None] = []
        self._written = 0  # events that are in the journal
        self._time, self._playing = 0.0, False
        self._journal: TraceJournal | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(FLUSH_MS)
        self._clock.timeout.connect(self._flush)
        session.opened.connect(self.stop)

    @property
    def dimension(self) -> Dimension | None:
        """What is being traced."""
        return None if self.head is None else self.head.dimension

    # What is done

    def toggle(self, dimension: Dimension) -> None:
        """Begin, or end what is being recorded; another dimension takes its place."""
        before = self.dimension
        self.stop()
        if before != dimension:
            self._start(dimension)

    def stop(self) -> None:
        """End the recording: what was traced becomes one step of the document."""
        if self.head is None:
            return
        head, self.head = self.head, None
        self._clock.stop()
        takes = takes_of(self.events, head.take(datetime.now(UTC).isoformat(timespec="seconds")))
        kept = self._project.do(AddTrace(takes)) is not None if takes else True
        self._leave_journal(kept)
        self.changed.emit()
        if kept:
            self._aim.told.emit(f"{head.dimension.capitalize()}: traced" if takes else "Nothing was traced.")

    def close(self) -> None:
        """End what goes on."""
        self.stop()

    def remove(self) -> None:
        """Take the annotator's own traces of this video out; undo brings them back."""
        own = tuple(take.id for take in self._session.traces if take.annotator == self._project.annotator)
        if not own:
            self._aim.told.emit("You traced nothing in this video.")
        elif self._project.do(RemoveTrace(own)) is not None:
            self._aim.told.emit("Your traces of this video are gone; undo brings them back.")

    # What comes in

    def set_value(self, value: float) -> None:
        """The hand moved."""
        self.value = min(max(-1.0, value), 1.0)
        self._sample()
        self.moved.emit(self.value)

    def set_time(self, time: float) -> None:
        """The frame on screen."""
        self._time = time
        self._sample()

    def set_playing(self, playing: bool) -> None:
        """Only what is felt while the video plays is a trace; at its end the recording is over."""
        self._playing = playing
        self._sample()
        media = self._session.media
        if not playing and media is not None and self._time >= media.duration - _END:
            self.stop()

    def jump(self) -> None:
        """A seek: what comes next is not connected with what came before."""
        if self.events and self.events[-1] is not None:
            self.events.append(None)

    # Inside

    def _start(self, dimension: Dimension) -> None:
        path = self._project.path
        if path is None or not self._session.editable or not self._session.reachable:
            self._aim.told.emit("A trace needs a video that plays, in a project that can be changed.")
            return
        head = Head(self._session.medium, self._project.annotator, dimension, self._settings.get(LAG) / 1000)
        try:
            self._journal = TraceJournal(path)
        except M2FNetError as error:
            self._notices.fail(str(error))
            return
        self.head, self.events, self._written = head, [], 0
        self._clock.start()
        self.changed.emit()
        self.set_value(0.0)
        self._aim.told.emit(f"Tracing {dimension.value}: drag, wheel or Up and Down; the same key ends it")

    def _sample(self) -> None:
        if self.head is not None and self._playing:
            self.events.append((self._time, self.value))
            self.sampled.emit()

    def _flush(self) -> None:
        """To disk. Where that fails, the recording ends with what there is."""
        new, self._written = self.events[self._written :], len(self.events)
        if not new or self.head is None or self._journal is None:
            return
        try:
            self._journal.append(self.head, new)
        except M2FNetError as error:
            self._notices.fail(str(error))
            self.stop()

    def _leave_journal(self, kept: bool) -> None:
        """What could not be kept stays there for the next opening."""
        journal, self._journal = self._journal, None
        if journal is None:
            return
        try:
            if kept:
                journal.clear()
        except M2FNetError as error:
            self._notices.fail(str(error))
        finally:
            journal.close()
