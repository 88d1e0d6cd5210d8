"""The videos of a project as rows of a table: what is known, done and left of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.base.outside import plain_tip
from app.base.words import time_left
from app.models.project.project import ProjectModel
from app.models.video.queue import AnalysisQueue, Place, Standing
from m2fnet_core.base.wording import count
from m2fnet_core.document.content import Medium, MediumState
from m2fnet_core.document.statistics import Progress

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole


class Column(IntEnum):
    """The columns from left to right."""

    NAME = 0
    STATE = 1
    LENGTH = 2
    UTTERANCES = 3
    ANALYSED = 4
    DECIDED = 5
    LEFT = 6


_TITLES = {
    Column.NAME: ("Video", "Double click shows it"),
    Column.STATE: ("State", "Whether its file can be read, and how its analysis stands"),
    Column.LENGTH: ("Length", "How long it is"),
    Column.UTTERANCES: ("Utterances", "How many there are"),
    Column.ANALYSED: ("Analysed", "Share of its utterances with a prediction"),
    Column.DECIDED: ("Decided", "Share of its utterances that you decided"),
    Column.LEFT: ("Left", "Utterances that you did not decide yet"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One video. ``place`` is its place in the queue, None outside of it."""

    medium: Medium
    progress: Progress
    place: Place | None
    running: float | None  # share done of the analysis at work

    @property
    def trouble(self) -> str:
        """What is the matter with it; "" for nothing."""
        if self.medium.state is not MediumState.OK:
            return self.medium.reason or f"The file is {self.medium.state.value}."
        return self.place.reason if self.place is not None else ""

    @property
    def state(self) -> str:
        """One or two words."""
        if self.medium.state is not MediumState.OK:
            return self.medium.state.value
        match self.place:
            case Place(Standing.RUNNING):
                return f"analysing, {100 * (self.running or 0):.0f} %"
            case Place(Standing.WAITING):
                return "waiting"
            case Place(Standing.FAILED):
                return "failed"
        if not self.progress.utterances:
            return "new"
        return "analysed" if self.progress.analysed == self.progress.utterances else "ready"


class MediaTable(QAbstractTableModel):
    """Rows are replaced as a whole, or told anew; the project is read by whoever calls `show`."""

    def __init__(self, project: ProjectModel, queue: AnalysisQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._project, self._queue = project, queue
        self._progress: Mapping[str, Progress] = {}
        self.rows: list[Row] = []

    def show(self, progress: Mapping[str, Progress]) -> None:
        """What was counted last, of the media that are there now."""
        self._progress = progress
        media = list(self._project.document.media.values())
        rows = [self._row(medium) for medium in media]
        if [row.medium.id for row in rows] == [row.medium.id for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(Column) - 1))
        else:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def again(self) -> None:
        """The queue moved on."""
        self.show(self._progress)

    def _row(self, medium: Medium) -> Row:
        at_work = self._queue.progress if self._queue.running == medium.id else None
        share = at_work.done / max(1, at_work.of) if at_work is not None else None
        return Row(medium, self._progress.get(medium.id, Progress()), self._queue.places.get(medium.id), share)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Videos."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Column names and what they mean."""
        roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        if orientation == Qt.Orientation.Horizontal and role in roles:
            return _TITLES[Column(section)][role == Qt.ItemDataRole.ToolTipRole]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text for the cells, and the row itself for the delegate."""
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tip(row))
        return _text(row, Column(index.column())) if role == Qt.ItemDataRole.DisplayRole else None


def _text(row: Row, column: Column) -> str:
    progress = row.progress
    match column:
        case Column.NAME:
            return row.medium.path.name
        case Column.STATE:
            return row.state
        case Column.LENGTH:
            return time_left(row.medium.duration)
        case Column.UTTERANCES:
            return str(progress.utterances)
        case Column.ANALYSED:
            return str(progress.analysed)
        case Column.DECIDED:
            return str(progress.decided)
    return str(progress.left)


def _tip(row: Row) -> str:
    progress = row.progress
    lines = [
        str(row.medium.path),
        f"{count(progress.utterances, 'utterance')}, {progress.analysed} analysed, {progress.decided} decided "
        f"({progress.skipped} of them skipped), {progress.unsure} unsure, {progress.left} left",
    ]
    return "\n".join([*lines, *([row.trouble] if row.trouble else [])])
