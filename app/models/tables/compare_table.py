"""Utterances of the open video with what two judges and the network say, as rows of a table."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.base.outside import plain_tip
from app.base.words import clock
from app.models.tables.pairing import NETWORK, Pairing
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.document.judges import said_by

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole


class Column(IntEnum):
    """The columns from left to right."""

    START = 0
    SPEAKER = 1
    TEXT = 2
    FIRST = 3
    SECOND = 4
    NETWORK = 5


@dataclass(frozen=True, slots=True)
class Row:
    """An utterance and three labels, "" where there is none."""

    utterance: Utterance
    first: str
    second: str
    network: str

    @property
    def differs(self) -> bool:
        """Both gave a label, and not the same."""
        return bool(self.first and self.second) and self.first != self.second

    def label(self, column: Column) -> str:
        """The label that a column shows."""
        return {Column.FIRST: self.first, Column.SECOND: self.second, Column.NETWORK: self.network}.get(column, "")


class CompareTable(QAbstractTableModel):
    """Rows that somebody labelled. `fill` reads them; nothing is read meanwhile."""

    def __init__(self, pairing: Pairing, session: Session) -> None:
        super().__init__(session)
        self._pairing, self._session = pairing, session
        self.rows: list[Row] = []
        self.differences_only = False
        self.labelled = self.differing = 0
        self._titles = {
            Column.START: "Start",
            Column.SPEAKER: "Speaker",
            Column.TEXT: "Text",
            Column.NETWORK: "Network",
        }

    def fill(self) -> None:
        """Read everything again. Of the differences, the selected utterance stays in sight once it was shown."""
        session, pairing = self._session, self._pairing
        ids = [utterance.id for utterance in session.utterances]
        first = said_by(pairing.document, pairing.first, ids)
        second = said_by(pairing.document, pairing.second, ids)
        network = {} if session.blind else said_by(pairing.document, NETWORK, ids)
        every = [Row(u, *(said.get(u.id, "") for said in (first, second, network))) for u in session.utterances]
        rows = [row for row in every if row.first or row.second]
        self.labelled = sum(bool(row.first and row.second) for row in rows)
        self.differing = sum(row.differs for row in rows)
        shown = {row.utterance.id for row in self.rows}
        kept = {session.selected} & shown
        if self.differences_only:
            rows = [row for row in rows if row.differs or row.utterance.id in kept]
        self.beginResetModel()
        self.rows = rows
        self._titles |= {Column.FIRST: pairing.first.title, Column.SECOND: pairing.second.title}
        self.endResetModel()

    def place(self, utterance: str) -> int | None:
        """Where an utterance is shown; None where it is not."""
        return next((place for place, row in enumerate(self.rows) if row.utterance.id == utterance), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Utterances that are shown."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The judges' names."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles.get(Column(section), "")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text for the cells, and the row itself for the delegate."""
        row, column = self.rows[index.row()], Column(index.column())
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(str(self.data(index)))
        if role == Qt.ItemDataRole.DisplayRole:
            match column:
                case Column.START:
                    return clock(row.utterance.start)
                case Column.SPEAKER:
                    return row.utterance.speaker
                case Column.TEXT:
                    return row.utterance.text or "no text"
            return row.label(column)
        return None
