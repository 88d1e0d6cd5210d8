"""The table that every list of the program is: whole rows, no grid, and only the columns there is room for."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.base.theme import muted, scaled


class RowTable(QTableView):
    """A calm table that says what to do while it is empty (``empty_text``)."""

    def __init__(self, name: str, row_height: int, least_widths: Mapping[Any, int], empty_text: str = "") -> None:
        """``least_widths``: by column, pixels of the panel below which it is left out; ``name`` for screen readers."""
        super().__init__()
        self.empty_text = empty_text
        self._least_widths, self._row_height = least_widths, row_height
        self._widths: Mapping[Any, int] = {}
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(scaled(row_height))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def left_out(self, column: int) -> bool:
        """Whether a column is hidden: there is no room for it."""
        return self.width() < scaled(self._least_widths[column])

    def set_widths(self, widths: Mapping[Any, int]) -> None:
        """Of columns, in pixels at the system's text size."""
        self._widths = widths
        for column, width in widths.items():
            self.setColumnWidth(column, scaled(width))

    def changeEvent(self, event: QEvent) -> None:
        """Rows and columns hold larger text, too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.verticalHeader().setDefaultSectionSize(scaled(self._row_height))
            self.set_widths(self._widths)
            self.arrange()

    def arrange(self) -> None:
        """Hide the columns that are `left_out`."""
        if self.model() is not None:
            for column in self._least_widths:
                self.setColumnHidden(column, self.left_out(column))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow panel leaves room for what matters most."""
        super().resizeEvent(event)
        self.arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows, or the reason why there are none."""
        super().paintEvent(event)
        if self.empty_text and self.model() is not None and self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(muted(self.palette()))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.empty_text)
            painter.end()
