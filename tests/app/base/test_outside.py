"""Words from outside are shown as they are, and a page reaches nothing but its own folder and, asked, the web."""

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QImage, Qt, QTextDocument
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.base.outside import CardBrowser, plain_tip

HOSTILE = '<img src="file:///etc/hostname"> & <b>Ann</b>'


def test_a_tip_shows_the_letters_of_a_tag() -> None:
    document = QTextDocument()
    document.setHtml(plain_tip(HOSTILE))
    assert document.toPlainText() == HOSTILE
    assert plain_tip("1 < 2\nAnn & Bob") == "1 < 2\nAnn & Bob"
    assert not Qt.mightBeRichText(plain_tip("1 < 2"))


@pytest.fixture
def card(qtbot: QtBot, tmp_path: Path) -> CardBrowser:
    made = CardBrowser()
    qtbot.addWidget(made)
    (tmp_path / "model").mkdir()
    for name in ("model/own.png", "other.png"):
        image = QImage(4, 4, QImage.Format.Format_RGB32)
        image.fill(0)
        assert image.save(str(tmp_path / name))
    made.show_page("# A model\n\n![](own.png) [more](https://example.org/a)", tmp_path / "model")
    return made


def test_pictures_come_from_the_page_s_own_folder_alone(card: CardBrowser, tmp_path: Path) -> None:
    kind = QTextDocument.ResourceType.ImageResource.value
    assert card.loadResource(kind, QUrl("own.png"))
    (tmp_path / "model" / "link.png").symlink_to(tmp_path / "other.png")
    outside = tmp_path / "other.png"
    for name in ("../other.png", str(outside), outside.as_uri(), "link.png", "//host/share/a.png", "http://host/a.png"):
        assert not card.loadResource(kind, QUrl(name)), name


def test_only_the_web_opens_and_only_when_a_person_says_so(card: CardBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    asked: list[str] = []
    answer = QMessageBox.StandardButton.No

    def question(_parent: object, _title: str, words: str) -> QMessageBox.StandardButton:
        asked.append(words)
        return answer

    monkeypatch.setattr(QMessageBox, "question", question)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    for address in ("smb://evil/share/x.exe", "ms-msdt:/id", "javascript:1", "file:///etc/passwd", "other.md"):
        card.anchorClicked.emit(QUrl(address))
    assert (opened, asked) == ([], [])
    card.anchorClicked.emit(QUrl("https://example.org/a"))
    assert opened == []
    assert "https://example.org/a" in asked[0]
    answer = QMessageBox.StandardButton.Yes
    card.anchorClicked.emit(QUrl("https://example.org/a"))
    assert opened == ["https://example.org/a"]
