"""Bad input and a dying worker: one clear sentence, and the program goes on."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.base.settings import RECOGNISER
from app.main_window import MainWindow
from app.models.video.analysis import State
from tests.media_maker import Picture, Sound, write_media
from tests.patience import signalled

Until = Callable[[State], None]


@pytest.fixture
def long_film(tmp_path: Path) -> Path:
    """Long enough to be interrupted: half a dozen utterances."""
    (tmp_path / "long.csv").write_text(
        "start,end,speaker,text\n" + "".join(f"{k},{k + 0.9},Ada,word {k}\n" for k in range(6)), encoding="utf-8"
    )
    return write_media(tmp_path / "long.mp4", Picture(frames=150, size=(320, 240)), Sound(seconds=6))


def begun(qtbot: QtBot, window: MainWindow, film: Path) -> None:
    """Open and wait until the analysis is under way."""
    with signalled(qtbot, window.studio.session.model_changed):
        window.studio.open(film)


@pytest.mark.skipif(os.name == "nt", reason="signals are a matter of POSIX")
def test_a_killed_worker_is_said_and_the_work_goes_on(
    qtbot: QtBot, window: MainWindow, until: Until, long_film: Path
) -> None:
    begun(qtbot, window, long_film)
    dead = window.studio.worker.pid
    os.kill(dead, signal.SIGKILL)
    until(State.INTERRUPTED)
    assert window.messages.latest.text == "The analysis process ended unexpectedly (it crashed or was killed)."
    assert window.studio.session.utterances
    window.messages.latest.button("Go on").click()
    until(State.DONE)
    assert window.studio.worker.pid not in (0, dead)
    session = window.studio.session
    assert all(session.prediction(u.id) is not None for u in session.utterances)
    assert "unexpectedly" not in window.messages.latest.text


def test_cancel_and_go_on(qtbot: QtBot, window: MainWindow, until: Until, long_film: Path) -> None:
    begun(qtbot, window, long_film)
    window.status.cancel.click()
    assert window.studio.analysis.state is State.STOPPED
    assert window.actions_["go-on"].isEnabled()
    window.actions_["go-on"].trigger()
    until(State.DONE)


def test_not_a_video(qtbot: QtBot, window: MainWindow, until: Until, film: Path, tmp_path: Path) -> None:
    window.studio.open(film)
    until(State.DONE)
    notes = tmp_path / "notes.txt"
    notes.write_text("no video at all", encoding="utf-8")
    with qtbot.waitSignal(window.studio.notices.added):
        window.studio.open(notes)
    assert "notes.txt" in window.messages.latest.text
    assert window.windowTitle().startswith("film.mp4")


def test_a_video_deleted_while_it_is_open(
    qtbot: QtBot, window: MainWindow, until: Until, film: Path, tmp_path: Path
) -> None:
    window.studio.open(film)
    until(State.DONE)
    with qtbot.waitSignal(window.studio.notices.added):
        film.rename(tmp_path / "elsewhere.mp4")
    assert "deleted or moved" in window.messages.latest.text
    window.studio.session.select(window.studio.session.utterances[1].id)
    window.actions_["again"].trigger()
    until(State.FAILED)
    assert "film.mp4" in window.messages.latest.text
    shutil.move(tmp_path / "elsewhere.mp4", film)
    window.actions_["again"].trigger()
    until(State.DONE)


def test_the_transcript_of_another_video(window: MainWindow, until: Until, film: Path, tmp_path: Path) -> None:
    window.studio.open(film)
    until(State.DONE)
    other = tmp_path / "other.srt"
    other.write_text("1\n01:00:00,000 --> 01:00:02,000\nToo late\n", encoding="utf-8")
    window.studio.use_transcript(other)
    until(State.FAILED)
    assert "other.srt" in window.messages.latest.text


def test_a_model_that_is_none(window: MainWindow, until: Until, film: Path, tmp_path: Path) -> None:
    window.studio.open(film)
    until(State.DONE)
    window.studio.choose_model(tmp_path)
    assert "no model bundle" in window.messages.latest.text
    assert window.studio.analysis.state is State.DONE


def test_a_speech_recogniser_that_is_not_there(window: MainWindow, until: Until, film: Path, tmp_path: Path) -> None:
    window.studio.open(film)
    until(State.DONE)
    window.studio.settings.set(RECOGNISER, str(tmp_path / "no recogniser"))
    window.actions_["transcribe"].trigger()
    until(State.RUNNING)
    until(State.DONE)
    assert "no recogniser" in window.messages.latest.text
    assert len(window.studio.session.utterances) == 3


def drop(window: MainWindow, *files: Path) -> None:
    """Let go of files over the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    copy, button, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    over = QDragEnterEvent(QPoint(200, 200), copy, data, button, plain)
    QApplication.sendEvent(window, over)
    assert over.isAccepted()
    event = QDropEvent(QPointF(200, 200), copy, data, button, plain)
    QApplication.sendEvent(window, event)
    assert event.isAccepted()


def test_drag_and_drop(window: MainWindow, until: Until, film: Path, tmp_path: Path) -> None:
    words = tmp_path / "others.csv"
    words.write_text("start,end,speaker,text\n0,2,Cy,One\n2,4,Di,Two\n", encoding="utf-8")
    drop(window, film)
    until(State.DONE)
    assert len(window.studio.session.utterances) == 3
    drop(window, words)
    until(State.DONE)
    assert window.studio.session.speakers == ("Cy", "Di")
    drop(window, words, film)
    until(State.RUNNING)
    until(State.DONE)
    assert window.studio.session.speakers == ("Cy", "Di")


def test_nothing_is_left_when_the_window_closes_in_the_middle(
    qtbot: QtBot, window: MainWindow, long_film: Path
) -> None:
    begun(qtbot, window, long_film)
    worker = psutil.Process(window.studio.worker.pid)
    window.studio.worker.close()
    assert not worker.is_running()
