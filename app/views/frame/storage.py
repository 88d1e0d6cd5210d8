"""How much room the vectors take that analyses keep, and how much they may."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QVBoxLayout, QWidget

from app.jobs.background import Background, Emit
from app.views.parts.widgets import label, row
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.features.store import FeatureStore

_GB = 1_000_000_000
_WORDS = (
    "What an analysis computed is kept, so that a video opens at once the second time. Beyond the limit the oldest "
    "goes; it is computed again when it is needed."
)


class Storage(QDialog):
    """Shows the size and sets the limit. Counting hundreds of thousands of files takes seconds: a thread does it."""

    def __init__(self, parent: QWidget, store: FeatureStore | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Stored vectors")
        self._store = store or FeatureStore()
        self.used = label("Kept now: being counted…")
        self.limit = QDoubleSpinBox()
        self.limit.setAccessibleName("Most that is kept")
        self.limit.setRange(0, 10_000)
        self.limit.setDecimals(1)
        self.limit.setSuffix(" GB")
        self.limit.setValue(self._store.limit / _GB)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.accepted.connect(self._set)
        buttons.rejected.connect(self.reject)
        self.buttons = buttons
        layout = QVBoxLayout(self)
        for part in (label(_WORDS, wrap=True), self.used):
            layout.addWidget(part)
        layout.addLayout(row(label("Keep at most"), self.limit, 1))
        layout.addWidget(buttons)
        self._counting = Background("storage", self)
        self._counting.result.connect(self._show)
        self._counting.failed.connect(self.used.setText)
        self.finished.connect(self._counting.close)
        self._counting.add(self._count)

    def _count(self, emit: Emit, cancel: CancelToken) -> None:
        emit(self._store.size())

    def _show(self, size: int) -> None:
        self.used.setText(f"Kept now: {size / _GB:.1f} GB")

    def _set(self) -> None:
        """In the thread too: cutting back looks at every file. A failure is shown and the dialog stays."""
        self.buttons.setEnabled(False)
        limit = round(self.limit.value() * _GB)

        def work(emit: Emit, cancel: CancelToken) -> None:
            self._store.set_limit(limit)

        self._counting.failed.connect(lambda _: self.buttons.setEnabled(True))
        self._counting.done.connect(self.accept)
        self._counting.start(work)
