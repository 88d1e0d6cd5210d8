"""The training that is being set up: a preset, corpora, steps, where it starts from; and what it will take."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QObject, Signal

from app.models.studio import Studio
from app.models.training.inquiries import Inquiries
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.folders import resource
from m2fnet_core.bundle.card import STARTER
from trainer.config import CorpusConfig, RunConfig
from trainer.events import Checked, Devices, Estimated, Event, Failed, Progress
from trainer.run.file import read_run, write_run
from trainer.run.view import runs_folder

PRESETS = {
    "corrections": "My corrections",
    "meld": "MELD, as the paper",
    "iemocap": "IEMOCAP, as the paper",
    "smoke": "Try it out, with made-up data",
}
STEPS = ("text", "audio", "visual", "features", "fusion", "evaluate")
NEEDS = {
    "text": "dialogues with text",
    "audio": "a speech corpus",
    "visual": "a corpus of faces",
    "features": "dialogues; extractors of this run or of the model it starts from",
    "fusion": "vectors: the step features, or a feature pack",
    "evaluate": "a trained dialogue network",
}


class Setup(QObject):
    """Holds one `RunConfig`; every change makes another."""

    changed = Signal()  # the configuration
    checked = Signal(str, object)  # folder of a corpus, Progress on the way, then Checked or Failed
    estimated = Signal(object)  # Estimated of a step, or Failed
    measured = Signal()  # no more of them will come
    devices_known = Signal()

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.config = RunConfig()
        self.devices: Devices | None = None
        self._making = False  # the made-up corpora
        self._refused: dict[Path, str] = {}  # corpora that cannot be trained on as they are, and why
        self._media: dict[Path, int] = {}  # files of sound and pictures that a corpus's dialogues have
        studio.project.opened.connect(self.changed)
        studio.session.model_changed.connect(self.changed)
        self._asked = TemporaryDirectory(prefix="m2fnet-")  # runs as files, for what is asked about them
        self.inquiries = Inquiries(self)
        self.inquiries.heard.connect(self._hear)
        self.inquiries.ended.connect(self._end)

    def ask_devices(self) -> None:
        """Once: which devices can train here."""
        if self.devices is None:
            self.inquiries.ask("devices", ("devices", "--events"))

    def choose(self, preset: str) -> None:
        """Begin anew from a preset. Its corpora are the person's to name, but for the made-up ones."""
        self._making = False
        if preset == "smoke":
            self._choose_smoke()
            return
        path = resource("runs", f"{preset}.toml")
        config = replace(read_run(path), corpora=(), out=runs_folder())
        self.config = self._corrections(config) if preset == "corrections" else config
        self.changed.emit()
        self._check_all()

    def set(self, config: RunConfig) -> None:
        """Another configuration. Another start can have learnt from what a project holds back for the test."""
        before, self.config = self.config, config
        self.changed.emit()
        if config.start_from != before.start_from:
            for corpus in (corpus for corpus in config.corpora if corpus.kind == "documents"):
                self._check(corpus)

    def add_corpus(self, corpus: CorpusConfig) -> None:
        """One more; it is looked into. A first project brings its labels."""
        if any(one.folder == corpus.folder for one in self.config.corpora):
            self._studio.notices.note(f"{corpus.folder.name} is a corpus of this run already.")
            return
        self.config = replace(self.config, corpora=(*self.config.corpora, corpus))
        if corpus.folder == self.project and len(self.config.corpora) == 1:
            labels = self._studio.project.document.label_set
            self.config = replace(self.config, label_set=labels.name, labels=labels.labels)
        self.changed.emit()
        self._check(corpus)

    def replace_corpus(self, folder: Path, new: CorpusConfig | None) -> None:
        """Change the corpus in this folder, or take it away (None)."""
        self._refused.pop(folder, None)
        kept = [new if corpus.folder == folder else corpus for corpus in self.config.corpora]
        self.config = replace(self.config, corpora=tuple(corpus for corpus in kept if corpus is not None))
        self.changed.emit()
        if new is not None:
            self._check(new)

    @property
    def project(self) -> Path | None:
        """The open project, which can be a corpus."""
        return self._studio.project.path if self._studio.project.is_open else None

    @property
    def starts(self) -> dict[str, str]:
        """Folders that a training can start from, by what a person calls them."""
        found = {"From scratch": ""}
        if self._studio.model is not None:
            found["The model in use"] = str(self._studio.model)
        if STARTER.is_dir():
            found["The starter model"] = str(STARTER)
        return found

    def estimate(self) -> None:
        """Measure what the steps will take, with a few batches of each."""
        self.inquiries.ask("estimate", ("estimate", str(self._written()), "--events"))

    def problem(self) -> str:
        """Why it cannot start, in one sentence; "" when it can."""
        return next(self._problems(), "")

    def _problems(self) -> Iterator[str]:
        config = self.config
        if self._making:
            yield "The made-up corpora are being made; that takes a few seconds."
        if not config.steps:
            yield "Tick at least one step."
        if not config.corpora:
            yield "Add a corpus to learn from."
        for step in config.steps:
            if not _has_what_it_needs(step, config):
                yield f"{step} needs {NEEDS[step]}: add what is missing, or do not tick {step}."
        if "features" in config.steps and self._needs_extractors(config):
            yield "features needs extractors for sound and pictures: tick audio and visual, or start from a model."
        for corpus in config.corpora:
            if corpus.folder in self._refused:
                yield f"{corpus.folder.name} cannot be used: {self._refused[corpus.folder]}"
        if not config.name.strip() or "/" in config.name or config.name.startswith("."):
            yield "Give the run a name that can be a folder's."

    def _needs_extractors(self, config: RunConfig) -> bool:
        """Whether there are sound and pictures that neither this run nor a model has extractors for."""
        media = any(self._media.get(corpus.folder) for corpus in config.corpora)
        return media and not config.start_from and not {"audio", "visual"} <= {*config.steps}

    def close(self) -> None:
        """End what is being asked."""
        self.inquiries.close()
        self._asked.cleanup()

    def _corrections(self, config: RunConfig) -> RunConfig:
        """The open project, its labels, and the model in use."""
        starts = list(self.starts.values())
        if self.project is None:
            return replace(config, start_from=starts[-1] if len(starts) > 1 else "")
        labels = self._studio.project.document.label_set
        return replace(
            config,
            corpora=(CorpusConfig("documents", self.project),),
            label_set=labels.name,
            labels=labels.labels,
            start_from=starts[1] if len(starts) > 1 else "",
        )

    def _choose_smoke(self) -> None:
        place = runs_folder().with_name("made-up corpora")
        if (place / "run.toml").is_file():
            self._take_smoke()
            return
        if place.is_dir():  # half of them, from a window that was closed meanwhile
            shutil.rmtree(place, ignore_errors=True)
        self._making = True
        self.inquiries.ask("smoke", ("smoke", str(place)))
        self.changed.emit()

    def _check_all(self) -> None:
        for corpus in self.config.corpora:
            self._check(corpus)

    def _check(self, corpus: CorpusConfig) -> None:
        self._refused.pop(corpus.folder, None)
        try:
            toml = self._written(corpus)
        except TrainingError as error:
            self.checked.emit(str(corpus.folder), Failed("check", str(error)))
        else:
            self.inquiries.ask(f"check {corpus.folder}", ("check", str(toml), "--events"))

    def _written(self, corpus: CorpusConfig | None = None) -> Path:
        """The run as a file for the training program; with ``corpus``, of this corpus alone. Raises TrainingError."""
        config, stem = self.config, "run"
        if corpus is not None:
            config = replace(config, corpora=(corpus,))
            stem = hashlib.sha256(str(corpus.folder).encode()).hexdigest()
        path = Path(self._asked.name, f"{stem}.toml")
        write_run(config, path)
        return path

    def _hear(self, key: str, event: Event) -> None:
        if key == "smoke" and isinstance(event, Failed):
            self._studio.notices.fail(event.message)
        elif isinstance(event, Devices):
            self.devices = event
            self.devices_known.emit()
        elif key == "estimate" and isinstance(event, Estimated | Failed):
            self.estimated.emit(event)
        elif key.startswith("check ") and isinstance(event, Progress | Checked | Failed):
            self._take_check(Path(key.removeprefix("check ")), event)

    def _take_check(self, folder: Path, event: Progress | Checked | Failed) -> None:
        if isinstance(event, Failed):
            self._refused[folder] = event.message
            self.changed.emit()
        elif isinstance(event, Checked):
            self._media[folder] = event.media
            self.changed.emit()
        self.checked.emit(str(folder), event)

    def _end(self, key: str) -> None:
        if key == "estimate":
            self.measured.emit()
        if key == "smoke" and self._making:
            self._making = False
            self.changed.emit()
            self._take_smoke()

    def _take_smoke(self) -> None:
        place = runs_folder().with_name("made-up corpora") / "run.toml"
        if place.is_file():
            self.config = replace(read_run(place), out=runs_folder())
            self.changed.emit()
            self._check_all()


def _has_what_it_needs(step: str, config: RunConfig) -> bool:
    """Whether the corpora and the steps before can give a step what it works on."""
    kinds = {corpus.kind for corpus in config.corpora}
    dialogues = bool(kinds & {"meld", "iemocap", "documents"})
    there = {
        "text": dialogues,
        "audio": "speech" in kinds,
        "visual": "faces" in kinds,
        "features": dialogues,
        "fusion": "pack" in kinds or "features" in config.steps,
        "evaluate": "fusion" in config.steps,
    }
    return there.get(step, True)


def with_steps(config: RunConfig, steps: tuple[str, ...]) -> RunConfig:
    """The run with these steps, in their order."""
    return replace(config, steps=tuple(step for step in STEPS if step in steps))
