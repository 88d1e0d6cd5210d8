"""Two annotators side by side with the network, utterance by utterance."""

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.base.theme import emotion_colour, muted, readable_on
from app.models.tables.compare_table import ROW, Column, CompareTable, Index, Row
from app.models.tables.pairing import Pairing
from app.models.video.session import Session
from app.views.comparison.judges import JudgesBar
from app.views.parts.lazily import Lazily
from app.views.parts.row_table import RowTable
from app.views.parts.widgets import label, push, row
from m2fnet_core.base.wording import count

_ROW_HEIGHT = 28
_WIDTHS = {Column.START: 64, Column.SPEAKER: 76, Column.FIRST: 96, Column.SECOND: 96, Column.NETWORK: 96}
_LEAST_WIDTHS = {Column.SPEAKER: 560, Column.START: 480}  # of the panel, below which a column is left out
_EMPTY = "Nobody of the two labelled anything here yet.\nChoose others above, or import a second annotator's project."
_ALIKE = "They gave no utterance two different labels."


class Compare(QWidget):
    """A click plays the utterance, the key A adopts the other's label; everything follows the session's selection."""

    play_asked = Signal(float, float)  # seconds

    def __init__(self, pairing: Pairing, session: Session) -> None:
        super().__init__()
        self._pairing, self._session = pairing, session
        self.model = CompareTable(pairing, session)
        self.bar = JudgesBar(pairing, scope=False)
        self.table = RowTable("Comparison", _ROW_HEIGHT, _LEAST_WIDTHS, _EMPTY)
        self.only = QCheckBox("Differences only")
        self.only.setToolTip("Show only utterances that got two different labels")
        self.counter = label("", "muted")
        self.adopt_button = push("Adopt (A)", "Decide as the other one did, for the selected utterance")
        self.adopt_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._prepare()
        self.lazily = Lazily(self, self._fill)
        for signal in (pairing.changed, pairing.said, session.utterances_changed):
            signal.connect(self.lazily.ask)
        session.selection_changed.connect(self._show_selection)

    def _prepare(self) -> None:
        self.table.setModel(self.model)
        self.table.setItemDelegate(_Cells(self._session))
        self.table.set_widths(_WIDTHS)
        self.table.horizontalHeader().setSectionResizeMode(Column.TEXT, QHeaderView.ResizeMode.Stretch)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.table.clicked.connect(self._play)
        self.only.toggled.connect(self._set_only)
        self.adopt_button.clicked.connect(lambda: self._pairing.adopt())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.table)
        foot = row(self.only, self.counter, 1, self.adopt_button, margins=(8, 5, 8, 6))
        foot.setSpacing(12)
        layout.addLayout(foot)

    def _fill(self) -> None:
        model = self.model
        self.bar.refresh()
        model.fill()
        self.table.empty_text = _ALIKE if model.differences_only and model.labelled else _EMPTY
        both = count(model.labelled, "utterance")
        self.counter.setText(f"{model.differing} of {both} differ" if model.labelled else "no utterance of both")
        self.table.setColumnHidden(Column.NETWORK, self._session.blind)
        self._show_selection(self._session.selected)

    def _set_only(self, on: bool) -> None:
        self.model.differences_only = on
        self.model.rows = []  # nothing was shown that should stay
        self._fill()

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self._session.select(self.model.rows[current.row()].utterance.id)

    def _play(self, index: QModelIndex) -> None:
        utterance = self.model.rows[index.row()].utterance
        self.play_asked.emit(utterance.start, utterance.end)

    def _show_selection(self, utterance: str) -> None:
        if not self.isVisible():
            return
        place = self.model.place(utterance)
        if place is None:
            self.table.clearSelection()
            self.table.setCurrentIndex(QModelIndex())
        elif self.table.currentIndex().row() != place or not self.table.selectionModel().hasSelection():
            self.table.selectRow(place)
            self.table.scrollTo(self.model.index(place, 0), QAbstractItemView.ScrollHint.EnsureVisible)


class _Cells(QStyledItemDelegate):
    """Labels as chips in the emotion's colour; outlined where the two differ."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Words, or a chip."""
        column, palette = Column(index.column()), option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.fillRect(QRectF(option.rect), palette.color(QPalette.ColorRole.Highlight))
        if column in (Column.FIRST, Column.SECOND, Column.NETWORK):
            self._chip(painter, QRectF(option.rect), index.data(ROW), column, palette)
        else:
            role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
            painter.setPen(palette.color(role))
            place = QRectF(option.rect).adjusted(6, 0, -4, 0)
            text = str(index.data()).replace("\n", " ")
            words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def _chip(self, painter: QPainter, rect: QRectF, shown: Row, column: Column, palette: QPalette) -> None:
        word = shown.label(column)
        if not word:
            painter.setPen(muted(palette))
            painter.drawText(rect.adjusted(12, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, "–")
            return
        colour = emotion_colour(word, self._session.all_labels)
        chip = rect.adjusted(5, 4, -5, -4)
        filled = shown.differs and column is not Column.NETWORK
        painter.setPen(QColor(0, 0, 0, 0) if filled else colour)
        painter.setBrush(colour if filled else QColor(0, 0, 0, 0))
        painter.drawRoundedRect(chip.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold if filled else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(readable_on(colour) if filled else palette.color(QPalette.ColorRole.Text))
        words = painter.fontMetrics().elidedText(word, Qt.TextElideMode.ElideRight, int(chip.width() - 14))
        painter.drawText(chip.adjusted(8, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, words)
