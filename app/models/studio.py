"""What a person can do with the open video, free of widgets: open, close, analyse, choose, export."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from app.jobs.background import Background, Emit
from app.jobs.worker import WorkerClient
from app.models.analysis import Analysis
from app.models.notices import Notices
from app.models.session import Session
from app.settings import DEVICE, MODEL, RECOGNISER, Settings
from m2fnet_core.bundle_info import read_info
from m2fnet_core.errors import M2FNetError
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.progress import CancelToken
from m2fnet_core.report import write_report
from m2fnet_core.requests import Analyze


class Studio(QObject):
    """Owns the session, the worker and the analysis of one window."""

    reading = Signal(str)  # name of the file being opened, "" when that is over

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.session = Session(self)
        self.notices = Notices(self)
        self.worker = WorkerClient(self)
        self.analysis = Analysis(self.session, self.worker, self.notices, self)
        self.device = settings.get(DEVICE)
        self.model = Path(folder) if (folder := settings.get(MODEL)) else None
        self._transcript: Path | None = None
        self._opener = Background("opener", self)
        self._opener.result.connect(self._show)
        self._opener.failed.connect(self._fail)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._check_still_there)

    @property
    def path(self) -> Path | None:
        """The open file."""
        return self.session.media.path if self.session.media is not None else None

    def open(self, path: Path, transcript: Path | None = None) -> None:
        """Open a video or sound file and analyse it. What is open stays until the new file proves readable."""
        self._transcript = transcript
        self.reading.emit(path.name)
        self.worker.start()
        self._opener.start(partial(_probe, path))

    def open_dropped(self, paths: list[Path]) -> None:
        """A video, a transcript for the open video, or one of each."""
        transcripts = [path for path in paths if is_transcript(path)]
        media = [path for path in paths if path not in transcripts]
        if media:
            self.open(media[0], transcripts[0] if transcripts else None)
        elif transcripts:
            self.use_transcript(transcripts[0])

    def use_transcript(self, path: Path) -> None:
        """Analyse the open video with this transcript."""
        if self.session.media is None:
            self.notices.fail(f"{path.name} is a transcript: open its video first, or drop both together.")
            return
        self._transcript = path
        self.analyse()

    def close_media(self) -> None:
        """Close the open video."""
        self._opener.cancel()
        self.reading.emit("")
        self._watch(None)
        self.analysis.forget()
        self.notices.clear()
        self.session.open(None)

    def analyse(self, use_cache: bool = True) -> None:
        """Analyse the open video with the chosen transcript, model and device."""
        if self.path is not None:
            self.analysis.analyze(Analyze(self.path, self._transcript, self.model, self.device, use_cache))

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

    def transcribe(self, recogniser: str) -> None:
        """Write the text of the open video with a speech recognition model (a Hugging Face id or a folder)."""
        self.settings.set(RECOGNISER, recogniser)
        self.analysis.transcribe(recogniser, self.device)

    def export(self, path: Path) -> None:
        """Write the predictions as JSON, schema 1."""
        if self.analysis.report is None:
            return
        try:
            write_report(self.analysis.report, path)
        except M2FNetError as error:
            self.notices.fail(str(error))
        else:
            self.notices.note(f"The predictions were written to {path}.")

    def close(self) -> None:
        """End everything that runs; nothing outlives this."""
        self._opener.close()
        self.worker.close()

    def _show(self, media: MediaInfo) -> None:
        self.reading.emit("")
        self.analysis.forget()
        self.notices.clear()
        self._watch(media.path)
        self.session.open(media)
        self.settings.remember_file(media.path)
        self.analyse()

    def _fail(self, sentence: str) -> None:
        self.reading.emit("")
        self.notices.fail(sentence)

    def _watch(self, path: Path | None) -> None:
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        if path is not None:
            self._watcher.addPath(str(path))

    def _check_still_there(self, name: str) -> None:
        if not Path(name).exists():
            name = Path(name).name
            self.notices.fail(f"{name} was deleted or moved while it is open; put it back or open another one.")


def is_transcript(path: Path) -> bool:
    """By its name."""
    from m2fnet_core.transcript.registry import READERS

    return path.suffix.lower() in READERS


def _probe(path: Path, emit: Emit, cancel: CancelToken) -> None:
    # Imported here, in the thread: the window is on screen before the media libraries are loaded.
    from m2fnet_core.media.probe import probe

    emit(probe(path.absolute()))
