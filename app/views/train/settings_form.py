"""Settings of a run or a corpus: typed or chosen, with the paper's value beside, and what is wrong at the field."""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from app.models.training.settings_tree import SettingRow, as_text
from m2fnet_core.base.errors import TrainingError

C = TypeVar("C")
_NAME, _VALUE, _PAPER, _ABOUT = range(4)


class SettingsForm(QTreeWidget, Generic[C]):
    """Holds a configuration; every valid entry makes another one of it."""

    edited = Signal()

    def __init__(
        self, config: C, rows: Callable[[C], list[SettingRow]], changed: Callable[[C, str, str], C], name: str
    ) -> None:
        """``changed``: the configuration with a setting as typed, or TrainingError. ``name``: for screen readers."""
        super().__init__()
        self.config, self._rows, self._changed = config, rows, changed
        self.setColumnCount(4)
        self.setHeaderLabels(["Setting", "Value", "Paper", "What it is"])
        self.setAccessibleName(name)
        self.setRootIsDecorated(True)
        self.setAlternatingRowColors(True)
        for column, width in ((_NAME, 220), (_VALUE, 150), (_PAPER, 110)):
            self.setColumnWidth(column, width)
        self.header().setSectionResizeMode(_ABOUT, QHeaderView.ResizeMode.Stretch)
        self._items: dict[str, QTreeWidgetItem] = {}

    def show_config(self, config: C) -> None:
        """Fill the form from a configuration; where nothing differs, what a person unfolded and typed stays."""
        before, self.config = self.config, config
        shown = self._rows(config)
        if self._items and self._rows(before) == shown:
            return
        self.clear()
        self._items.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        folded = any(row.group for row in shown)
        for row in shown:
            parent = groups.get(row.group)
            if folded and parent is None:
                parent = groups[row.group] = QTreeWidgetItem(self, [row.group or "run"])
                parent.setFirstColumnSpanned(True)
            self._add(row, parent or self)

    def field(self, name: str) -> QWidget:
        """The editor of a setting by its dotted name."""
        return self.itemWidget(self._items[name], _VALUE)

    def problem(self, name: str) -> str:
        """What is wrong with what stands in a field, "" for nothing."""
        item = self._items[name]
        return item.text(_ABOUT) if item.data(_ABOUT, 256) else ""

    def _add(self, row: SettingRow, parent: "QTreeWidgetItem | SettingsForm[C]") -> None:
        item = QTreeWidgetItem(parent, [row.name.rpartition(".")[2], "", row.paper, _about(row)])
        item.setToolTip(_ABOUT, row.help)
        self._items[row.name] = item
        self.setItemWidget(item, _VALUE, self._editor(row))

    def _editor(self, row: SettingRow) -> QWidget:
        if isinstance(row.value, bool):
            check = QCheckBox()
            check.setChecked(row.value)
            check.toggled.connect(lambda on: self._take(row, str(on)))
            made: QWidget = check
        elif row.choices:
            box = QComboBox()
            box.addItems(list(row.choices))
            box.setCurrentText(row.text)
            box.textActivated.connect(partial(self._take, row))
            made = box
        else:
            line = QLineEdit(row.text)
            line.editingFinished.connect(lambda: self._take(row, line.text()))
            made = line
        made.setAccessibleName(row.name)
        return made

    def _take(self, row: SettingRow, text: str) -> None:
        item = self._items[row.name]
        try:
            self.config = self._changed(self.config, row.name, text)
        except TrainingError as error:
            item.setText(_ABOUT, str(error).removeprefix("settings: "))
            item.setData(_ABOUT, 256, True)
            return
        item.setText(_ABOUT, _about(row))
        item.setData(_ABOUT, 256, False)
        self.edited.emit()


def _about(row: SettingRow) -> str:
    unit = f" ({row.unit})" if row.unit else ""
    return f"{row.help}{unit}; {_range(row)}usually {as_text(row.default) or 'none'}"


def _range(row: SettingRow) -> str:
    if row.low is not None and row.high is not None:
        return f"from {row.low:g} to {row.high:g}, "
    return f"at least {row.low:g}, " if row.low is not None else ""
