"""The table that every list of the program is: whole rows, no grid, and only the columns there is room for."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.base.theme import muted


class RowTable(QTableView):
    """A calm table that says what to do while it is empty (``empty_text``)."""

    def __init__(self, name: str, row_height: int, least_widths: Mapping[Any, int], empty_text: str = "") -> None:
        """``least_widths``: by column, pixels of the panel below which it is left out; ``name`` for screen readers."""
        super().__init__()
        self.empty_text = empty_text
        self._least_widths = least_widths
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
        self.verticalHeader().setDefaultSectionSize(row_height)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def left_out(self, column: int) -> bool:
        """Whether a column is hidden: there is no room for it."""
        return self.width() < self._least_widths[column]

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
