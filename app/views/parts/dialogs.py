"""Small windows of the Help and Analysis menus."""

from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.base.outside import CardBrowser


class Page(QDialog):
    """A text to read: the tour that ships with the program, or the card of a model."""

    def __init__(self, title: str, markdown: str, pictures: Path, parent: QWidget) -> None:
        """``pictures``: the folder that the text's pictures lie in."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(760, 640)
        self.browser = CardBrowser()
        self.browser.show_page(markdown, pictures)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 12)
        layout.addWidget(self.browser)
        layout.addWidget(_close_button(self))


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    return buttons
