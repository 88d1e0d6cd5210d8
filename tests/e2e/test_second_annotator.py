"""Two people on one project, and a project of several videos, through the real window and its worker."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.models.video.analysis import State
from app.models.video.queue import Standing
from app.views.comparison.agreement import AgreementPanel
from app.views.comparison.compare import Compare
from app.views.exchange.colleague import AnnotatorDialog
from tests.patience import patiently, signalled

Until = Callable[[State], None]
Key = Qt.Key


def panel(qtbot: QtBot, window: MainWindow, title: str) -> object:
    """The view of a panel, brought up from the menu."""
    dock = next(d for d in window.workspace.findChildren(QDockWidget) if d.windowTitle() == title)
    dock.toggleViewAction().trigger()
    later = window.workspace.panels[title]
    qtbot.waitUntil(lambda: later.view is not None)
    return later.view


def front(qtbot: QtBot, window: MainWindow) -> None:
    """Keys go to it: offscreen nobody brings a window back when a dialog closes."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def opened(qtbot: QtBot, window: MainWindow, until: Until, path: Path) -> None:
    """Analysed and in front."""
    front(qtbot, window)
    window.studio.open(path)
    until(State.RUNNING)
    until(State.DONE)


def test_a_second_annotator_is_compared_with_the_first(
    qtbot: QtBot, window: MainWindow, until: Until, film: Path
) -> None:
    opened(qtbot, window, until, film)
    studio, session = window.studio, window.studio.session
    for key in (Key.Key_1, Key.Key_2, Key.Key_3):
        QTest.keyClick(window, Key.Key_Tab)
        QTest.keyClick(window, key)
    window.actions_["annotator"].trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, AnnotatorDialog)
    field = dialog.names.lineEdit()
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "Bea 2")  # digits and letters are text here
    QTest.keyClick(field, Key.Key_Return)
    assert studio.project.annotator == "Bea 2"
    front(qtbot, window)
    session.select(session.utterances[0].id)
    QTest.keyClick(window, Key.Key_1)
    session.select(session.utterances[1].id)
    QTest.keyClick(window, Key.Key_5)
    compare = panel(qtbot, window, "Comparison")
    assert isinstance(compare, Compare)
    qtbot.waitUntil(lambda: compare.counter.text() == "1 of 2 utterances differ")
    agreement = panel(qtbot, window, "Agreement")
    assert isinstance(agreement, AgreementPanel)
    qtbot.waitUntil(lambda: "1 differently" in agreement.counts.text())
    front(qtbot, window)
    QTest.keyClick(window, Key.Key_A)
    own = session.decision(session.utterances[1].id)
    assert own is not None
    assert own.label == session.label_set[1]
    qtbot.waitUntil(lambda: "0 differently" in agreement.counts.text())
    QTest.keyClick(window, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    again = session.decision(session.utterances[1].id)
    assert again is not None
    assert again.label == session.label_set[4]


def test_videos_are_analysed_one_after_the_other_past_a_bad_one_and_a_restart(
    qtbot: QtBot, window: MainWindow, until: Until, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, window, until, film)
    studio, queue = window.studio, window.studio.queue
    more = [tmp_path / "second.mp4", tmp_path / "third.mp4"]
    for number, path in enumerate(more):
        shutil.copy(film, path)
        with path.open("ab") as file:
            file.write(bytes(number + 1))  # another content, the same picture
        shutil.copy(film.with_suffix(".srt"), path.with_suffix(".srt"))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path) for path in more], ""))
    with signalled(qtbot, studio.project.changed):
        window.actions_["add-media"].trigger()
    media = {medium.path.name: medium.id for medium in studio.project.document.media.values()}
    more[0].write_bytes(b"this was a video")
    window.actions_["analyse-all"].trigger()
    patiently(qtbot, lambda: queue.running == media["third.mp4"])
    assert queue.places[media["second.mp4"]].standing is Standing.FAILED
    assert "second.mp4" in queue.places[media["second.mp4"]].reason
    studio.close_media()
    assert queue.waiting == ()
    opened(qtbot, window, until, film)
    patiently(qtbot, lambda: not queue.waiting)
    turns = [turn for turn in studio.project.document.turns.values() if turn.medium == media["third.mp4"]]
    assert len(turns) == 3
    assert all(turn.id in studio.project.document.predictions for turn in turns)
    assert studio.session.medium == media["film.mp4"]
