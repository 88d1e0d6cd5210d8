"""Words and pages from outside: files, models and people name things, and nothing they write is run or fetched."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, Qt
from PySide6.QtWidgets import QMessageBox, QTextBrowser, QWidget


def plain_tip(text: str) -> str:
    """A tooltip that shows exactly this: Qt takes a plain one for HTML, and opens its pictures, where it looks so."""
    return Qt.convertFromPlainText(text) if Qt.mightBeRichText(text) else text


def ask(parent: QWidget, title: str, words: str) -> bool:
    """Yes or no to a question with names in it."""
    return QMessageBox.question(parent, title, plain_tip(words)) == QMessageBox.StandardButton.Yes


class CardBrowser(QTextBrowser):
    """A page of Markdown with pictures of its own folder. A link is shown before it opens, and only to the web."""

    def __init__(self) -> None:
        super().__init__()
        self._folder: Path | None = None
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)

    def show_page(self, markdown: str, folder: Path | None) -> None:
        """Show this text; ``folder`` holds its pictures, None: it has none."""
        self._folder = folder
        self.setMarkdown(markdown)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """A picture of the page's own folder; nothing for any other address."""
        place = self._own(QUrl(name))
        return None if place is None else super().loadResource(kind, QUrl.fromLocalFile(str(place)))

    def _own(self, url: QUrl) -> Path | None:
        if self._folder is None or url.scheme() or url.host() or not url.path():
            return None
        try:
            place = (self._folder / url.path()).resolve()
            return place if place.is_relative_to(self._folder.resolve()) and place.is_file() else None
        except (OSError, ValueError):
            return None

    def _follow(self, url: QUrl) -> None:
        if url.isRelative() and url.hasFragment() and not url.path():
            self.scrollToAnchor(url.fragment())
        elif url.scheme() in ("http", "https") and ask(self, "Open a web page", f"Open {url.toString()}?"):
            QDesktopServices.openUrl(url)
