"""Utterances as rows of a table, sorted and filtered here: 20,000 rows are too many for Qt to ask one by one."""

from dataclasses import replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal

from app.base.outside import plain_tip
from app.base.words import clock, percent
from app.models.tables.filters import Filters
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Prediction, Utterance
from m2fnet_core.document.content import Decision

Index = QModelIndex | QPersistentModelIndex
UTTERANCE = Qt.ItemDataRole.UserRole
PREDICTION = Qt.ItemDataRole.UserRole + 1
PLAYING = Qt.ItemDataRole.UserRole + 2
DECISION = Qt.ItemDataRole.UserRole + 3
_GATHER_MS = 60  # predictions come in bursts: the view hears of them together


class Column(IntEnum):
    """The columns from left to right."""

    NUMBER = 0
    START = 1
    END = 2
    SPEAKER = 3
    TEXT = 4
    LABEL = 5
    EMOTION = 6
    MODALITIES = 7


_HEADERS = {
    Column.NUMBER: ("#", "Place in the dialogue"),
    Column.START: ("Start", "When the utterance starts"),
    Column.END: ("End", "When the utterance ends"),
    Column.SPEAKER: ("Speaker", "Who speaks"),
    Column.TEXT: ("Text", "What is said"),
    Column.LABEL: ("Label", "What you decided"),
    Column.EMOTION: ("Prediction", "Predicted emotion and its probability"),
    Column.MODALITIES: ("Has", "Which modalities were there: text, sound, scene, faces"),
}


_EDITABLE = (Column.SPEAKER, Column.TEXT, Column.LABEL)


class UtteranceTable(QAbstractTableModel):
    """The session's utterances in the order and selection a person asked for."""

    edited = Signal(str, int, str)  # utterance id, column, what a person wrote

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._order: list[int] = []
        self._place: dict[int, int] = {}
        self.filters = Filters()
        self._column, self._descending = Column.NUMBER, False
        self._playing: frozenset[str] = frozenset()
        self._waiting: set[str] = set()
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self._tell_predictions)
        session.utterances_changed.connect(self.reorder)
        session.prediction_changed.connect(self._await)
        session.decision_changed.connect(self._take_decision)
        session.selection_changed.connect(self._let_go)
        self.reorder()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Utterances that pass the filter."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Column names and what they mean."""
        if orientation == Qt.Orientation.Horizontal and role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return _HEADERS[Column(section)][role == Qt.ItemDataRole.ToolTipRole]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text for the cells, and the utterance itself for the delegate."""
        utterance = self.utterance(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return self._text(utterance, Column(index.column()))
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._tip(utterance, Column(index.column())))
            case _ if role == UTTERANCE:
                return utterance
            case _ if role == PREDICTION:
                return self._session.prediction(utterance.id)
            case _ if role == PLAYING:
                return utterance.id in self._playing
            case _ if role == DECISION:
                return self._session.decision(utterance.id)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Speaker, text and label can be written where the project can be changed."""
        own = super().flags(index)
        can = self._session.editable and index.isValid() and Column(index.column()) in _EDITABLE
        return own | Qt.ItemFlag.ItemIsEditable if can else own

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Announce what was written; the row changes when the document does."""
        if role == Qt.ItemDataRole.EditRole and value != self.data(index, role):
            self.edited.emit(self.utterance(index.row()).id, index.column(), str(value))
        return False

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; equal ones stay in order of their start."""
        self._column, self._descending = Column(column), order == Qt.SortOrder.DescendingOrder
        self.reorder()

    def set_filter(self, text: str) -> None:
        """Keep utterances in whose text, speaker, labels or comment every word occurs."""
        self.set_filters(replace(self.filters, words=tuple(text.casefold().split())))

    def set_filters(self, filters: Filters) -> None:
        """Keep only what passes."""
        self.filters, self._kept = filters, ""
        self.reorder()

    def set_playing(self, ids: frozenset[str]) -> None:
        """Mark the utterances at the playhead."""
        changed, self._playing = self._playing ^ ids, ids
        for utterance_id in changed:
            self._tell(utterance_id)

    def utterance(self, place: int) -> Utterance:
        """The utterance shown at this place."""
        return self._session.utterances[self._order[place]]

    def place(self, utterance_id: str) -> int | None:
        """Where an utterance is shown; None where the filter hides it."""
        row = self._session.row(utterance_id)
        return None if row is None else self._place.get(row)

    def reorder(self) -> None:
        """Filter and sort anew."""
        self.beginResetModel()
        rows = range(len(self._session.utterances))
        kept = [row for row in rows if self._passes(row)] if self.filters else list(rows)
        if self._column is not Column.NUMBER or self._descending:
            kept.sort(key=self._sort_key, reverse=self._descending)
        self._order = kept
        self._place = {row: place for place, row in enumerate(kept)}
        self.endResetModel()

    _kept = ""  # a decided utterance stays in sight until another one is selected

    def _passes(self, row: int) -> bool:
        utterance = self._session.utterances[row]
        return utterance.id == self._kept or self.filters.passes(utterance, self._session)

    def _take_decision(self, utterance_id: str) -> None:
        if self.filters and utterance_id == self._session.selected:
            self._kept = utterance_id
        if self.filters or self._column is Column.LABEL:
            self.reorder()
        else:
            self._tell(utterance_id)

    def _let_go(self, utterance_id: str) -> None:
        kept, self._kept = self._kept, ""
        if kept and kept != utterance_id:
            self.reorder()

    def _sort_key(self, row: int) -> Any:
        utterance = self._session.utterances[row]
        match self._column:
            case Column.END:
                return utterance.end
            case Column.SPEAKER:
                return utterance.speaker.casefold()
            case Column.TEXT:
                return (utterance.text or "").casefold()
            case Column.LABEL:
                return _label_key(self._session.decision(utterance.id))
            case Column.EMOTION:
                return _emotion_key(self._session.prediction(utterance.id))
            case Column.MODALITIES:
                return _present(self._session.prediction(utterance.id))
        return row

    def _await(self, utterance_id: str) -> None:
        self._waiting.add(utterance_id)
        if not self._gather.isActive():
            self._gather.start()

    def _tell_predictions(self) -> None:
        waiting, self._waiting = self._waiting, set()
        if self.filters or self._column in (Column.EMOTION, Column.MODALITIES):
            self.reorder()
            return
        places = [place for utterance_id in waiting if (place := self.place(utterance_id)) is not None]
        if places:
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), len(Column) - 1))

    def _tell(self, utterance_id: str) -> None:
        place = self.place(utterance_id)
        if place is not None:
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(Column) - 1))

    def _text(self, utterance: Utterance, column: Column) -> str:
        match column:
            case Column.NUMBER:
                return str((self._session.row(utterance.id) or 0) + 1)
            case Column.START:
                return clock(utterance.start)
            case Column.END:
                return clock(utterance.end)
            case Column.SPEAKER:
                return utterance.speaker
            case Column.TEXT:
                return utterance.text or ""
            case Column.LABEL:
                decision = self._session.decision(utterance.id)
                return (decision.label or "") if decision else ""
            case Column.EMOTION:
                prediction = self._session.prediction(utterance.id)
                return prediction.label if prediction else ""
        return ""

    def _tip(self, utterance: Utterance, column: Column) -> str:
        prediction = self._session.prediction(utterance.id)
        match column:
            case Column.LABEL:
                return decision_tip(self._session.decision(utterance.id), prediction)
            case Column.EMOTION if prediction is not None:
                return emotion_tip(prediction)
            case Column.MODALITIES if prediction is not None:
                return modalities_tip(prediction)
            case Column.TEXT:
                return utterance.text or "No text: nothing was transcribed here."
            case Column.EMOTION | Column.MODALITIES:
                return "Blind mode hides predictions." if self._session.blind else "Not analysed yet."
        return self._text(utterance, column)


def decision_tip(decision: Decision | None, prediction: Prediction | None) -> str:
    """The whole decision in words."""
    if decision is None:
        return "Not decided yet."
    lines = [decision.label or ("skipped" if decision.skip else "no label yet")]
    if prediction is not None and decision.label not in (None, prediction.label):
        lines[0] += f", where the network says {prediction.label}"
    lines += [f"second label: {decision.second}"] if decision.second else []
    lines += [f"intensity {decision.intensity}"] if decision.intensity else []
    lines += ["unsure"] if decision.unsure else []
    lines += [decision.comment] if decision.comment else []
    return "\n".join(lines)


def emotion_tip(prediction: Prediction) -> str:
    """All probabilities, most probable first."""
    ranked = sorted(prediction.probabilities.items(), key=lambda pair: -pair[1])
    later = "\nProvisional: later turns are not analysed yet." if prediction.provisional else ""
    return "\n".join(f"{label} {percent(share)}" for label, share in ranked) + later


def modalities_tip(prediction: Prediction) -> str:
    """Which modalities were there, in words."""
    present = prediction.present
    words = (("text", present.text), ("sound", present.audio), ("scene", present.scene), ("faces", present.faces))
    return "\n".join(f"{word}: {'used' if there else 'absent, left out by the network'}" for word, there in words)


def _label_key(decision: Decision | None) -> tuple[bool, str]:
    label = decision.label if decision is not None else None
    return (label is None, label or "")


def _emotion_key(prediction: Prediction | None) -> tuple[bool, str, float]:
    if prediction is None:
        return (True, "", 0.0)
    return (False, prediction.label, -prediction.probabilities[prediction.label])


def _present(prediction: Prediction | None) -> tuple[bool, ...]:
    if prediction is None:
        return ()
    present = prediction.present
    return (present.text, present.audio, present.scene, present.faces)
