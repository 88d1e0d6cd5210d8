"""Rows of the paper's Tables 2-5, ticked and trained through the queue; what came of them beside the paper."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.models.training.runs import Runs
from app.views.parts.widgets import label, push, row
from app.views.train.cells import cell_table, fill, stretch
from m2fnet_core.base.errors import TrainingError
from trainer.config import CorpusConfig, RunConfig
from trainer.run.view import RunView
from trainer.studies.paper_tables import ROWS, Result, as_markdown, read_results

_ID = Qt.ItemDataRole.UserRole
_HEAD = ("Table", "Row", "Weighted F1", "Spread", "Paper")
_TABLES = {2: "Modalities and fusion", 3: "Scene and faces", 4: "Encoder layers", 5: "Fusion layers"}


class AblationPage(QWidget):
    """Trains rows on the vectors of a finished run."""

    started = Signal(RunConfig)

    def __init__(self, runs: Runs) -> None:
        super().__init__()
        self._runs = runs
        self.results: Sequence[Result] = ()
        self._paper = "meld"
        self.run, self.shown = QComboBox(), QComboBox()
        self.run.setAccessibleName("Run whose corpora and extractors are used")
        self.shown.setAccessibleName("Ablation in sight")
        self.rows = QTreeWidget()
        self._items = list[QTreeWidgetItem]()
        self.start = push("Train the ticked rows", "Behind what trains already", primary=True)
        self.markdown = push("Copy as Markdown", "The table, to paste")
        self.csv = push("Copy as CSV", "The table, to paste")
        self.table = cell_table("Results beside the paper's")
        self.words = label("", "muted", wrap=True)
        self.none = label("No rows have been trained yet.", "muted")
        self._fill_rows()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addLayout(self._left(), 1)
        layout.addLayout(self._right(), 1)
        self.start.clicked.connect(self._start)
        self.shown.activated.connect(self._show)
        self.markdown.clicked.connect(lambda: _copy(as_markdown(self.results, self._paper)))
        self.csv.clicked.connect(lambda: _copy(as_csv(self.results)))
        self.rows.itemChanged.connect(self._say)
        runs.changed.connect(self.refresh)
        self.refresh()

    @property
    def ticked(self) -> tuple[str, ...]:
        """Rows by their id."""
        return tuple(item.data(0, _ID) for item in self._items if item.checkState(0) == Qt.CheckState.Checked)

    def refresh(self) -> None:
        """The runs that there are."""
        views = [self._runs.view(name) for name in self._runs.names]
        for box, offered in ((self.run, [v for v in views if v.bundle]), (self.shown, [v for v in views if _table(v)])):
            chosen = box.currentData()
            box.clear()
            for view in offered:
                box.addItem(view.name, view.name)
            box.setCurrentIndex(max(0, box.findData(chosen)))
        self._say()
        self._show()

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addLayout(row(label("On the vectors of", "muted"), self.run, 1))
        column.addWidget(self.rows)
        foot = row(self.words, self.start)
        foot.setStretch(0, 1)
        column.addLayout(foot)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addLayout(row(label("Results of", "muted"), self.shown, 1, self.markdown, self.csv))
        column.addWidget(self.none)
        column.addWidget(self.table)
        return column

    def _fill_rows(self) -> None:
        self.rows.setAccessibleName("Rows of the paper's tables")
        self.rows.setUniformRowHeights(True)
        self.rows.setHeaderLabels(["Row", "Paper, IEMOCAP", "Paper, MELD"])
        for column, width in enumerate((270, 130, 110)):
            self.rows.setColumnWidth(column, width)
        for number, words in _TABLES.items():
            table = QTreeWidgetItem(self.rows, [f"Table {number}: {words}"])
            table.setFlags(table.flags() | Qt.ItemFlag.ItemIsAutoTristate | Qt.ItemFlag.ItemIsUserCheckable)
            for one in (one for one in ROWS if one.table == number):
                item = QTreeWidgetItem(table, [one.name, f"{one.iemocap:.2f}", f"{one.meld:.2f}"])
                item.setCheckState(0, Qt.CheckState.Unchecked)
                item.setData(0, _ID, one.id)
                self._items.append(item)
            table.setExpanded(number == 2)

    def _say(self) -> None:
        ticked = self.ticked
        problem = "" if ticked else "Tick the rows to train."
        self.words.setText(problem if self.run.count() else "Train a run first: the rows use its vectors.")
        self.start.setEnabled(bool(ticked) and self.run.count() > 0)

    def _start(self) -> None:
        view = self._runs.view(self.run.currentData())
        if view.config is not None and view.bundle is not None:
            self.started.emit(ablation_of(view, view.config, self.ticked))

    def _show(self) -> None:
        self.results = ()
        name = self.shown.currentData()
        if name:
            view = self._runs.view(name)
            self._paper = view.config.ablate.paper if view.config else "meld"
            try:
                self.results = read_results(view.folder / "ablate" / "table.csv")
            except TrainingError as error:
                self.words.setText(str(error))
        fill(self.table, _HEAD, [(str(r.table), r.name, *_figures(r)) for r in self.results])
        stretch(self.table, 1)
        self.none.setVisible(not name)
        for button in (self.markdown, self.csv):
            button.setEnabled(bool(self.results))


def ablation_of(view: RunView, config: RunConfig, rows: tuple[str, ...]) -> RunConfig:
    """A run of its own that trains these rows on the vectors of this one, or makes them with its extractors."""
    paper = "iemocap" if any(corpus.kind == "iemocap" for corpus in config.corpora) else "meld"
    asked = replace(config.ablate, tables=tuple(sorted({int(one.split()[0]) for one in rows})), rows=rows, paper=paper)
    config = replace(config, name=f"{view.name}-ablation", ablate=asked)
    vectors = view.folder / "features"
    if (vectors / "utterances.csv").is_file():
        return replace(config, corpora=(CorpusConfig("pack", vectors),), start_from="", steps=("ablate",))
    return replace(config, start_from=str(view.bundle), steps=("features", "ablate"))


def as_csv(results: Sequence[Result]) -> str:
    """With a head, as the table shows it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    writer.writerows((r.table, r.name, *_figures(r)) for r in results)
    return text.getvalue()


def _figures(result: Result) -> tuple[str, str, str]:
    return f"{result.mean:.2f}", f"{result.spread:.2f}", f"{result.paper:.2f}"


def _table(view: RunView) -> bool:
    return (view.folder / "ablate" / "table.csv").is_file()


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
