"""What a person can do with the open project, free of widgets: open, close, analyse, choose, transcribe."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.base.settings import DEVICE, MODEL, RECOGNISER, Settings
from app.jobs.background import Background
from app.jobs.worker import WorkerClient
from app.models.editing.aim import Aim
from app.models.editing.annotating import Annotating
from app.models.editing.shaping import Shaping
from app.models.editing.tracing import Tracing
from app.models.notices import Notices
from app.models.project.exchange import Exchange
from app.models.project.housing import Housing
from app.models.project.intake import Intake
from app.models.project.mirror import Mirror
from app.models.project.project import ProjectModel
from app.models.project.replaced import Replaced
from app.models.tables.pairing import Pairing
from app.models.tables.review import ReviewQueue
from app.models.training.runs import Runs
from app.models.video.analysis import Analysis
from app.models.video.asking import Asking
from app.models.video.prior import wanted_prior
from app.models.video.queue import AnalysisQueue, Means
from app.models.video.reading import Read, ReadToAdd, Searched, find, is_transcript, read, read_all
from app.models.video.session import Session
from app.models.video.watch import FileWatch
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.bundle.info import read_info
from m2fnet_core.document.commands import Relink
from m2fnet_core.document.content import Medium, MediumState
from m2fnet_core.document.review import Order, medium_to_review
from m2fnet_core.media.info import MediaInfo

PROJECT = ".m2f"


class Studio(QObject):
    """Owns the project, the session, the worker and the analysis of one window."""

    reading = Signal(str)  # name of the file being opened, "" when that is over

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.session = Session(self)
        self.notices = Notices(self)
        self.project = ProjectModel(settings, self.notices, self)
        self.mirror = Mirror(self.project, self.session, self)
        self._housing = Housing(self.project, self.session)
        self.replaced = Replaced(self.project, self.session, self.notices)
        self.worker = WorkerClient(self)
        intake = Intake(self.project, self.session, self)
        self.analysis = Analysis(self.session, intake, self.worker, self.notices, self)
        self.review = ReviewQueue(self.session, settings, self)
        self.aim = Aim(self.session, self)
        self.annotating = Annotating(self.project, self.session, self.aim, self.review, self)
        self.shaping = Shaping(self.project, self.session, self.aim, self)
        self.tracing = Tracing(self.project, self.session, settings, self.notices, self.aim, self)
        self.exchange = Exchange(self.project, self.session, self.notices, self)
        self.pairing = Pairing(self.project, self.session, self.aim, self.annotating, self)
        self.device = settings.get(DEVICE)
        self.model = Path(folder) if (folder := settings.get(MODEL)) else None
        self.runs = Runs(settings, self.notices, self)
        prior = partial(wanted_prior, settings, self.project)
        means = Means(lambda: self.device, lambda: self.model, lambda: prior(self.model))
        self._asking = Asking(self.session, self.project, settings, means)
        self.queue = AnalysisQueue(self.project, self.analysis, self.worker, settings, means)
        self._transcript: Path | None = None
        self._reviewing = False  # the video that is being opened is opened for its review queue
        self.annotating.reviewed.connect(self._review_next)
        self._opener = Background("opener", self)
        self._opener.result.connect(self._take_read)
        self._opener.failed.connect(self._fail)
        self._watch = FileWatch(self.notices, self)

    @property
    def path(self) -> Path | None:
        """The file of the shown medium."""
        return self.session.media.path if self.session.media is not None else None

    # Opening

    def open(self, path: Path, transcript: Path | None = None) -> None:
        """Open a project, or a video or sound file with its project. What is open stays until the file is readable."""
        if path.suffix.lower() == PROJECT:
            self.open_project(path)
            return
        self._transcript = transcript
        self.reading.emit(path.name)
        self.worker.start()
        self._opener.start(partial(read, path, ""))

    def open_project(self, path: Path) -> None:
        """Open a project's file and show its first video that can be read, else its first one."""
        self._leave()
        self.session.open(None)
        if self.project.open(path):
            self._show_first()
        else:
            self.project.close()

    def open_snapshot(self, snapshot: Path) -> None:
        """Go on with a snapshot of the damaged project that was to be opened."""
        if self.project.open_snapshot(snapshot):
            self._show_first()

    def _show_first(self) -> None:
        if self.project.path is not None:
            self.settings.remember_file(self.project.path)
        media = self.project.document.media.values()
        readable = [medium for medium in media if medium.state is MediumState.OK]
        for medium in (readable or list(media))[:1]:
            self._show_medium(medium)

    def open_dropped(self, paths: list[Path]) -> None:
        """A project, a video, a transcript for the open video, or a video with its transcript."""
        transcripts = [path for path in paths if is_transcript(path)]
        media = [path for path in paths if path not in transcripts]
        if media:
            self.open(media[0], transcripts[0] if transcripts else None)
        elif transcripts:
            self.use_transcript(transcripts[0])

    def show_medium(self, medium_id: str) -> None:
        """Show another video of the open project; one whose file is missing is shown without picture and sound."""
        medium = self.project.document.media.get(medium_id)
        if medium is not None:
            self._leave()
            self._show_medium(medium)

    def add_media(self, paths: list[Path]) -> None:
        """Put more videos into the open project; each is read first."""
        self._opener.start(partial(read_all, paths))

    def use_transcript(self, path: Path) -> None:
        """Analyse the open video with this transcript; its utterances take the place of those that are there."""
        if self.session.media is None:
            self.notices.fail(f"{path.name} is a transcript: open its video first, or drop both together.")
            return
        self._transcript = path
        self.analyse()

    def save_as(self, path: Path) -> None:
        """Keep the project under a name."""
        self.tracing.stop()
        if self.project.save_as(path):
            self.settings.remember_file(path)

    def relink(self, folder: Path) -> None:
        """Find missing videos in a folder by their content, and show the open one again if it was among them."""
        project = self.project.path
        if project is not None:
            self.reading.emit(folder.name)
            self._opener.start(partial(find, folder, tuple(self.project.document.media.values()), project.parent))

    def close_media(self) -> None:
        """Close the project."""
        self._leave()
        self.session.open(None)
        self.project.close()

    def _review_next(self) -> None:
        """The review goes on with the next video that has something undecided; looking at decided ones stays here."""
        document, annotator = self.project.document, self.project.annotator
        medium = medium_to_review(document, annotator, self.session.medium)
        if medium and self.review.order is not Order.DIFFERENT:
            self._leave()
            self._reviewing = True
            self._show_medium(document.media[medium])
        else:
            self.aim.told.emit("Nothing is left to review.")

    # Analysing

    def analyse(self, use_cache: bool = True) -> None:
        """Analyse the document's utterances, or those that are found where it has none yet."""
        if self.path is None or not self.session.reachable:
            return
        request = self._asking.request(self.path, self._transcript, use_cache)
        self._transcript = None
        self.analysis.analyze(request)

    def choose_device(self, device: str) -> None:
        """Compute on another device from now on."""
        self.device = device
        self.settings.set(DEVICE, device)
        self.analyse()

    def choose_model(self, folder: Path | None) -> None:
        """Predict with the bundle in ``folder`` from now on; None: the program's own."""
        try:
            if folder is not None:
                read_info(folder)
        except M2FNetError as error:
            self.notices.fail(str(error))
            return
        self.model = folder
        self.settings.set(MODEL, str(folder or ""))
        self.analyse()

    def transcribe(self, fetch: bool = False) -> None:
        """Find out who says what, beside what a person did. ``fetch``: the chosen model may be fetched."""
        self.analysis.transcribe(self.settings.get(RECOGNISER), self.device, fetch)

    def close(self) -> None:
        """End everything that runs; nothing outlives this."""
        for part in (self.tracing, self._opener, self.runs, self.exchange, self.worker, self.project):
            part.close()

    # Inside

    def _show_medium(self, medium: Medium) -> None:
        self._transcript = None
        if medium.state in (MediumState.OK, MediumState.REPLACED):  # the right one may be back
            self.reading.emit(medium.path.name)
            self.worker.start()
            self._opener.start(partial(read, medium.path, medium.id))
        else:
            self._show_unreadable(medium)

    def _leave(self) -> None:
        """Nothing goes on for what is open now."""
        self.tracing.stop()
        self._reviewing = False
        self._opener.cancel()
        self.reading.emit("")
        self._watch.look_at(None)
        self.analysis.forget()
        self.notices.clear()

    def _take_read(self, found: Read | ReadToAdd | Searched) -> None:
        """Files proved readable: show one in the project it belongs to, add them, or know where they lie now."""
        self.reading.emit("")
        if isinstance(found, Searched):
            self._take_found(found)
        elif isinstance(found, ReadToAdd):
            self._housing.add(found.files)
            for sentence in found.failures:
                self.notices.fail(sentence)
        elif found.medium:
            self._show(found, found.medium)
        else:
            self._open_from_outside(found)

    def _take_found(self, searched: Searched) -> None:
        if not searched.found:
            self.notices.note(f"None of the missing videos is in {searched.folder}; choose another folder.")
        elif self.project.do(Relink(searched.found)) is not None and not self.session.reachable:
            self.show_medium(self.session.medium)

    def _open_from_outside(self, found: Read) -> None:
        self._leave()
        medium = self._housing.medium_of(found, self.model)
        if medium is not None:
            self.settings.remember_file(found.info.path)
            self._show(found, medium.id)

    def _show(self, found: Read, medium: str) -> None:
        self.analysis.forget()
        if (other := self.replaced.other(found, medium)) is not None:
            return self._show_unreadable(other)
        self._watch.look_at(found.info.path)
        self.session.open(found.info, medium)
        self._take_in()
        self.analyse()
        return None

    def _take_in(self) -> None:
        """What the project knows of the video now shown, and what opening the project had to say."""
        self.mirror.reload()
        if self._reviewing:
            self._reviewing = False
            self.session.select(self.review.next())
            self.aim.told.emit(f"On with {self.path.name if self.path else ''}: {self.review.left} left to review")
        for sentence in self.project.take_news():
            self.notices.note(sentence)

    def _show_unreadable(self, medium: Medium) -> None:
        """Everything that is known of it, without its file."""
        self.session.open(MediaInfo(medium.path, medium.duration, 0.0, None, None), medium.id, reachable=False)
        self._take_in()
        self.notices.fail(f"{medium.reason} You can go on annotating without it.")

    def _fail(self, sentence: str) -> None:
        self.reading.emit("")
        self.notices.fail(sentence)
