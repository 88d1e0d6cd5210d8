"""What an analysis is asked for: the utterances there are, the model, and who finds words and speakers."""

from pathlib import Path

from app.base.settings import Settings, by_itself
from app.models.project.project import ProjectModel
from app.models.video.queue import Means
from app.models.video.session import Session
from m2fnet_core.base.requests import Analyze


class Asking:
    """Makes the request for the open video."""

    def __init__(self, session: Session, project: ProjectModel, settings: Settings, means: Means) -> None:
        self._session, self._project, self._settings, self._means = session, project, settings, means

    def request(self, path: Path, transcript: Path | None, use_cache: bool) -> Analyze:
        """For the document's utterances; where it has none, or a transcript is given, for those that are found."""
        own = self._session.utterances if transcript is None else ()
        medium = self._project.document.media.get(self._session.medium)
        recogniser, speakers = by_itself(self._settings)
        return Analyze(
            path,
            transcript,
            self._means.model(),
            self._means.device(),
            use_cache,
            own or None,
            recogniser,
            speakers,
            prior=self._means.prior(),
            sha256="" if medium is None else medium.sha256,
        )
