"""Versions of everything that matters for a bug report, without importing any of it."""

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.base import icons
from app.models.video.session import Session
from app.views.parts.widgets import label, row

_PACKAGES = ("m2fnet-studio", "PySide6", "torch", "torchvision", "torchaudio", "transformers", "av", "numpy")
_WORDS = (
    "Emotion of every utterance of a conversation, on an implementation of M2FNet "
    "(Chudasama, Kar, Gudmalwar, Shah, Wasnik and Onoe, 2022). MIT licence."
)


def versions(session: Session) -> str:
    """One line per part."""
    rows = [(name, _version(name)) for name in _PACKAGES]
    rows += [
        ("Python", platform.python_version()),
        ("Qt", qVersion() or "unknown"),
        ("FFmpeg", _ffmpeg()),
        ("System", f"{platform.platform()} ({QGuiApplication.platformName()})"),
        ("Device", session.device or "not used yet"),
        ("Model", (session.model or "not used yet") + ("" if session.trained else " (untrained)")),
    ]
    return "\n".join(f"{name}: {value}" for name, value in rows)


class About(QDialog):
    """Versions, with a button that copies them."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About M2FNet Studio")
        self.setMinimumWidth(480)
        self._versions = versions(session)
        logo = label("")
        logo.setPixmap(icons.pixmap("studio", self.palette().windowText().color(), 48, self.devicePixelRatioF()))
        shown = label(self._versions)
        shown.setTextInteractionFlags(shown.textInteractionFlags() | shown.textInteractionFlags().TextSelectableByMouse)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy for a bug report", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setIcon(icons.icon("copy"))
        copy.clicked.connect(self.copy)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(14)
        layout.addLayout(row(logo, label("M2FNet Studio", "title"), 1))
        layout.addWidget(label(_WORDS, wrap=True))
        layout.addWidget(shown)
        layout.addWidget(buttons)

    def copy(self) -> None:
        """Put the versions on the clipboard."""
        QGuiApplication.clipboard().setText(self._versions)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _ffmpeg() -> str:
    import av

    return str(getattr(av, "ffmpeg_version_info", "unknown"))
