"""The videos of the open project: which there are, which is shown, which are missing."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from app import icons
from app.models.project import ProjectModel
from app.models.session import Session
from app.theme import muted
from app.words import clock
from m2fnet_core.document.content import Medium, MediumState

_ID = Qt.ItemDataRole.UserRole


class MediaList(QListWidget):
    """Activating one shows it."""

    chosen = Signal(str)  # medium id

    def __init__(self, project: ProjectModel, session: Session) -> None:
        super().__init__()
        self._project, self._session = project, session
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setAccessibleName("Videos of the project")
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.itemActivated.connect(lambda item: self.chosen.emit(item.data(_ID)))
        project.opened.connect(self.refresh)
        project.changed.connect(lambda change: self.refresh() if change.whole or change.media else None)
        session.opened.connect(self._mark)
        self.refresh()

    def refresh(self) -> None:
        """List the media anew."""
        self.clear()
        for medium in self._project.document.media.values():
            self._add(medium)
        self._mark()

    def _add(self, medium: Medium) -> None:
        fine = medium.state is MediumState.OK
        item = QListWidgetItem(medium.path.name, self)
        item.setData(_ID, medium.id)
        item.setIcon(icons.icon("film" if fine else "warning", self.palette()))
        why = "" if fine else f"\n{medium.state.value}: {medium.reason}".rstrip(": ")
        item.setToolTip(f"{medium.path}\n{clock(medium.duration)}{why}")
        if not fine:
            item.setForeground(muted(self.palette()))

    def _mark(self) -> None:
        for place in range(self.count()):
            item = self.item(place)
            font = item.font()
            font.setBold(item.data(_ID) == self._session.medium)
            item.setFont(font)
