"""Who the faces on screen are: a person says it of a face once, and it holds for as long as the face is in sight."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.models.project.project import ProjectModel
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Box, Utterance
from m2fnet_core.document.commands import MergeSpeakers, NameFaces
from m2fnet_core.document.content import FaceIdentity, FaceRole
from m2fnet_core.document.heard import speakers_for


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a face. ``track`` "": it cannot be named, the scan has not come to it."""

    track: str = ""
    name: str = ""
    dismissed: bool = False  # a person said that it is no face


NOBODY = Known()


class FaceNames(QObject):
    """Names are the document's; the area weights stay the network's, which knows no persons."""

    changed = Signal()

    def __init__(self, project: ProjectModel, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project, self._session = project, session
        self._named: dict[str, FaceIdentity] | None = None  # by the track as it is now; None: look again
        for signal in (project.opened, session.opened, session.faces_changed):
            signal.connect(self._forget)
        project.changed.connect(lambda change: self._retell() if change.whole else None)

    def of(self, boxes: Sequence[Box], time: float) -> tuple[Known, ...]:
        """Of each face on the frame at ``time``."""
        tracks = self._session.tracks.of(boxes, time)
        return tuple(self._known(track) for track in tracks)

    @property
    def editable(self) -> bool:
        """Whether a face can be named now."""
        return self._session.editable

    @property
    def speakers(self) -> tuple[str, ...]:
        """Names of the project's speakers, in order."""
        return tuple(sorted(speaker.name for speaker in self._project.document.speakers.values()))

    def name(self, track: str, name: str) -> None:
        """The face is this speaker; a name that nobody has yet is a new one."""
        new, ids = speakers_for(self._project.document, [Utterance("", 0, 0, name)])
        self._say(track, FaceRole.SPEAKER, ids[name], name if new else "")

    def dismiss(self, track: str) -> None:
        """It is not a face."""
        self._say(track, FaceRole.NOT_A_FACE)

    def forget(self, track: str) -> None:
        """Take back what was said."""
        self._say(track, None)

    def merge(self, name: str, into: str) -> None:
        """Two speakers are one person: utterances and faces of the first become the second's."""
        by_name = {speaker.name: key for key, speaker in self._project.document.speakers.items()}
        self._project.do(MergeSpeakers((by_name[name],), by_name[into]))

    def span(self, track: str) -> tuple[float, float] | None:
        """From when to when the face is seen, in seconds."""
        return self._session.tracks.span(track)

    def _say(self, track: str, role: FaceRole | None, speaker: str = "", name: str = "") -> None:
        """In place of everything that was said about this face, also under the id of an earlier scan."""
        said = self._identities()
        old = [key for key in said if key != track and self._session.tracks.current(key) == track]
        tracks = tuple(old) or (track,)
        self._project.do(NameFaces(self._session.medium, tracks, role, speaker, name))

    def _identities(self) -> dict[str, FaceIdentity]:
        medium = self._session.medium
        return {track: face for (of, track), face in self._project.document.faces.items() if of == medium}

    def _known(self, track: str) -> Known:
        if self._named is None:
            current = self._session.tracks.current
            self._named = {current(key): face for key, face in self._identities().items()}
        face = self._named.get(track) if track else None
        if face is None:
            return Known(track)
        speaker = self._project.document.speakers.get(face.speaker)
        return Known(track, speaker.name if speaker is not None else "", face.role is FaceRole.NOT_A_FACE)

    def _forget(self) -> None:
        self._named = None

    def _retell(self) -> None:
        self._forget()
        self.changed.emit()
