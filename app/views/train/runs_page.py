"""All runs beside the one in sight."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QVBoxLayout, QWidget

from app.models.training.runs import Runs
from app.models.video.session import Session
from app.views.train.run_page import RunPage

_NAME = Qt.ItemDataRole.UserRole


class RunsPage(QWidget):
    """The list tells each run's state; a click shows it."""

    used = Signal(str)

    def __init__(self, runs: Runs, session: Session) -> None:
        super().__init__()
        self._runs = runs
        self.list = QListWidget()
        self.list.setAccessibleName("Runs")
        self.page = RunPage(runs, session)
        self.page.used.connect(self.used)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.list)
        split.addWidget(self.page)
        split.setStretchFactor(1, 1)
        split.setSizes([220, 900])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.list.currentItemChanged.connect(self._show)
        runs.changed.connect(self.refresh)
        runs.told.connect(self._name)
        self.refresh()

    def choose(self, name: str) -> None:
        """Show a run."""
        for place in range(self.list.count()):
            if self.list.item(place).data(_NAME) == name:
                self.list.setCurrentRow(place)

    def refresh(self) -> None:
        """The runs that there are; the chosen one stays."""
        chosen, names = self.page.name, self._runs.names
        self.list.blockSignals(True)
        self.list.clear()
        for name in names:
            item = QListWidgetItem(self._words(name))
            item.setData(_NAME, name)
            item.setSizeHint(QSize(0, 2 * self.fontMetrics().lineSpacing() + 10))  # the style measures one line alone
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.choose(chosen if chosen in names else names[0] if names else "")
        if not names:
            self.page.show_run("")

    def _words(self, name: str) -> str:
        runs = self._runs
        if name in runs.waiting:
            return f"{name}\nwaiting"
        if name == runs.paused and not runs.is_training(name):
            return f"{name}\npaused"
        return f"{name}\n{'training' if runs.is_training(name) else runs.view(name).state.value}"

    def _name(self, name: str) -> None:
        for place in range(self.list.count()):
            if self.list.item(place).data(_NAME) == name:
                self.list.item(place).setText(self._words(name))

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(_NAME) != self.page.name:
            self.page.show_run(item.data(_NAME))
