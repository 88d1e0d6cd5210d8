"""One corpus of a run: what it is, where it lies, and what a look into it found."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QPlainTextEdit, QVBoxLayout

from app.base import icons
from app.base.outside import plain_tip
from app.models.training.settings_tree import changed_corpus, corpus_rows
from app.views.parts.widgets import label, push, row
from app.views.train.settings_form import SettingsForm
from m2fnet_core.base.wording import count
from trainer.config import KINDS, CorpusConfig
from trainer.events import Checked, Progress, SplitContent

_WORDS = {
    "meld": "MELD",
    "iemocap": "IEMOCAP",
    "pack": "Feature pack",
    "documents": "Projects of this program",
    "faces": "Faces by emotion or person",
    "speech": "Speech by emotion",
}
_FEW = 10  # labels of a class: with fewer nothing can be learnt of it
_MOST_PROBLEMS = 4
_LOOKING = "Looking into it …"
_HELD_OUT = 0.1  # of speech and faces, which seldom bring a validation split


class CorpusCard(QFrame):
    """Its kind and settings can be changed; it can be taken away."""

    changed = Signal(CorpusConfig)
    removed = Signal()

    def __init__(self, corpus: CorpusConfig) -> None:
        super().__init__()
        self.corpus = corpus
        self.setObjectName("card")
        self.kind = QComboBox()
        for kind in KINDS:
            self.kind.addItem(_WORDS[kind], kind)
        self.kind.setAccessibleName("What the folder holds")
        folder = label(corpus.folder.name or str(corpus.folder), "heading")
        folder.setToolTip(plain_tip(str(corpus.folder)))
        self.found = label(_LOOKING, "muted", wrap=True)
        self.problems = label("", "", wrap=True)
        self.all = push("Show all", "Everything that is missing or does not open")
        self.list = QPlainTextEdit()
        self.list.setReadOnly(True)
        self.list.setAccessibleName("Everything that is missing or does not open")
        self.list.setFixedHeight(8 * self.fontMetrics().lineSpacing())
        self.more = push("Settings", "Splits, words for the emotions, and what else this kind of corpus has")
        self.form = SettingsForm(corpus, corpus_rows, changed_corpus, "Settings of the corpus")
        self.form.setFixedHeight(11 * self.fontMetrics().lineSpacing())
        remove = icons.button("close", "Take this corpus away; its files stay")
        remove.clicked.connect(self.removed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 10)
        layout.addLayout(row(folder, self.kind, self.more, 1, remove))
        layout.addWidget(label(str(corpus.folder), "muted"))
        layout.addWidget(self.found)
        layout.addWidget(self.problems)
        layout.addLayout(row(self.all, 1))
        layout.addWidget(self.list)
        layout.addWidget(self.form)
        self.list.hide()
        self.form.hide()
        self.kind.activated.connect(self._choose)
        self.more.clicked.connect(lambda: self.form.setVisible(self.form.isHidden()))
        self.all.clicked.connect(lambda: self.list.setVisible(self.list.isHidden()))
        self.form.edited.connect(lambda: self._begin(self.form.config))
        self._tell([])
        self.show_corpus(corpus)

    def show_corpus(self, corpus: CorpusConfig) -> None:
        """The same folder with other settings."""
        self.corpus = corpus
        self.kind.setCurrentIndex(KINDS.index(corpus.kind))
        self.form.show_config(corpus)

    def show_progress(self, progress: Progress) -> None:
        """How far the look into it is."""
        self.found.setText(f"{_LOOKING} {progress.done} of {progress.of} files")

    def show_checked(self, checked: Checked, labels: Sequence[str]) -> None:
        """What it holds, and what is the matter with it. ``labels``: those that the run wants to learn."""
        self.found.setText("\n".join(_split(name, part) for name, part in checked.parts.items()) or "It holds nothing.")
        unreadable = [f"{name}: {why}" for name, why in checked.unreadable.items()]
        told = [*_few(checked.parts, labels), *checked.problems, *unreadable]
        self._tell([*told[:_MOST_PROBLEMS], *([_more(told)] if len(told) > _MOST_PROBLEMS else [])])
        self._list([*told, *checked.missing])

    def show_failure(self, sentence: str) -> None:
        """It cannot be used as it is; what was found until then stays."""
        if self.found.text().startswith(_LOOKING):
            self.found.setText("")
        self._tell([sentence])

    def _tell(self, sentences: list[str]) -> None:
        self.problems.setText("\n".join(f"⚠ {sentence}" for sentence in sentences))
        self.problems.setVisible(bool(sentences))
        self._list([])

    def _list(self, lines: list[str]) -> None:
        self.all.setVisible(len(lines) > _MOST_PROBLEMS)
        self.all.setText(f"Show all {len(lines)}")
        self.list.setPlainText("\n".join(lines))
        self.list.setHidden(self.list.isHidden() or not lines)

    def _choose(self) -> None:
        self._begin(new_corpus(self.kind.currentData(), self.corpus.folder))

    def _begin(self, corpus: CorpusConfig) -> None:
        self.found.setText(_LOOKING)
        self._tell([])
        self.changed.emit(corpus)


def new_corpus(kind: str, folder: Path) -> CorpusConfig:
    """A corpus as it begins: of speech and faces a part is held out, without which nothing can be judged."""
    return CorpusConfig(kind, folder, validation_share=_HELD_OUT if kind in ("speech", "faces") else 0.0)


def _more(told: Sequence[str]) -> str:
    return f"… and {len(told) - _MOST_PROBLEMS} more."


def _split(name: str, part: SplitContent) -> str:
    """``train: 9989 (neutral 4710, joy 1743 …), 1038 dialogues``."""
    labels = ", ".join(f"{label} {number}" for label, number in part.labels.items() if number)
    dialogues = f", {count(part.dialogues, 'dialogue')}" if part.dialogues else ""
    return f"{name}: {sum(part.labels.values())} ({labels}){dialogues}"


def _few(parts: Mapping[str, SplitContent], labels: Sequence[str]) -> list[str]:
    """Classes of the training part that are too small to learn from, those without any example first of all."""
    train = parts.get("train")
    if train is None or not any(label in train.labels for label in labels):  # people, or nothing to train on
        return []
    counts = {label: train.labels.get(label, 0) for label in labels}
    few = [f"{label} ({number})" for label, number in counts.items() if number < _FEW]
    if not few:
        return []
    return [f"Fewer than {_FEW} examples to learn from: {', '.join(few)}. Label more, or expect nothing of them."]


def guessed_kind(folder: Path) -> str:
    """What a folder probably holds."""
    try:
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else {folder.name}
    except OSError:  # looking into it says so
        names = set()
    if folder.suffix == ".m2f" or any(name.endswith(".m2f") for name in names):
        return "documents"
    if "train_sent_emo.csv" in names:
        return "meld"
    if "Session1" in names:
        return "iemocap"
    if "utterances.csv" in names:
        return "pack"
    return (
        "speech"
        if any(name.lower().startswith("actor_") or name.lower().endswith((".wav", ".flac")) for name in names)
        else "faces"
    )
