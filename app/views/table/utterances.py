"""The table of utterances with its filter box."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QMenu, QVBoxLayout, QWidget

from app.base import icons
from app.models.tables.filters import Filters
from app.models.tables.utterance_table import Column, UtteranceTable
from app.models.video.session import Session
from app.views.parts.field import TextField
from app.views.parts.row_table import RowTable
from app.views.parts.widgets import label
from app.views.table.filter_menu import FilterButton
from app.views.table.utterance_cells import ROW_HEIGHT, UtteranceCells
from m2fnet_core.base.wording import count

_WIDTHS = {
    Column.NUMBER: 40,
    Column.START: 60,
    Column.END: 60,
    Column.SPEAKER: 84,
    Column.LABEL: 108,
    Column.EMOTION: 134,
    Column.MODALITIES: 82,
}

# Widths of the panel below which a column is left out.
_LEAST_WIDTHS = {Column.END: 700, Column.MODALITIES: 640, Column.START: 500, Column.EMOTION: 0}
_GIVING_AWAY = (Column.EMOTION, Column.MODALITIES)


class Utterances(QWidget):
    """Follows the session's selection both ways, and the playhead."""

    edited = Signal(str, int, str)  # utterance id, column, what a person wrote

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._playing = False
        self._model = UtteranceTable(session)
        self.filter_box = self._make_filter()
        self._counter = label("", "muted")
        self.filter_button = FilterButton(session)
        self.filter_button.chosen.connect(self._set_filters)
        self._model.edited.connect(self.edited)
        self.table = _Table()
        self._prepare_table()
        self._lay_out()
        self._model.modelReset.connect(self._after_reset)
        session.selection_changed.connect(self._show_selection)
        session.utterances_changed.connect(self._say_why_empty)
        session.opened.connect(self._say_why_empty)
        self._after_reset()
        self._say_why_empty()

    def focus_filter(self) -> None:
        """Put the cursor into the filter box."""
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_box.selectAll()

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """What the context menu of a row offers."""
        self.table.offered = tuple(actions)

    def _set_filters(self, filters: Filters) -> None:
        self._model.set_filters(replace(filters, words=self._model.filters.words))

    def edit(self, utterance_id: str, column: Column) -> None:
        """Let the person write into a cell; a filter that hides the utterance is given up."""
        if self._model.place(utterance_id) is None:
            self.filter_box.clear()
            self.filter_button.clear()
        place = self._model.place(utterance_id)
        if place is not None:
            index = self._model.index(place, column)
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)
            self.table.edit(index)

    def set_time(self, time: float) -> None:
        """Mark what is said at the playhead; while playing, keep it in view."""
        said = frozenset(u.id for u in self._session.utterances_at(time))
        if said == self._said:
            return
        self._said = said
        self._model.set_playing(said)
        if self._playing and said:
            self._scroll_to(next(iter(said)))

    def set_playing(self, playing: bool) -> None:
        """Whether the view follows the playhead."""
        self._playing = playing

    _said: frozenset[str] = frozenset()

    def _make_filter(self) -> TextField:
        box = TextField()
        box.setPlaceholderText("Filter by text, speaker or emotion")
        box.setToolTip("Shows only utterances in which every word occurs (Ctrl+F)")
        box.setStatusTip(box.toolTip())
        box.setAccessibleName("Filter utterances")
        box.setClearButtonEnabled(True)
        box.addAction(QAction(icons.icon("search"), "", box), TextField.ActionPosition.LeadingPosition)
        box.textChanged.connect(self._model.set_filter)
        return box

    def _prepare_table(self) -> None:
        table = self.table
        table.setModel(self._model)
        table.setItemDelegate(UtteranceCells(self._session))
        table.sortByColumn(Column.NUMBER, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        table.set_widths(_WIDTHS)
        table.horizontalHeader().setSectionResizeMode(Column.TEXT, QHeaderView.ResizeMode.Stretch)
        table.selectionModel().currentRowChanged.connect(self._choose)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(8, 8, 8, 6)
        top.setSpacing(8)
        top.addWidget(self.filter_box)
        top.addWidget(self.filter_button)
        top.addWidget(self._counter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.table)

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self._session.select(self._model.utterance(current.row()).id)

    def _show_selection(self, utterance_id: str) -> None:
        place = self._model.place(utterance_id)
        if place is None:
            self.table.clearSelection()
            self.table.setCurrentIndex(QModelIndex())
        elif self.table.currentIndex().row() != place:
            self.table.selectRow(place)
            self._scroll_to(utterance_id)

    def _scroll_to(self, utterance_id: str) -> None:
        place = self._model.place(utterance_id)
        if place is not None:
            self.table.scrollTo(self._model.index(place, 0), QAbstractItemView.ScrollHint.EnsureVisible)

    def _after_reset(self) -> None:
        shown, of = self._model.rowCount(), len(self._session.utterances)
        self._counter.setText(count(of, "utterance") if shown == of else f"{shown} of {of}")
        self._show_selection(self._session.selected)
        self._say_why_empty()

    def _say_why_empty(self) -> None:
        if self.table.blind != self._session.blind:
            self.table.blind = self._session.blind
            self.table.arrange()
        if self._session.utterances:
            self.table.empty_text = "No utterance matches the filter."
        elif self._session.media is not None:
            self.table.empty_text = "Utterances appear here as soon as\nthe transcript is read or speech is found."
        else:
            self.table.empty_text = "Open a video to see its utterances."
        self.table.viewport().update()


class _Table(RowTable):
    """Utterances can be edited, and offer what can be done to them; a blind one gives no prediction away."""

    def __init__(self) -> None:
        super().__init__("Utterances", ROW_HEIGHT, _LEAST_WIDTHS)
        self.offered: tuple[QAction, ...] = ()
        self.blind = False
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setMouseTracking(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def left_out(self, column: int) -> bool:
        """Also what would give a prediction away."""
        return super().left_out(column) or (self.blind and column in _GIVING_AWAY)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done to the row."""
        if self.offered and self.indexAt(event.pos()).isValid():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions(list(self.offered))
            menu.popup(event.globalPos())
