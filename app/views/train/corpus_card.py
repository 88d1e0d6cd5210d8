"""One corpus of a run: what it is, where it lies, and what a look into it found."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QVBoxLayout

from app import icons
from app.views.parts import label, row
from app.words import count
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


class CorpusCard(QFrame):
    """Its kind can be changed; it can be taken away."""

    changed = Signal()
    removed = Signal()

    def __init__(self, corpus: CorpusConfig) -> None:
        super().__init__()
        self.corpus = corpus
        self.setObjectName("card")
        self.kind = QComboBox()
        for kind in KINDS:
            self.kind.addItem(_WORDS[kind], kind)
        self.kind.setCurrentIndex(KINDS.index(corpus.kind))
        self.kind.setAccessibleName("What the folder holds")
        folder = label(corpus.folder.name or str(corpus.folder), "heading")
        folder.setToolTip(str(corpus.folder))
        self.found = label(_LOOKING, "muted", wrap=True)
        self.problems = label("", "", wrap=True)
        self.problems.hide()
        remove = icons.button("close", "Take this corpus away; its files stay")
        remove.clicked.connect(self.removed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 10)
        layout.addLayout(row(folder, self.kind, 1, remove))
        layout.addWidget(label(str(corpus.folder), "muted"))
        layout.addWidget(self.found)
        layout.addWidget(self.problems)
        self.kind.activated.connect(self._choose)

    def show_progress(self, progress: Progress) -> None:
        """How far the look into it is."""
        self.found.setText(f"{_LOOKING} {progress.done} of {progress.of} files")

    def show_checked(self, checked: Checked) -> None:
        """What it holds, and what is the matter with it."""
        self.found.setText("\n".join(_split(name, part) for name, part in checked.parts.items()) or "It holds nothing.")
        unreadable = [f"{name}: {why}" for name, why in checked.unreadable.items()]
        told = [*_few(checked.parts), *checked.problems, *unreadable]
        more = [f"… and {len(told) - _MOST_PROBLEMS} more."] if len(told) > _MOST_PROBLEMS else []
        self._tell([*told[:_MOST_PROBLEMS], *more])

    def show_failure(self, sentence: str) -> None:
        """It cannot be used as it is; what was found until then stays."""
        if self.found.text().startswith(_LOOKING):
            self.found.setText("")
        self._tell([sentence])

    def _tell(self, sentences: list[str]) -> None:
        self.problems.setText("\n".join(f"⚠ {sentence}" for sentence in sentences))
        self.problems.setVisible(bool(sentences))

    def _choose(self) -> None:
        self.corpus = CorpusConfig(self.kind.currentData(), self.corpus.folder)
        self.found.setText(_LOOKING)
        self._tell([])
        self.changed.emit()


def _split(name: str, part: SplitContent) -> str:
    """``train: 9989 (neutral 4710, joy 1743 …), 1038 dialogues``."""
    labels = ", ".join(f"{label} {number}" for label, number in part.labels.items() if number)
    dialogues = f", {count(part.dialogues, 'dialogue')}" if part.dialogues else ""
    return f"{name}: {sum(part.labels.values())} ({labels}){dialogues}"


def _few(parts: Mapping[str, SplitContent]) -> list[str]:
    """Classes of the training part that are too small to learn from."""
    train = parts.get("train")
    few = [f"{label} ({number})" for label, number in train.labels.items() if number < _FEW] if train else []
    return (
        [f"Fewer than {_FEW} examples to learn from: {', '.join(few)}. Label more, or expect nothing of them."]
        if few
        else []
    )


def guessed_kind(folder: Path) -> str:
    """What a folder probably holds."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else {folder.name}
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
