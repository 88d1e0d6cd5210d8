"""Small tables of the training window."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

Cell = str | int | float | None


def cell_table(name: str) -> QTableWidget:
    """Whole rows, nothing to edit; ``name`` for screen readers."""
    made = QTableWidget()
    made.setAccessibleName(name)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setShowGrid(False)
    made.setAlternatingRowColors(True)
    made.setWordWrap(False)
    made.verticalHeader().hide()
    made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return made


def stretch(table: QTableWidget, *columns: int) -> None:
    """Let these columns share the room that the others leave."""
    for column in columns:
        table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)


def show_whole(table: QTableWidget) -> None:
    """All rows in sight, for a table in a page that scrolls."""
    rows = sum(table.rowHeight(y) for y in range(table.rowCount()))
    table.setFixedHeight(rows + table.horizontalHeader().sizeHint().height() + 2 * table.frameWidth())


def fill(table: QTableWidget, titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Show these rows. Numbers sort as numbers; None is an empty cell."""
    sorting = table.isSortingEnabled()
    table.setSortingEnabled(False)  # else rows move while they are filled
    table.setColumnCount(len(titles))
    table.setHorizontalHeaderLabels(list(titles))
    table.setRowCount(len(rows))
    for y, cells in enumerate(rows):
        for x, value in enumerate(cells):
            item = QTableWidgetItem()
            if value is not None:
                item.setData(Qt.ItemDataRole.DisplayRole, round(value, 4) if isinstance(value, float) else value)
            table.setItem(y, x, item)
    table.resizeColumnsToContents()
    table.setSortingEnabled(sorting)
