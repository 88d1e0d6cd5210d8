"""Small windows of the Help and Analysis menus."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QInputDialog, QTextBrowser, QVBoxLayout, QWidget

from m2fnet_core.folders import resource


class Documentation(QDialog):
    """The tour that ships with the program."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Documentation")
        self.resize(760, 640)
        browser = QTextBrowser()
        browser.setMarkdown(resource("help", "documentation.md").read_text(encoding="utf-8"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 12)
        layout.addWidget(browser)
        layout.addWidget(_close_button(self))


def ask_recogniser(parent: QWidget, last: str) -> str:
    """The speech recognition model a person names; "" when they think better of it."""
    text, accepted = QInputDialog.getText(
        parent,
        "Transcribe",
        "Speech recognition model: a folder, or a Hugging Face name whose weights are on this machine\n"
        "(for example openai/whisper-small)",
        text=last,
    )
    return text.strip() if accepted else ""


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    return buttons
