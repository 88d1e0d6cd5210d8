"""What nobody caught reaches the person as one notice with the way out."""

import errno
import sys
from collections.abc import Iterator
from threading import Thread

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.commands.mistakes import Mistakes, sentence
from app.models.notices import Notices
from m2fnet_core.base.errors import MediaError


@pytest.fixture
def notices(qtbot: QtBot) -> Iterator[Notices]:
    before = sys.excepthook
    made = Notices()
    Mistakes(made)
    yield made
    sys.excepthook = before


def hear(error: Exception) -> None:
    sys.excepthook(type(error), error, None)


def test_it_is_told_once_with_what_to_do(notices: Notices, qtbot: QtBot) -> None:
    with qtbot.waitSignal(notices.changed):
        QTimer.singleShot(0, lambda: hear(KeyError("start")))
    hear(KeyError("start"))
    (entry,) = notices.entries
    assert "KeyError: 'start'" in entry.text
    assert "Your decisions are saved" in entry.text


def test_another_thread_is_heard(notices: Notices, qtbot: QtBot) -> None:
    with qtbot.waitSignal(notices.changed):
        Thread(target=hear, args=(MediaError("talk.mp4 is gone; choose it again."),)).start()
    assert notices.entries[0].text == "talk.mp4 is gone; choose it again."


def test_full_memory_and_a_full_disk_are_told_as_what_they_are() -> None:
    assert "not enough memory" in sentence(MemoryError())
    assert "disk is full" in sentence(OSError(errno.ENOSPC, "No space left on device"))
