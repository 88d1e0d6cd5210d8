"""The videos of a project that are analysed one after the other, while a person works on one of them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.base.settings import QUEUE, Settings, by_itself
from app.jobs.worker import WorkerClient
from app.models.project.intake import Intake
from app.models.project.mirror import utterance_of
from app.models.project.project import ProjectModel
from app.models.video.analysis import Analysis, State
from app.models.video.session import Session
from m2fnet_core.base.calibration import LabelPrior
from m2fnet_core.base.events import AnalysisStarted, Event, Failed, Finished, Progress, Stopped
from m2fnet_core.base.requests import Analyze
from m2fnet_core.document.content import Medium, MediumState
from m2fnet_core.document.statistics import progress

_TRIES = 2  # a video that the worker died of this often is left alone
_LOST = "What was found could not be kept; the messages say why."


class Standing(Enum):
    """Where a video of the queue stands."""

    WAITING = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """``reason``: one sentence, where it failed."""

    standing: Standing
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """What an analysis computes on, and with what; both can change while the queue works."""

    device: Callable[[], str]
    model: Callable[[], Path | None]
    prior: Callable[[], LabelPrior]


class AnalysisQueue(QObject):
    """Waits while the open video is analysed. What is still to do is remembered with the project's path."""

    changed = Signal()

    def __init__(
        self, project: ProjectModel, analysis: Analysis, worker: WorkerClient, settings: Settings, means: Means
    ) -> None:
        super().__init__(project)
        self._project, self._analysis, self._worker = project, analysis, worker
        self._settings, self._means = settings, means
        self._session = Session(self)  # of the video at work, which is not the one on screen
        self._intake = Intake(project, self._session, self)
        self._places: dict[str, Place] = {}
        self._deaths: dict[str, int] = {}
        self._job, self._asked, self._found = "", False, 0
        self._path = ""  # of the project that the places belong to
        self.progress: Progress | None = None
        worker.heard.connect(self._hear)
        worker.died.connect(self._interrupt)
        analysis.changed.connect(self._look)
        project.opened.connect(self._load)
        project.saved_as.connect(self._follow)
        self._load()

    @property
    def places(self) -> Mapping[str, Place]:
        """By medium, in order."""
        return self._places

    @property
    def running(self) -> str:
        """The medium at work, "" while there is none."""
        return self._session.medium if self._job else ""

    @property
    def waiting(self) -> tuple[str, ...]:
        """Media still to do, the one at work included."""
        left = (Standing.WAITING, Standing.RUNNING)
        return tuple(medium for medium, place in self._places.items() if place.standing in left)

    def add(self, media: Iterable[str]) -> None:
        """Analyse these, too."""
        for medium in media:
            if medium not in self.waiting:
                self._places.pop(medium, None)
                self._deaths.pop(medium, None)
                self._places[medium] = Place(Standing.WAITING)
        self._tell()
        self._go_on()

    def add_left(self) -> None:
        """Analyse every video that has utterances without a prediction, or none yet."""
        known = progress(self._project.document, "")
        self.add(medium for medium, one in known.items() if one.analysed < max(1, one.utterances))

    def stop(self) -> None:
        """Leave what is still to do; what is computed so far is kept by content."""
        self._drop_job()
        self._places = {medium: place for medium, place in self._places.items() if medium not in self.waiting}
        self._tell()

    def _load(self) -> None:
        """Another project: go on where it was left."""
        self._drop_job()
        self._path, self._places, self._deaths = str(self._project.path or ""), {}, {}
        media = self._project.document.media
        self.add(medium for medium in _read(self._settings.get(QUEUE)).get(self._path, ()) if medium in media)

    def _follow(self) -> None:
        """The project has another name."""
        self._path = str(self._project.path or "")
        self._remember()

    def _remember(self) -> None:
        if self._path:
            kept = {**_read(self._settings.get(QUEUE)), self._path: list(self.waiting)}
            self._settings.set(QUEUE, json.dumps({name: media for name, media in kept.items() if media}))

    def _tell(self) -> None:
        self._remember()
        self.changed.emit()

    def _put(self, medium: str, standing: Standing, reason: str = "") -> None:
        if medium in self._places:
            self._places[medium] = Place(standing, reason)
            self._tell()

    def _look(self) -> None:
        """The open video's analysis goes first; what it did needs not be done again."""
        if self._analysis.state is State.RUNNING:
            self._drop_job()
            return
        if self._analysis.state is State.DONE and self._analysis.report is not None:
            done = self._project.medium_of(self._analysis.report.media.sha256, self._analysis.report.media.path)
            if done is not None and done.id in self.waiting:
                self._put(done.id, Standing.DONE)
        self._go_on()

    def _drop_job(self) -> None:
        """Give the worker up for now; the video waits again."""
        if self._job:
            self._worker.cancel(self._job)
            self._job, self.progress = "", None
            self._put(self._session.medium, Standing.WAITING)

    def _go_on(self) -> None:
        """Begin with the next one, unless something runs."""
        while self.waiting and not self._job and self._analysis.state is not State.RUNNING:
            medium = self._project.document.media.get(self.waiting[0])
            if medium is None:
                del self._places[self.waiting[0]]
            elif self._project.read_only:
                self._put(medium.id, Standing.FAILED, "The project is open read-only; close the other window first.")
            elif medium.state is not MediumState.OK:
                self._put(medium.id, Standing.FAILED, medium.reason or "Its file is not where it was.")
            else:
                self._submit(medium)

    def _submit(self, medium: Medium) -> None:
        document = self._project.document
        own = tuple(utterance_of(turn, document) for turn in self._project.turns_of(medium.id))
        self._session.open(None, medium.id)
        self._asked = bool(own)
        model, device = self._means.model(), self._means.device()
        heard_by = by_itself(self._settings)
        means = (model, device, True, own or None)
        asked = Analyze(medium.path, None, *means, *heard_by, prior=self._means.prior(), sha256=medium.sha256)
        self._job = self._worker.submit(asked)
        self._put(medium.id, Standing.RUNNING)

    def _hear(self, job: str, event: Event) -> None:
        if not job or job != self._job:
            return
        match event:
            case Progress():
                self.progress = event
                self.changed.emit()
            case Finished():
                self._intake.finish(str(event.result["media"]["sha256"]))
                lost = self._found and not self._project.turns_of(self._session.medium)
                self._end(Standing.FAILED if lost else Standing.DONE, _LOST if lost else "")
            case Failed():
                self._end(Standing.FAILED, event.message)
            case Stopped():
                self._end(Standing.FAILED, "It was stopped.")
            case _:
                if isinstance(event, AnalysisStarted):
                    self._found = len(event.utterances)
                self._intake.take(event, self._asked)

    def _end(self, standing: Standing, reason: str = "") -> None:
        self._job, self.progress = "", None
        self._put(self._session.medium, standing, reason)
        self._go_on()

    def _interrupt(self, sentence: str) -> None:
        """The worker died: once may be another video's fault."""
        if self._job:
            medium = self._session.medium
            self._deaths[medium] = self._deaths.get(medium, 0) + 1
            again = self._deaths[medium] < _TRIES
            self._end(Standing.WAITING if again else Standing.FAILED, "" if again else sentence)


def _read(text: str) -> dict[str, list[str]]:
    """Media by project; an unreadable text counts as none."""
    try:
        found = json.loads(text or "{}")
        return {str(path): [str(medium) for medium in media] for path, media in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
