"""The models a person can predict with: the shelf, what a run made, and the one in use."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs.background import Background, Emit, Work
from app.models.notices import Notices
from app.models.studio import Studio
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle import shelf as model_shelf
from m2fnet_core.bundle.shelf import ShelfModel


class Models(QObject):
    """Copying hundreds of megabytes happens in a thread; what goes wrong becomes a notice."""

    changed = Signal()  # which there are, which is in use, and what is being copied
    used = Signal(str)  # name of the model that predicts from now on

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._notices: Notices = studio.notices
        self._former: list[Path | None] = []
        self._under_way: list[str] = []  # what is being copied, the present one first
        self._worker = Background("model shelf", self)
        self._worker.result.connect(self._take)
        self._worker.failed.connect(self._fail)
        self._worker.done.connect(self._end)

    @property
    def shelf(self) -> tuple[ShelfModel, ...]:
        """All models that are kept."""
        return model_shelf.models()

    @property
    def in_use(self) -> Path | None:
        """The chosen one's folder; None: the program's own."""
        return self._studio.model

    @property
    def under_way(self) -> str:
        """What is being copied, for people; "" when nothing is."""
        return f"{self._under_way[0]} …" if self._under_way else ""

    @property
    def former(self) -> bool:
        """Whether another one was in use before."""
        return bool(self._former)

    def use_bundle(self, bundle: Path, name: str) -> None:
        """Put a run's model on the shelf, and predict with it from now on."""
        self._begin(f"Copying {name}", partial(_add, bundle, name, True))

    def use(self, folder: Path | None) -> None:
        """Predict with this one from now on; open videos are analysed again, decisions stay."""
        if folder == self._studio.model:
            return
        before = self._studio.model
        self._studio.choose_model(folder)
        if self._studio.model == folder:
            self._former.append(before)
            self.changed.emit()
            self.used.emit(folder.name if folder is not None else "")

    def back(self) -> None:
        """Predict with the one before."""
        if self._former:
            self._studio.choose_model(self._former.pop())
            self.changed.emit()

    def bring_in(self, source: Path) -> None:
        """A bundle's folder or zip file onto the shelf."""
        self._begin(f"Importing {source.name}", partial(_add, source, "", False))

    def export(self, model: ShelfModel, target: Path) -> None:
        """As a folder, or as a zip file by its name."""
        self._begin(f"Exporting {model.name}", partial(_export, model, target))

    def rename(self, model: ShelfModel, name: str) -> None:
        """Another name; the model in use stays in use."""
        in_use = model.folder == self._studio.model
        try:
            renamed = model_shelf.rename(model, name)
        except CheckpointError as error:
            self._notices.fail(str(error))
            return
        self._former = [renamed.folder if folder == model.folder else folder for folder in self._former]
        if in_use:
            self._studio.choose_model(renamed.folder)
        self.changed.emit()

    def delete(self, model: ShelfModel) -> None:
        """Remove it; not the one in use."""
        if model.folder == self._studio.model:
            self._notices.fail(f"{model.name} predicts now; choose another model before you delete it.")
            return
        try:
            freed = model_shelf.delete(model)
        except CheckpointError as error:
            self._notices.fail(str(error))
            return
        self._former = [folder for folder in self._former if folder != model.folder]
        self._notices.note(f"{model.name} is deleted; {freed / 1e6:.0f} MB are free now.")
        self.changed.emit()

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _begin(self, words: str, work: Work) -> None:
        self._under_way.append(words)
        self._worker.add(work)
        self.changed.emit()

    def _end(self) -> None:
        self._under_way.pop(0)
        self.changed.emit()

    def _fail(self, sentence: str) -> None:
        self._notices.fail(sentence)
        self._end()

    def _take(self, made: "tuple[Path, bool] | str") -> None:
        """A model that came onto the shelf and whether it shall predict, or a word on what was written."""
        if isinstance(made, str):
            self._notices.note(made)
            return
        folder, use = made
        if use:
            self.use(folder)
        else:
            self._notices.note(f"{folder.name} is on the shelf.")


def _add(source: Path, name: str, use: bool, emit: Emit, cancel: CancelToken) -> None:
    emit((model_shelf.add(source, name).folder, use))


def _export(model: ShelfModel, target: Path, emit: Emit, cancel: CancelToken) -> None:
    model_shelf.export(model, target)
    emit(f"{model.name} is exported to {target}.")
