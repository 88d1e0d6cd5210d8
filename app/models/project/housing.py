"""Which project a file belongs to that a person opened."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from app.models.project.project import ProjectModel
from app.models.video.reading import Read
from app.models.video.session import Session
from m2fnet_core.base.emotions import MELD, LabelSet
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.bundle.info import read_info
from m2fnet_core.document.commands import AddMedia, Relink, new_id
from m2fnet_core.document.content import Medium, MediumState
from m2fnet_core.document.project import find_project_of


class Housing:
    """Opens or makes the project of a file, and puts files into the open one."""

    def __init__(self, project: ProjectModel, session: Session) -> None:
        self._project, self._session = project, session

    def medium_of(self, found: Read, model: Path | None) -> Medium | None:
        """The file as the project knows it that it belongs to, which is open then. None: a notice says why not.

        A new project gets the labels that the bundle in ``model`` predicts (None: the program's own).
        """
        if not self._open_project_of(found, model):
            return None
        medium = self._known(found)
        if medium is None:
            self.add((found,))
        elif medium.path != found.info.path and medium.state is not MediumState.OK and not self._project.read_only:
            self._project.do(Relink((replace(medium, path=found.info.path, state=MediumState.OK, reason=""),)))
        return medium or self._known(found)

    def add(self, files: Iterable[Read]) -> None:
        """Put files into the open project that it does not hold yet."""
        new = tuple(
            Medium(new_id(), one.info.path, "", one.sha256, one.info.duration)
            for one in files
            if self._known(one) is None
        )
        if new:
            self._project.do(AddMedia(new))

    def _known(self, found: Read) -> Medium | None:
        return self._project.medium_of(found.sha256, found.info.path)

    def _open_project_of(self, found: Read, model: Path | None) -> bool:
        """The open project where it holds this content, else the one that does, else a new one."""
        if self._project.is_open and self._known(found) is not None:
            return True
        self._session.open(None)
        known = find_project_of(found.sha256)
        if known is not None and self._project.open(known):
            return True
        return self._project.create_untitled(found.info.path, _label_set(model))


def _label_set(model: Path | None) -> LabelSet:
    try:
        return MELD if model is None else read_info(model).label_set
    except M2FNetError:  # the analysis says so
        return MELD
