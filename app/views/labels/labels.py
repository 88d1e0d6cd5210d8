"""The dialog *Project, Labels*: the scheme as a table, and what labels from elsewhere are here."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.base.theme import SIGNS, emotion_colour, readable_on
from app.models.keyboard import Keyboard
from app.models.project.project import ProjectModel
from app.models.project.scheme import Draft, hard_to_read
from app.views.exchange.exchange import dialog_buttons, dialog_page
from app.views.parts.widgets import label, push, row, scrolled
from m2fnet_core.base.errors import DocumentError, M2FNetError
from m2fnet_core.document.schemes import MOST, PALETTE, SCHEMES, read_scheme

SIGN, NAME, KEY, DESCRIPTION = range(4)
_FIELDS = {NAME: "label", KEY: "key", DESCRIPTION: "description"}
_HEADS = ("Colour", "Label", "Key", "Description (tooltip, cheat sheet)")


class LabelsDialog(QDialog):
    """One undoable step when it is accepted; what cannot be is said in the dialog, which stays."""

    def __init__(self, project: ProjectModel, keyboard: Keyboard, parent: QWidget) -> None:
        super().__init__(parent)
        self._project, self._keyboard = project, keyboard
        self.draft = Draft(project.document)
        self.setWindowTitle("Labels of the project")
        self.resize(760, 600)
        self.table = self._make_table()
        self.start = self._make_start()
        self.said = label("", "muted", wrap=True)
        self.said.setAccessibleName("What is wrong with the scheme")
        self.elsewhere: dict[str, QComboBox] = {}
        self.pages = QTabWidget()
        self.pages.addTab(self._make_page(), "Labels")
        self.pages.addTab(QWidget(), "Labels from elsewhere")
        self.pages.currentChanged.connect(lambda _: self._fill_elsewhere())
        layout = dialog_page(self, "The labels that people choose from in this project")
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.said)
        layout.addWidget(dialog_buttons(self, "Use these labels"))
        self.refresh()

    # Building

    def _make_table(self) -> QTableWidget:
        made = QTableWidget(0, len(_HEADS))
        made.setHorizontalHeaderLabels(list(_HEADS))
        made.setAccessibleName("Labels")
        made.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        made.verticalHeader().setVisible(False)
        made.horizontalHeader().setSectionResizeMode(DESCRIPTION, QHeaderView.ResizeMode.Stretch)
        made.setColumnWidth(NAME, 180)
        made.setItemDelegateForColumn(SIGN, Swatch(made))
        made.itemChanged.connect(self._take_text)
        made.cellDoubleClicked.connect(lambda place, column: self.choose_colour(place) if column == SIGN else None)
        return made

    def _make_start(self) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName("Start from a scheme")
        made.addItem("Start from…")
        made.addItems([*SCHEMES, "A file…"])
        made.activated.connect(self._start)
        return made

    def _make_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addWidget(self.table, 1)
        self.add = self._button("Add", "A new label at the end", self._add)
        self.remove = self._button("Remove", "Take the selected labels out", self._remove)
        self.merge = self._button("Merge", "The first selected label takes the decisions of the others", self._merge)
        self.up = self._button("Up", "Move the selected label up; digits follow the order", lambda: self._move(-1))
        self.down = self._button("Down", "Move the selected label down", lambda: self._move(1))
        self.colour = push("Colour", "Give the selected label another colour")
        self.colour.setAutoDefault(False)
        self.colour.setMenu(self._make_palette())
        buttons = row(self.add, self.remove, self.merge, self.up, self.down, self.colour, 1, self.start)
        buttons.setSpacing(6)
        layout.addLayout(buttons)
        return page

    def _button(self, text: str, tip: str, act: Callable[[], object]) -> QPushButton:
        made = push(text, tip)
        made.setAutoDefault(False)  # Enter ends the writing of a name, and adds nothing
        made.clicked.connect(act)
        return made

    def _make_palette(self) -> QMenu:
        menu = QMenu(self)
        for colour in PALETTE:
            menu.addAction(_swatch(colour), colour, partial(self._recolour, colour))
        menu.addAction("Another…", lambda: self.choose_colour(self.table.currentRow()))
        return menu

    # Editing

    def refresh(self) -> None:
        """Show the draft."""
        self.table.blockSignals(True)
        self.table.setRowCount(len(self.draft.rows))
        names = tuple(row.look.label for row in self.draft.rows)
        for place, entry in enumerate(self.draft.rows):
            look = entry.look
            colour = QColor(look.colour) if look.colour else emotion_colour(look.label, names)
            for column, text in enumerate((SIGNS[place % len(SIGNS)], look.label, look.key, look.description)):
                self.table.setItem(place, column, _item(text, colour if column == SIGN else None))
        self.table.blockSignals(False)
        self.add.setEnabled(len(self.draft.rows) < MOST)
        self._say_contrast()

    def choose_colour(self, place: int) -> None:
        """Any colour, from the system's dialog."""
        if 0 <= place < len(self.draft.rows):
            colour = QColorDialog.getColor(QColor(self.draft.rows[place].look.colour), self, "Colour of the label")
            if colour.isValid():
                self._recolour(colour.name(), place)

    def accept(self) -> None:
        """Put the scheme into the project, or say why that cannot be."""
        try:
            command = self.draft.command(self._keyboard)
        except DocumentError as error:
            self._say_wrong(error)
            return
        if self._project.do(command) is not None:
            super().accept()

    def _say_wrong(self, error: Exception) -> None:
        self.said.setText(str(error))
        if self.draft.strange():
            self.pages.setCurrentIndex(1)

    def _say_contrast(self) -> None:
        hard = hard_to_read([entry.look for entry in self.draft.rows])
        self.said.setText(f"Words are hard to read on the colour of {', '.join(hard)}; choose another." if hard else "")

    def _take_text(self, item: QTableWidgetItem) -> None:
        text = " ".join(item.text().split())
        if item.column() == KEY:
            text = QKeySequence(text).toString(QKeySequence.SequenceFormat.PortableText)
        self.draft.change(item.row(), **{_FIELDS[item.column()]: text})
        self.refresh()

    def _selected(self) -> list[int]:
        return sorted({index.row() for index in self.table.selectedIndexes()})

    def _add(self) -> None:
        self.draft.add()
        self.refresh()
        item = self.table.item(len(self.draft.rows) - 1, NAME)
        if item is not None:
            self.table.setCurrentItem(item)
            self.table.editItem(item)

    def _remove(self) -> None:
        self.draft.remove(self._selected())
        self.refresh()

    def _merge(self) -> None:
        places = self._selected()
        if len(places) < 2:
            self.said.setText("Select two or more labels (Ctrl and a click), then merge them.")
            return
        self.draft.merge(places)
        self.refresh()
        self.table.selectRow(places[0])

    def _move(self, by: int) -> None:
        place = self.table.currentRow()
        if place >= 0:
            goal = self.draft.move(place, by)
            self.refresh()
            self.table.selectRow(goal)

    def _recolour(self, colour: str, place: int | None = None) -> None:
        for chosen in self._selected() if place is None else [place]:
            self.draft.change(chosen, colour=colour)
        self.refresh()

    def _start(self, choice: int) -> None:
        name = self.start.itemText(choice)
        self.start.setCurrentIndex(0)
        if name in SCHEMES:
            self.draft.start_from(name, SCHEMES[name])
            self.refresh()
        elif choice:
            file, _ = QFileDialog.getOpenFileName(self, "A label scheme", "", "Tables, ELAN (*.csv *.tsv *.eaf)")
            if file:
                self.read(Path(file))

    def read(self, path: Path) -> None:
        """Start from a file."""
        try:
            looks = read_scheme(path)
        except M2FNetError as error:
            self.said.setText(str(error))
            return
        self.draft.start_from(path.stem, looks)
        self.refresh()

    # What labels from elsewhere are here

    def _fill_elsewhere(self) -> None:
        if self.pages.currentIndex() != 1:
            return
        names = [entry.look.label for entry in self.draft.rows]
        self.elsewhere = {word: self._box(word, names) for word in self.draft.strange()}
        page = QWidget()
        form = QFormLayout(page)
        words = "Decisions and predictions use these labels, which the scheme lacks. What are they here?"
        form.addRow(label(words if self.elsewhere else "Decisions and predictions use the scheme's labels alone."))
        for word, box in self.elsewhere.items():
            form.addRow(word, box)
        self.pages.blockSignals(True)
        self.pages.removeTab(1)
        self.pages.addTab(scrolled(page), "Labels from elsewhere")
        self.pages.setCurrentIndex(1)
        self.pages.blockSignals(False)

    def _box(self, word: str, names: Sequence[str]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(f"What {word} is here")
        box.addItem("Choose: people decided so" if self.draft.is_decided(word) else "It stays as it is", "")
        for name in names:
            box.addItem(name, name)
        box.setCurrentIndex(max(0, box.findData(self.draft.elsewhere.get(word, ""))))
        box.currentIndexChanged.connect(lambda _: self.draft.elsewhere.__setitem__(word, box.currentData()))
        return box


class Swatch(QStyledItemDelegate):
    """A cell that shows its colour also while its row is selected; the other cells show the selection."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_Selected


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(16, 16)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)


def _item(text: str, colour: QColor | None) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    if colour is not None:
        item.setBackground(colour)
        item.setForeground(readable_on(colour))
        item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"colour {colour.name()}, sign {text}")
    return item
