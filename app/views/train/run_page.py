"""One run: its steps, how far it is, curves, figures by class, what it said, and what can be done with it."""

from collections.abc import Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFontDatabase
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.base.outside import ask
from app.base.words import time_left
from app.models.training.runs import Runs
from app.models.video.session import Session
from app.views.parts.banner import FAILURE, Banner
from app.views.parts.plots import Plot
from app.views.parts.widgets import Headed, label, push, row, scrolled
from app.views.train.cells import cell_table, fill, show_whole, stretch
from app.views.train.curves import Curves
from trainer.events import Epoch
from trainer.run.view import RunView, StepHistory, StepState

_SIGNS = {
    StepState.WAITING: "○",
    StepState.RUNNING: "▶",
    StepState.DONE: "✓",
    StepState.FAILED: "✗",
    StepState.STOPPED: "‖",
}
_LAST_LINES = 3


class RunPage(QWidget):
    """Shows one run of `Runs`; everything comes from its folder."""

    used = Signal(str)  # a run whose model shall predict from now on

    def __init__(self, runs: Runs, session: Session) -> None:
        super().__init__()
        self._runs, self._session = runs, session
        self.name = ""
        self.step = ""
        self._moving = True  # the page goes with the training from step to step
        self._drawn: object = None  # what the plots of epochs show
        self.title = label("", "heading")
        self.state = label("", "muted")
        self.trouble = Banner("What is the matter with this run", stays=True)
        self.stop = push("Stop", "Save and end; the best so far is kept; again after ten seconds: end at once")
        self.pause = push("Pause", "Save and end for a while; runs that wait go on waiting until it is resumed")
        self.note = label("", "muted", wrap=True)
        self.resume = push("Resume", "Go on where it was", primary=True)
        self.finish = push("Finish with the best", "The best epoch so far is the step's result; what follows it is run")
        self.use = push("Use this model", "Predict with what this run has trained", primary=True)
        self.folder = push("Open folder", "Events, TensorBoard scalars, reports and weights")
        self.remove = push("Delete", "Delete the run's folder with all it holds")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.pace = label("", "muted")
        self.losses, self.figures = Curves("Losses", "batch"), Curves("Validation", "epoch", few=True)
        self.classes, self.confusion = Plot("F1 by class"), Plot("Confusion on validation")
        self._losses = Headed("Losses", self.losses)
        self._figures = Headed("Validation", self.figures)
        self._classes = Headed("F1 by class on validation, best epoch", self.classes)
        self._confusion = Headed("Confusion on validation, best epoch", self.confusion)
        self.metrics = cell_table("Figures of the finished step")
        self._metrics = Headed("Figures of the finished step", self.metrics)
        self.log = QPlainTextEdit()
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._buttons = QHBoxLayout()
        self._group = QButtonGroup(self)
        self._lay_out()
        self.stop.clicked.connect(lambda: runs.stop(self.name))
        self.pause.clicked.connect(lambda: runs.pause(self.name))
        self.resume.clicked.connect(lambda: runs.resume(self.name))
        self.finish.clicked.connect(lambda: runs.finish(self.name))
        self.remove.clicked.connect(self._ask_remove)
        self.use.clicked.connect(lambda: self.used.emit(self.name))
        self.folder.clicked.connect(self._open_folder)
        runs.told.connect(self._hear)
        runs.changed.connect(self.refresh)

    def show_run(self, name: str) -> None:
        """Show another run; "" shows none."""
        self.name, self.step = name, ""
        self.refresh()

    def button(self, step: str) -> QAbstractButton:
        """What shows a step. Raises StopIteration for one that the run does not have."""
        return next(button for button in self._group.buttons() if button.objectName() == step)

    def refresh(self) -> None:
        """Read what the run's folder tells."""
        self.setVisible(bool(self.name))
        if not self.name or self.name not in self._runs.names:
            return
        view = self._runs.view(self.name)
        self.title.setText(view.name)
        self._show_state(view)
        self._show_steps(view.steps)
        step = view.steps.get(self.step)
        if step is not None:
            self._show_step(step, view)
        self._show_log()

    def _hear(self, name: str) -> None:
        if name == self.name and self.isVisible():
            self.refresh()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        buttons = (self.use, self.resume, self.finish, self.pause, self.stop, self.folder, self.remove)
        column.addLayout(row(self.title, self.state, 1, *buttons))
        column.addWidget(self.trouble)
        column.addLayout(self._buttons)
        column.addLayout(row(self.bar, self.pace))
        column.addWidget(self.note)
        for part in (self._losses, self._figures, self._metrics, self._classes, self._confusion):
            column.addWidget(part)
        self.log.setReadOnly(True)
        self.log.setMinimumHeight(160)
        self.log.setAccessibleName("What the training said")
        column.addWidget(Headed("Log", self.log))
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolled(inside))

    def _show_state(self, view: RunView) -> None:
        runs, waiting = self._runs, self.name in self._runs.waiting
        training = runs.is_training(self.name)
        elsewhere = training and self.name != runs.training
        paused = not training and self.name == runs.paused
        words = "waiting" if waiting else "paused" if paused else view.state.value
        if training:
            here = "starting" if view.state is StepState.WAITING else "training"
            words = f"{here}, without this window" if elsewhere else here
        self.state.setText(words)
        self.stop.setVisible(training or waiting or paused)
        self.pause.setVisible(training)
        note = runs.held_up if waiting else _sharing(view, self._session.device) if training else ""
        self.note.setText(note)
        self.note.setVisible(bool(note))
        stands = not training and not waiting and not view.error
        self.resume.setVisible(stands and view.state is not StepState.DONE)
        begun = [step for step in view.steps.values() if step.state is not StepState.DONE and step.epochs]
        self.finish.setVisible(stands and bool(begun))
        self.use.setVisible(view.bundle is not None and not training)
        self.remove.setEnabled(not training)
        trouble = "" if training or waiting else runs.trouble(self.name)
        if trouble:
            lines = runs.log(self.name).strip().splitlines()[-_LAST_LINES:]
            self.trouble.say(FAILURE, "\n".join([trouble, *lines]))
        else:
            self.trouble.hide()

    def _show_steps(self, steps: Mapping[str, StepHistory]) -> None:
        if self.step not in steps:
            begun = [name for name, step in steps.items() if step.state is not StepState.WAITING]
            trained = [name for name in begun if steps[name].epochs]
            ended = all(steps[name].state is StepState.DONE for name in begun)
            shown = trained if ended and trained else begun
            self.step = shown[-1] if shown else next(iter(steps), "")
        elif steps[self.step].state is StepState.DONE and self._follows(steps):
            self.step = next(name for name, step in steps.items() if step.state is StepState.RUNNING)
        if [button.objectName() for button in self._group.buttons()] != list(steps):
            self._make_buttons(list(steps))
        for button in self._group.buttons():
            name = button.objectName()
            button.setText(f"{_SIGNS[steps[name].state]} {name}")
            button.setChecked(name == self.step)

    def _follows(self, steps: Mapping[str, StepHistory]) -> bool:
        """The step in sight has just ended and another runs."""
        return self._moving and any(step.state is StepState.RUNNING for step in steps.values())

    def _make_buttons(self, names: list[str]) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                self._group.removeButton(widget)  # type: ignore[arg-type]
                widget.deleteLater()
        for name in names:
            button = QPushButton(name)
            button.setObjectName(name)
            button.setCheckable(True)
            button.clicked.connect(partial(self._choose, name))
            self._group.addButton(button)
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)

    def _choose(self, name: str) -> None:
        self.step, self._moving = name, self._runs.view(self.name).steps[name].state is StepState.RUNNING
        self.refresh()

    def _show_step(self, step: StepHistory, view: RunView) -> None:
        progress = step.progress
        self.bar.setRange(0, max(1, progress.of if progress else 1))
        self.bar.setValue(
            (progress.done if progress else 0) if step.state is not StepState.DONE else self.bar.maximum()
        )
        self.pace.setText(_pace(step))
        self.losses.show_lines(step.batches, step.losses)
        self._losses.setVisible(bool(step.batches))
        epochs = list(step.epochs.values())
        drawn = (self.name, self.step, epochs, dict(step.metrics))
        if drawn != self._drawn:  # batches come often, epochs seldom
            self._drawn = drawn
            self._show_metrics(step.metrics)
            self._show_epochs(step, epochs, view)

    def _show_metrics(self, metrics: Mapping[str, float]) -> None:
        """A row for each figure, a column for each split."""
        found = {_of_split(name): value for name, value in metrics.items()}
        splits = list(dict.fromkeys(split for split, _ in found))
        figures = dict.fromkeys(figure for _, figure in found)
        rows = [(_spoken(figure), *(_three(found.get((split, figure))) for split in splits)) for figure in figures]
        fill(self.metrics, ("", *splits), rows)
        stretch(self.metrics, *range(len(splits) + 1))
        show_whole(self.metrics)
        self._metrics.setVisible(bool(metrics))

    def _show_epochs(self, step: StepHistory, epochs: list[Epoch], view: RunView) -> None:
        names = [name for name in (epochs[0].metrics if epochs else {}) if "f1" in name and "/" not in name]
        lines = {_spoken(name): [epoch.metrics.get(name, np.nan) for epoch in epochs] for name in names}
        best = step.best
        self.figures.show_lines([epoch.epoch for epoch in epochs], lines, best.epoch if best else None)
        self._figures.setVisible(bool(epochs))
        self._show_classes(best or (epochs[-1] if epochs else None), view)

    def _show_classes(self, epoch: Epoch | None, view: RunView) -> None:
        """F1 and confusion of the best epoch."""
        labels = view.config.labels if view.config else ()
        found = {} if epoch is None else {n.removeprefix("f1/"): v for n, v in epoch.metrics.items() if "f1/" in n}
        self._classes.setVisible(bool(found))
        if found:
            self.classes.lengths(list(found), np.array(list(found.values())))
        there = epoch is not None and bool(epoch.confusion) and len(epoch.confusion) == len(labels)
        self._confusion.setVisible(there)
        if there and epoch is not None:
            self.confusion.heat(labels, labels, np.array(epoch.confusion, np.int64), "predicted", "true")

    def _show_log(self) -> None:
        text = self._runs.log(self.name)
        if text != self.log.toPlainText():
            self.log.setPlainText(text)
            self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())

    def _ask_remove(self) -> None:
        words = f"Delete the run {self.name} for good, with its weights and reports?"
        if ask(self, "Delete the run", words):
            self._runs.remove(self.name)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._runs.folder(self.name))))


def _of_split(name: str) -> tuple[str, str]:
    """``validation/weighted_f1`` as its two parts; ("", name) for a figure of no split."""
    split, slash, figure = name.partition("/")
    return (split, figure) if slash else ("", name)


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _spoken(name: str) -> str:
    """``text alone/weighted_f1`` as ``text alone, weighted F1``."""
    return name.replace("/", ", ").replace("_f1", " F1").replace("_", " ")


def _sharing(view: RunView, analysing: str) -> str:
    """A graphics card that trains and analyses does both slower."""
    running = [step for step in view.steps.values() if step.state is StepState.RUNNING]
    devices = [step.started.device for step in running if step.started is not None]
    both = analysing.startswith("cuda") and any(device.startswith("cuda") for device in devices)
    return "Analysis and playback share the graphics card with this training." if both else ""


def _pace(step: StepHistory) -> str:
    """``epoch 3 of 10, 12 a second, 4 min left, 1.2 GB``."""
    progress, started = step.progress, step.started
    if step.state is not StepState.RUNNING or progress is None:
        return ""
    parts = []
    if started is not None and started.epochs:
        parts.append(f"epoch {min(started.epochs, len(step.epochs) + 1)} of {started.epochs}")
    if progress.samples_per_second:
        parts.append(f"{progress.samples_per_second:.3g} examples a second")
    if progress.seconds_left is not None:
        parts.append(f"{time_left(progress.seconds_left)} left")
    if progress.memory:
        parts.append(f"{progress.memory / 1e9:.1f} GB of the device")
    if progress.use is not None:
        parts.append(f"device {progress.use} % busy")
    return ", ".join(parts)
