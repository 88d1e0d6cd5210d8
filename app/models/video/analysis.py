"""The analysis of the open video: what the worker is asked, how far it is, how it ended."""

from dataclasses import replace
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from app.jobs.worker import WorkerClient
from app.models.notices import Notices
from app.models.project.intake import Intake
from app.models.video.session import Session
from m2fnet_core.analysis.missing_inputs import OF_MODEL
from m2fnet_core.analysis.report import Report
from m2fnet_core.base.events import AnalysisStarted, Event, Failed, Finished, Notice, Progress, Stopped
from m2fnet_core.base.json_codec import build
from m2fnet_core.base.requests import Analyze, Request, ScanFaces, Transcribe
from m2fnet_core.transcript import Transcript


class State(Enum):
    """Where the analysis of the open video stands."""

    NONE = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    STOPPED = auto()  # cancelled by the person
    INTERRUPTED = auto()  # the worker died; `go_on` asks again


class Analysis(QObject):
    """Feeds the session with the worker's events. One job runs at a time, jobs that belong together follow each other.

    After the utterances are predicted the faces of the whole video are scanned, for display only.
    """

    changed = Signal()  # state, progress

    def __init__(
        self, session: Session, intake: Intake, worker: WorkerClient, notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.state = State.NONE
        self.progress: Progress | None = None
        self.report: Report | None = None  # once all utterances are predicted
        self._session, self._worker, self._notices = session, worker, notices
        self._intake = intake
        self._own = False  # whether the request names the document's own utterances
        self._request: Request | None = None
        self._analyze: Analyze | None = None
        self._job = ""
        worker.heard.connect(self._hear)
        worker.died.connect(self._interrupt)

    @property
    def settled(self) -> bool:
        """Nothing runs and nothing follows by itself."""
        return self.state is not State.RUNNING

    @property
    def scanning(self) -> bool:
        """All utterances are predicted; only the boxes between the network's own frames are still looked for."""
        return self.state is State.RUNNING and isinstance(self._request, ScanFaces)

    def analyze(self, request: Analyze) -> None:
        """Analyse the open video anew; what runs is cancelled. Utterances in the request are the document's."""
        self.forget()
        self._analyze, self._own = request, request.utterances is not None
        self._submit(request)

    def transcribe(self, recogniser: str, device: str, fetch: bool = False) -> None:
        """Find the words with a speech recognition model, then analyse the utterances there are."""
        if self._analyze is not None:
            self._cancel_job()
            self._submit(Transcribe(self._analyze.media, recogniser, device, fetch, speakers=0))

    def cancel(self) -> None:
        """Stop what runs; what was computed is kept."""
        if self.state is State.RUNNING:
            self._cancel_job()
            self._become(State.STOPPED)

    def go_on(self) -> None:
        """Ask again for what a dead worker left undone, or what was stopped."""
        if self._request is not None and self.state is not State.RUNNING:
            self._submit(self._request)

    def forget(self) -> None:
        """The video is closed or another one comes."""
        self._cancel_job()
        self._request = self._analyze = self.report = None
        self._become(State.NONE)

    def _submit(self, request: Request) -> None:
        self._request = request
        self._job = self._worker.submit(request)
        self._become(State.RUNNING)

    def _cancel_job(self) -> None:
        self._worker.cancel(self._job)
        self._job = ""

    def _become(self, state: State) -> None:
        self.state, self.progress = state, None
        self.changed.emit()

    def _hear(self, job: str, event: Event) -> None:
        if job != self._job or not job:
            return
        match event:
            case Progress():
                self.progress = event
                self.changed.emit()
            case Notice(text=text) if text in OF_MODEL.values():
                pass  # a banner says so for as long as it is so
            case Notice():
                self._notices.note(event.text)
            case Finished() | Failed() | Stopped():
                self._end(event)
            case _:
                self._session.apply(self._intake.take(event, self._own))
                if isinstance(event, AnalysisStarted):
                    self._keep_to_found()

    def _keep_to_found(self) -> None:
        """The utterances are in the document now: asking again must not find them again."""
        if isinstance(self._request, Analyze) and self._session.medium and not self._own:
            self._request = self._analyze = replace(self._request, transcript=None, utterances=self._session.utterances)
            self._own = True

    def _end(self, event: Finished | Failed | Stopped) -> None:
        self._job = ""
        following = self._following(event) if isinstance(event, Finished) else None
        if following is not None:
            self._submit(following)
        elif isinstance(event, Failed):
            self._tell_failure(event.message)
            self._become(State.FAILED if self.report is None else State.DONE)
        else:
            self._become(State.DONE if isinstance(event, Finished) else State.STOPPED)

    def _tell_failure(self, sentence: str) -> None:
        """Without the scan only boxes between the network's own frames are missing: that is no failure to a person."""
        tell = self._notices.note if isinstance(self._request, ScanFaces) else self._notices.fail
        tell(sentence)

    def _following(self, event: Finished) -> Request | None:
        """The request that comes by itself after the one that finished."""
        match self._request, self._analyze:
            case Analyze() as done, _:
                self.report = build(Report, event.result)
                self._intake.finish(self.report.media.sha256)
                if self._session.media is not None and self._session.media.video is not None:
                    return ScanFaces(done.media, done.device, done.use_cache)
            case Transcribe(), Analyze() as asked:
                found: Transcript = build(Transcript, event.result)
                for sentence in found.notices:
                    self._notices.note(sentence)
                if self._intake.take_words(found.utterances):
                    self._analyze, self._own = replace(asked, utterances=self._session.utterances), True
                return self._analyze
        return None

    def _interrupt(self, sentence: str) -> None:
        if self._job:
            self._job = ""
            self._become(State.INTERRUPTED)
        self._notices.fail(sentence)
