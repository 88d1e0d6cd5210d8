"""The dialog in which a person chooses the model that writes words, and says whether it may be fetched."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from app.base.settings import RECOGNISE, RECOGNISER, Settings
from app.jobs.background import Background, Emit
from app.views.parts.widgets import label, push, row
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.progress import CancelToken

_OWN = "base"
_KNOWN = (_OWN, "Systran/faster-whisper-small", "Systran/faster-whisper-medium", "Systran/faster-whisper-large-v3")
_ABOUT = (
    "“base” comes with the program and knows many languages. A larger model hears better and takes longer: "
    "name a folder with a Whisper model in CTranslate2's form, or its name on Hugging Face."
)


class RecogniserDialog(QDialog):
    """Closing it with OK sets the model. One that is not on this machine is fetched only after a second yes."""

    fetch_wanted = Signal()  # the model that was set may be fetched

    def __init__(self, settings: Settings, can_fetch: bool, parent: QWidget) -> None:
        """``can_fetch``: a video is open, for whose words a model can be fetched."""
        super().__init__(parent)
        self.setWindowTitle("Speech recognition model")
        self._settings, self._can_fetch = settings, can_fetch
        self._look = Background("recogniser", self)
        self._look.result.connect(self._answer)
        self._look.failed.connect(self._tell)
        self.name = QComboBox()
        self.name.setEditable(True)
        self.name.setAccessibleName("Speech recognition model")
        self.name.addItems(list(dict.fromkeys([settings.get(RECOGNISER), *_KNOWN])))
        self.name.currentTextChanged.connect(self._forget)
        self.by_itself = QCheckBox("Find the words by itself when a video has no transcript")
        self.by_itself.setChecked(settings.get(RECOGNISE))
        self.said = label("", "muted", wrap=True)
        self._fetching = ""  # what the next OK fetches
        self._lay_out()

    def _lay_out(self) -> None:
        folder = push("Folder…", "Name a folder with a speech recognition model")
        folder.clicked.connect(self._choose_folder)
        form = QFormLayout()
        form.addRow("&Model", row(self.name, folder))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(label(_ABOUT, "muted", wrap=True))
        layout.addLayout(form)
        layout.addWidget(self.by_itself)
        layout.addWidget(self.said)
        layout.addWidget(self.buttons)
        self.resize(560, self.sizeHint().height())

    def done(self, result: int) -> None:
        """Close; a question that still waits for its answer is dropped."""
        self._look.close()
        super().done(result)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of a speech recognition model")
        if name:
            self.name.setCurrentText(name)

    def _forget(self) -> None:
        self._fetching = ""
        self._tell("")

    def _accept(self) -> None:
        name = self.name.currentText().strip() or _OWN
        if name == self._fetching:
            self._keep(name)
            self.fetch_wanted.emit()
        else:
            self._tell("Looking for the model …")
            self._look.start(partial(_look_for, name))

    def _answer(self, found: tuple[str, str]) -> None:
        """Where the model is here: done. Else say what fetching it means; OK a second time is the yes."""
        name, offer = found
        if not offer:
            self._keep(name)
        elif not self._can_fetch:
            self._tell(f"{offer} Open a video first: the model is fetched to find its words.")
        else:
            self._fetching = name
            self._tell(f"{offer} Press OK once more to fetch it, or choose another.")

    def _keep(self, name: str) -> None:
        self._settings.set(RECOGNISER, name)
        self._settings.set(RECOGNISE, self.by_itself.isChecked())
        self.accept()

    def _tell(self, sentence: str) -> None:
        self.said.setText(sentence)


def _look_for(name: str, emit: Emit, _cancel: CancelToken) -> None:
    from m2fnet_core.transcript.recogniser import find_recogniser, offer  # a second's import, in the thread

    try:
        find_recogniser(name)
    except TranscriptError:
        found = offer(name)
        size = f"{found.size / 1e6:,.0f} MB"
        emit((name, f"{name} is not on this machine: {size} from Hugging Face, licence: {found.licence or 'unknown'}."))
    else:
        emit((name, ""))
