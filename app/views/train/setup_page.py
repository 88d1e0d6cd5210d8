"""Setting up a training: preset, corpora as cards, steps, where to start from, all settings, and what it will take."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from app.base.words import time_left
from app.models.training.settings_tree import changed, rows
from app.models.training.setup import NEEDS, PRESETS, STEPS, Setup, with_steps
from app.views.parts.widgets import label, push, row, scrolled
from app.views.train.corpus_card import CorpusCard, guessed_kind, new_corpus
from app.views.train.settings_form import SettingsForm
from m2fnet_core.base.errors import TrainingError
from trainer.config import CorpusConfig, RunConfig
from trainer.events import Checked, Estimated, Failed, Progress

_PROJECTS = "Projects (*.m2f)"


class SetupPage(QWidget):
    """Edits the `Setup`'s run; `started` hands it over."""

    started = Signal(RunConfig)

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self._setup = setup
        self.preset, self.device, self.start_from = QComboBox(), QComboBox(), QComboBox()
        self.name = QLineEdit()
        self.cards: list[CorpusCard] = []
        self.steps = {step: QCheckBox(step) for step in STEPS}
        self.times = {step: label("", "muted") for step in STEPS}
        self.add_folder = push("Add a folder…", "A corpus on this machine: it is looked into at once")
        self.add_project = push("Add this project", "Learn from what you labelled in the open project")
        self.add_other = push("Add another project…", "Learn from what was labelled in another project")
        self.measure = push("How long will it take?", "Measures a few batches of every step on this machine")
        self.start = push("Start training", "Train; behind what trains already", primary=True)
        self.trouble = label("", "muted", wrap=True)
        self.need = label("", "muted", wrap=True)
        self._short: list[str] = []  # what the estimate found to be in the way
        self.settings = SettingsForm(setup.config, rows, changed, "All settings")
        self.settings.setMinimumHeight(320)
        self.more = push("All settings", "Every setting of the training")
        self._corpora = QVBoxLayout()
        self._fill()
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show the run as it is."""
        config = self._setup.config
        self.name.setText(config.name)
        for step, box in self.steps.items():
            box.setChecked(step in config.steps)
        self._show_cards(config)
        self._show_starts(config)
        self.device.setCurrentIndex(max(0, self.device.findData(config.device)))
        self.settings.show_config(config)
        self.add_project.setEnabled(self._setup.project is not None)
        self._say_trouble()

    def _fill(self) -> None:
        for key, words in PRESETS.items():
            self.preset.addItem(words, key)
        for box, name in ((self.preset, "Preset"), (self.device, "Device"), (self.start_from, "Start from")):
            box.setAccessibleName(name)
        # Filled anew later; a device's item may be long, since it says why that one cannot be used.
        self.start_from.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.device.addItem("The best device", "auto")
        self.name.setAccessibleName("Name of the run")
        self.settings.hide()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        named = (("Preset", self.preset), ("Name", self.name), ("Device", self.device), ("Start from", self.start_from))
        column.addLayout(row(*(part for words, box in named for part in (label(words, "muted"), box)), 1))
        column.addWidget(label("Corpora", "section"))
        column.addLayout(self._corpora)
        column.addLayout(row(self.add_folder, self.add_project, self.add_other, 1))
        column.addWidget(label("Steps", "section"))
        for step, box in self.steps.items():
            box.setMinimumWidth(110)
            column.addLayout(row(box, label(f"needs {NEEDS[step]}", "muted"), 1, self.times[step]))
        measured = row(self.measure, self.need)
        measured.setStretch(1, 1)
        column.addLayout(measured)
        column.addLayout(row(self.more, 1))
        column.addWidget(self.settings)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scrolled(inside))
        foot = row(self.trouble, self.start, margins=(16, 8, 16, 10))
        foot.setStretch(0, 1)
        layout.addLayout(foot)

    def _connect(self) -> None:
        setup = self._setup
        self.preset.activated.connect(lambda: setup.choose(self.preset.currentData()))
        self.name.editingFinished.connect(lambda: setup.set(replace(setup.config, name=self.name.text().strip())))
        self.device.activated.connect(lambda: setup.set(replace(setup.config, device=self.device.currentData())))
        self.start_from.activated.connect(
            lambda: setup.set(replace(setup.config, start_from=self.start_from.currentData()))
        )
        for box in self.steps.values():
            box.clicked.connect(self._choose_steps)
        self.add_folder.clicked.connect(self._ask_folder)
        self.add_project.clicked.connect(lambda: self._add(setup.project))
        self.add_other.clicked.connect(self._ask_project)
        self.more.clicked.connect(lambda: self.settings.setVisible(not self.settings.isVisible()))
        self.settings.edited.connect(lambda: setup.set(self.settings.config))
        self.measure.clicked.connect(self._measure)
        self.start.clicked.connect(lambda: self.started.emit(setup.config))
        setup.changed.connect(self.refresh)
        setup.checked.connect(self._show_checked)
        setup.estimated.connect(self._show_estimate)
        setup.measured.connect(self._end_estimate)
        setup.devices_known.connect(self._show_devices)

    def _choose_steps(self) -> None:
        ticked = tuple(step for step, box in self.steps.items() if box.isChecked())
        self._setup.set(with_steps(self._setup.config, ticked))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of a corpus")
        if name:
            self.add(Path(name))

    def _ask_project(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Project to learn from", "", _PROJECTS)
        self._add(Path(name) if name else None)

    def add(self, folder: Path) -> None:
        """A corpus of the kind that the folder seems to be; its card can change that."""
        self._setup.add_corpus(new_corpus(guessed_kind(folder), folder))

    def _add(self, project: Path | None) -> None:
        if project is not None:
            self._setup.add_corpus(CorpusConfig("documents", project))

    def _show_cards(self, config: RunConfig) -> None:
        """Cards of corpora that are still there stay, with what was found."""
        folders = {corpus.folder: corpus for corpus in config.corpora}
        for card in [card for card in self.cards if card.corpus.folder not in folders]:
            self.cards.remove(card)
            card.deleteLater()
        known = {card.corpus.folder: card for card in self.cards}
        for folder, corpus in folders.items():
            if folder in known:
                known[folder].show_corpus(corpus)
            else:
                self._make_card(corpus)

    def _make_card(self, corpus: CorpusConfig) -> None:
        card = CorpusCard(corpus)
        self.cards.append(card)
        self._corpora.addWidget(card)
        card.removed.connect(lambda: self._setup.replace_corpus(corpus.folder, None))
        card.changed.connect(lambda new: self._setup.replace_corpus(corpus.folder, new))

    def _show_starts(self, config: RunConfig) -> None:
        self.start_from.clear()
        for words, folder in self._setup.starts.items():
            self.start_from.addItem(words, folder)
        place = self.start_from.findData(config.start_from)
        if place < 0:
            self.start_from.addItem(Path(config.start_from).name, config.start_from)
            place = self.start_from.count() - 1
        self.start_from.setCurrentIndex(place)

    def _show_checked(self, folder: str, event: Progress | Checked | Failed) -> None:
        for card in (card for card in self.cards if str(card.corpus.folder) == folder):
            match event:
                case Progress():
                    card.show_progress(event)
                case Checked():
                    card.show_checked(event, self._setup.config.labels)
                case Failed():
                    card.show_failure(event.message)

    def _show_devices(self) -> None:
        """The unusable ones are shown too, and why."""
        devices, model = self._setup.devices, self.device.model()
        if devices is None or not isinstance(model, QStandardItemModel):
            return
        for name, words in devices.names.items():
            self.device.addItem(words, name)
        for name, why in devices.unusable.items():
            self.device.addItem(f"{name}: {why}", name)
            model.item(self.device.count() - 1).setEnabled(False)
            self.device.setItemData(self.device.count() - 1, why, Qt.ItemDataRole.ToolTipRole)

    def _measure(self) -> None:
        for shown in self.times.values():
            shown.setText("")
        self._short.clear()
        try:
            self._setup.estimate()
        except TrainingError as error:
            self.need.setText(str(error))
            return
        self.need.setText("Measuring a few batches of every step …")
        self.measure.setEnabled(False)

    def _show_estimate(self, event: Estimated | Failed) -> None:
        if isinstance(event, Failed):
            self._short.append(event.message)
            return
        if event.step in self.times:
            need = f"{_gib(event.memory)} of memory, {_gib(event.disk)} of disk"
            self.times[event.step].setText(f"about {time_left(event.seconds)} on {event.device}, {need}")
        self._short += [
            f"There is too little {what} for {event.step}: it needs {_gib(need)}, and {_gib(there)} are free."
            for what, need, there in (
                ("memory", event.memory, event.free_memory),
                ("disk", event.disk, event.free_disk),
            )
            if need > there
        ]

    def _end_estimate(self) -> None:
        self.measure.setEnabled(True)
        self.need.setText("\n".join(self._short) or "There is enough memory and disk for that.")

    def _say_trouble(self) -> None:
        problem = self._setup.problem()
        self.trouble.setText(problem)
        self.start.setEnabled(not problem)


def _gib(size: int) -> str:
    """``1.2 GiB``; MiB below a tenth of it."""
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 / 10 else f"{max(1, round(size / 2**20))} MiB"
