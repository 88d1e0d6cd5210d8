"""Files in whose place another one lies now: known as such, and taken when a person says so."""

from app.models.notices import Notices
from app.models.project.project import ProjectModel
from app.models.video.reading import Read
from app.models.video.session import Session
from m2fnet_core.document.commands import TakeFile
from m2fnet_core.document.content import Medium, MediumState
from m2fnet_core.document.media_files import compared


class Replaced:
    """Compares what was read with what the open project's medium was made on."""

    def __init__(self, project: ProjectModel, session: Session, notices: Notices) -> None:
        self._project, self._session, self._notices = project, session, notices
        self._found: Read | None = None  # the file that was last found in another one's place

    @property
    def shown(self) -> bool:
        """Whether the video on screen is one whose file is another now."""
        medium = self._project.document.media.get(self._session.medium)
        return medium is not None and medium.state is MediumState.REPLACED

    def other(self, found: Read, medium: str) -> Medium | None:
        """The medium, in the project's eyes replaced from now on, if ``found`` is not its file; else None."""
        known = self._project.document.media.get(medium)
        seen = None if known is None else compared(known, found.sha256)
        if seen is not None and seen.state is MediumState.REPLACED:
            self._found = found
            self._project.see(seen)
            return seen
        if known is not None and known.state is MediumState.REPLACED:  # the right file came back
            self._project.check_media()
        if known is not None and known.state is MediumState.OK and known.reason:
            self._notices.note(known.reason)
        return None

    def take(self) -> bool:
        """Go on with the file that lies there now; whether that could be kept."""
        found, medium = self._found, self._session.medium
        if found is None or not self.shown:
            return False
        return self._project.do(TakeFile(medium, found.sha256, found.info.duration)) is not None
