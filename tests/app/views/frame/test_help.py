"""What a person sends with a report of a defect: the log's last lines and the versions of everything."""

import logging
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from app.models.video.session import Session
from app.views.frame.about import About
from app.views.frame.log import LogLines, LogView
from tests.app.conversation import analysed


@pytest.fixture
def log(qtbot: QtBot) -> Iterator[LogView]:
    """The view, on the window's own log."""
    view, lines = LogView(), LogLines()
    qtbot.addWidget(view)
    lines.line.connect(view.appendPlainText)
    yield view
    lines.close()


def test_lines_of_any_thread_are_seen(qtbot: QtBot, log: LogView) -> None:
    thread = threading.Thread(target=lambda: logging.getLogger("reader").warning("one frame is damaged"))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: log.toPlainText().endswith("reader WARNING one frame is damaged"))


def test_the_last_lines_are_kept(log: LogView) -> None:
    for number in range(2500):
        log.appendPlainText(f"line {number}")
    lines = log.toPlainText().splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("line 500", "line 2499", 2000)


def test_versions_are_copied(qtbot: QtBot) -> None:
    session, parent = Session(), QWidget()
    qtbot.addWidget(parent)
    analysed(session)
    dialog = About(session, parent)
    (copy,) = (b for b in dialog.findChild(QDialogButtonBox).buttons() if b.text().startswith("Copy"))
    copy.click()
    said = dict(line.split(": ", 1) for line in QGuiApplication.clipboard().text().splitlines())
    assert (said["Model"], said["Device"]) == ("starter", "cpu")
    assert all(said[name] not in ("", "not installed") for name in ("PySide6", "torch", "av", "Qt", "FFmpeg"))
