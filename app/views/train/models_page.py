"""The models on the shelf: use, read about, rename, bring in and out, delete."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QInputDialog,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.base.outside import CardBrowser, ask
from app.models.training.models import Models
from app.views.parts.widgets import label, push, row
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.bundle.card import model_card
from m2fnet_core.bundle.shelf import ShelfModel

_MODEL = Qt.ItemDataRole.UserRole
_ZIP, _FOLDER = "Zip file (*.zip)", "Folder (*)"


class ModelsPage(QWidget):
    """The first row is the program's own model."""

    def __init__(self, models: Models) -> None:
        super().__init__()
        self._models = models
        self.list = QListWidget()
        self.list.setAccessibleName("Models")
        self.card = CardBrowser()
        self.bytes, self.under_way = label("", "muted"), label("", "muted", wrap=True)
        self.use = push("Use this model", "Predict with it; open videos are analysed again", primary=True)
        self.back = push("Back to the former model", "Predict with the model that was in use before")
        self.rename = push("Rename…", "Give it another name")
        self.export = push("Export…", "Write it to a folder or a zip file")
        self.bring = push("Import…", "A model's zip file")
        self.bring_folder = push("Import a folder…", "A model's folder")
        self.delete = push("Delete", "Remove it from this machine")
        right = QWidget()
        column = QVBoxLayout(right)
        column.addLayout(row(self.use, self.back, 1, self.bytes, self.rename, self.export, self.delete))
        column.addWidget(self.card)
        left = QWidget()
        rows = QVBoxLayout(left)
        rows.setContentsMargins(0, 0, 0, 8)
        rows.addWidget(self.list)
        rows.addLayout(row(self.under_way, margins=(8, 0, 8, 0)))
        rows.addLayout(row(self.bring, self.bring_folder, 1, margins=(8, 0, 8, 0)))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setSizes([300, 880])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self._connect()
        self.refresh()
        self._choose_used()

    def refresh(self) -> None:
        """The models that there are; the one in sight stays."""
        chosen = max(0, self.list.currentRow())
        self.list.clear()
        for model in (None, *self._models.shelf):
            folder = None if model is None else model.folder
            name = "The program's own model" if model is None else model.name
            item = QListWidgetItem(f"{name}{'  (in use)' if folder == self._models.in_use else ''}")
            item.setData(_MODEL, model)
            self.list.addItem(item)
        self.list.setCurrentRow(min(chosen, self.list.count() - 1))
        self.back.setVisible(self._models.former)
        self.under_way.setText(self._models.under_way)

    def _choose_used(self) -> None:
        folders = [None, *(model.folder for model in self._models.shelf)]
        self.list.setCurrentRow(folders.index(self._models.in_use) if self._models.in_use in folders else 0)

    @property
    def chosen(self) -> ShelfModel | None:
        """None: the program's own."""
        model = next((item.data(_MODEL) for item in self.list.selectedItems()), None)
        return model if isinstance(model, ShelfModel) else None

    def _connect(self) -> None:
        models = self._models
        models.changed.connect(self.refresh)
        models.used.connect(self._choose_used)
        self.list.itemSelectionChanged.connect(self._show)
        self.use.clicked.connect(lambda: models.use(self.chosen.folder if self.chosen else None))
        self.back.clicked.connect(models.back)
        self.rename.clicked.connect(self._ask_name)
        self.export.clicked.connect(self._ask_target)
        self.bring.clicked.connect(self._ask_source)
        self.bring_folder.clicked.connect(self._ask_folder)
        self.delete.clicked.connect(self._ask_delete)

    def _show(self) -> None:
        model = self.chosen
        for button in (self.rename, self.export, self.delete):
            button.setEnabled(model is not None)
        self.use.setEnabled((model.folder if model else None) != self._models.in_use and not (model and model.error))
        self.bytes.setText("" if model is None else f"{model.bytes / 1e6:.0f} MB")
        folder = model.folder if model else None
        try:
            words = model.error if model and model.error else model_card(folder)
        except CheckpointError as error:
            words = str(error)
        self.card.show_page(words, folder)

    def _ask_name(self) -> None:
        model = self.chosen
        if model is not None:
            name, accepted = QInputDialog.getText(self, "Rename the model", "Name", text=model.name)
            if accepted and name.strip():
                self._models.rename(model, name.strip())

    def _ask_target(self) -> None:
        model = self.chosen
        if model is not None:
            name, kind = QFileDialog.getSaveFileName(self, "Export the model", model.name, f"{_ZIP};;{_FOLDER}")
            if name:
                zipped = kind == _ZIP and not name.lower().endswith(".zip")
                self._models.export(model, Path(f"{name}.zip" if zipped else name))

    def _ask_source(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "A model's zip file", "", _ZIP)
        if name:
            self._models.bring_in(Path(name))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "A model's folder")
        if name:
            self._models.bring_in(Path(name))

    def _ask_delete(self) -> None:
        model = self.chosen
        if model is None:
            return
        words = f"Delete {model.name} for good? That frees {model.bytes / 1e6:.0f} MB."
        if ask(self, "Delete the model", words):
            self._models.delete(model)
