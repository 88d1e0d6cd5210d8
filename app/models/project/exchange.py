"""Annotations out to other tools and in from them: the registry of formats on the open medium."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs.background import Background, Emit
from app.models.notices import Notices
from app.models.project.project import ProjectModel
from app.models.video.session import Session
from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.base.events import Event, Progress
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.document.commands import Command, SetLabelSet, Together
from m2fnet_core.document.formats import Imported, LabelChoice, Sheet, Target, read, sheet_of, write


class Placing(Enum):
    """Where the utterances of an imported file go."""

    REPLACE = auto()  # in place of the medium's
    BESIDE = auto()
    LABELS = auto()  # nowhere: only their labels are taken, for the utterances that are there


@dataclass(frozen=True, slots=True)
class Reading:
    """A file to import. ``mapped``: a label of the file -> one of the set, "" leaves it out; ``added`` join the set."""

    path: Path
    format: str
    placing: Placing
    mapped: Mapping[str, str] = field(default_factory=dict)
    added: tuple[str, ...] = ()


class Exchange(QObject):
    """Exports in a thread (a film takes minutes), imports at once. What cannot be done is one sentence."""

    progressed = Signal(object)  # Progress of an export; None: it is over

    def __init__(self, project: ProjectModel, session: Session, notices: Notices, parent: QObject) -> None:
        super().__init__(parent)
        self._project, self._session, self._notices = project, session, notices
        self._target = Path()
        self._writer = Background("export", self)
        self._writer.result.connect(self._take)
        self._writer.failed.connect(self._fail)
        self._writer.done.connect(self._finish)

    def export(self, format_name: str, path: Path, choice: LabelChoice) -> None:
        """Write the open medium. The latest export wins."""
        document, medium = self._project.document, self._session.medium
        names = {annotator for _, annotator in document.decisions}
        own = self._project.annotator
        try:
            sheet = sheet_of(document, medium, choice, own if own in names else "")
        except M2FNetError as error:
            self._notices.fail(str(error))
            return
        self._target = path
        sources = [each.path for each in document.media.values()]
        sources += [] if self._project.path is None else [self._project.path]
        whole = replace(sheet, faces=self._session.all_faces())
        self._writer.start(partial(_write, whole, format_name, path, sources))

    def cancel(self) -> None:
        """Stop the export; nothing is left of it."""
        self._writer.cancel()
        self.progressed.emit(None)

    def read(self, reading: Reading) -> Imported | None:
        """What the file would bring; None when it cannot be read."""
        document = self._project.document
        target = Target(
            replace(document, label_set=self._with_added(reading)),
            self._session.medium,
            self._project.annotator,
            reading.mapped,
            reading.placing is Placing.LABELS,
        )
        try:
            return read(reading.path, reading.format, target)
        except M2FNetError as error:
            self._notices.fail(str(error))
            return None

    def take(self, reading: Reading, imported: Imported) -> bool:
        """Put it into the document, as one step."""
        command: Command = imported.command(self._session.medium, reading.path, reading.placing is Placing.REPLACE)
        if reading.added:
            wider = SetLabelSet(self._with_added(reading), {})
            command = Together((wider, command), f"import {reading.path.name}")
        if self._project.do(command) is None:
            return False
        for sentence in imported.notices:
            self._notices.note(sentence)
        return True

    def close(self) -> None:
        """Stop and wait."""
        self._writer.close()

    def _with_added(self, reading: Reading) -> LabelSet:
        own = self._project.document.label_set
        return LabelSet(own.name, (*own.labels, *reading.added)) if reading.added else own

    def _take(self, said: Progress | tuple[str, ...]) -> None:
        if isinstance(said, Progress):
            self.progressed.emit(said)
        else:
            for sentence in said:
                self._notices.note(sentence)

    def _finish(self) -> None:
        self.progressed.emit(None)
        self._notices.note(f"The annotations were written to {self._target}.")

    def _fail(self, sentence: str) -> None:
        self.progressed.emit(None)
        self._notices.fail(sentence)


def _write(
    sheet: Sheet, format_name: str, path: Path, sources: Sequence[Path], emit: Emit, cancel: CancelToken
) -> None:
    def hook(event: Event) -> None:
        if isinstance(event, Progress):
            emit(event)

    emit(write(sheet, format_name, path, hook, cancel, sources))
