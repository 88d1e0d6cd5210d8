"""An annotator's work through the real window with the keyboard alone, from the file to the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import parse
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.models.video.analysis import State
from app.views.exchange.exchange import ExportDialog
from m2fnet_core.document.content import Decision
from tests.media_maker import Picture, Sound, write_media
from tests.patience import patiently, signalled

Until = Callable[[State], None]
Key, Mod = Qt.Key, Qt.KeyboardModifier
NUMBER, LENGTH, STEP = 12, 0.56, 0.64  # utterances, seconds of each, seconds from one start to the next


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Eight seconds, twelve utterances."""
    rows = [f"{k * STEP:.2f},{k * STEP + LENGTH:.2f},{'Ada' if k % 2 else 'Bo'},word {k}\n" for k in range(NUMBER)]
    (tmp_path / "talk.csv").write_text("start,end,speaker,text\n" + "".join(rows), encoding="utf-8")
    return write_media(tmp_path / "talk.mp4", Picture(frames=200, size=(320, 240)), Sound(seconds=8))


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Mod.NoModifier, times: int = 1) -> None:
    """A key, as often as asked."""
    for _ in range(times):
        QTest.keyClick(window, key, modifier)


def opened(qtbot: QtBot, window: MainWindow, until: Until, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the dialog, up to the end of the analysis."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    press(window, Key.Key_O, Mod.ControlModifier)
    until(State.RUNNING)
    until(State.DONE)


def decisions(window: MainWindow) -> dict[int, Decision]:
    """Decisions by the utterance's row."""
    session = window.studio.session
    known = {row: session.decision(u.id) for row, u in enumerate(session.utterances)}
    return {row: decision for row, decision in known.items() if decision is not None}


def label_while_playing(qtbot: QtBot, window: MainWindow, number: int) -> None:
    """The digits 1 to 7 in turn, each while its utterance is heard."""
    player, session = window.workspace.player, window.studio.session
    press(window, Key.Key_Space)
    for row in range(number):
        utterance = session.utterances[row]
        patiently(qtbot, lambda u=utterance: u.start + 0.1 <= player.time < u.end)  # type: ignore[misc]
        press(window, Key(Key.Key_1 + row % 7))
    press(window, Key.Key_K)
    qtbot.waitUntil(lambda: not player.playing)


def go_to(qtbot: QtBot, window: MainWindow, row: int) -> None:
    """Tab to an utterance; the playhead comes along."""
    session, player = window.studio.session, window.workspace.player
    while session.row(session.selected) != row:
        before = session.row(session.selected)
        forwards = before is None or before < row
        press(window, Key.Key_Tab, Mod.NoModifier if forwards else Mod.ShiftModifier)
        assert session.row(session.selected) != before
    start = session.utterances[row].start
    qtbot.waitUntil(lambda: abs(player.time - start) < 0.06)


def step(qtbot: QtBot, window: MainWindow, frames: int) -> None:
    """Frame by frame, until the last one is on screen."""
    playback = window.workspace.player.playback
    goal = playback.number + frames
    press(window, Key.Key_Right, times=frames)
    qtbot.waitUntil(lambda: playback.number == goal)


def test_with_the_keyboard_alone(
    qtbot: QtBot, window: MainWindow, until: Until, talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, window, until, talk, monkeypatch)
    studio, session = window.studio, window.studio.session
    assert window.windowTitle() == "talk.mp4 – Untitled – M2FNet Studio"
    labels = session.label_set
    label_while_playing(qtbot, window, 10)
    assert {row: said.label for row, said in decisions(window).items()} == {k: labels[k % 7] for k in range(10)}

    go_to(qtbot, window, 4)
    start = session.utterances[4].start
    step(qtbot, window, 3)
    press(window, Key.Key_BracketLeft)
    assert session.utterances[4].start == pytest.approx(start + 3 / 25, abs=0.05)
    step(qtbot, window, 8)
    press(window, Key.Key_BracketRight)
    end = session.utterances[4].end
    assert end == pytest.approx(start + 11 / 25, abs=0.05)

    go_to(qtbot, window, 6)
    step(qtbot, window, 6)
    press(window, Key.Key_S)
    assert len(session.utterances) == NUMBER + 1
    assert window.actions_["undo"].text().startswith("&Undo: ")
    press(window, Key.Key_Z, Mod.ControlModifier)
    assert len(session.utterances) == NUMBER
    press(window, Key.Key_Z, Mod.ControlModifier | Mod.ShiftModifier)
    assert len(session.utterances) == NUMBER + 1

    before = decisions(window)
    press(window, Key.Key_W, Mod.ControlModifier)
    assert session.media is None
    opened(qtbot, window, until, talk, monkeypatch)
    assert decisions(window) == before
    assert session.utterances[4].end == end
    press(window, Key.Key_Z, Mod.ControlModifier)  # survives closing
    assert len(session.utterances) == NUMBER
    press(window, Key.Key_Z, Mod.ControlModifier | Mod.ShiftModifier)

    target = tmp_path / "talk.eaf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    press(window, Key.Key_E, Mod.ControlModifier)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ExportDialog)
    QTest.keyClicks(dialog.formats, "ELAN")
    assert dialog.format.name == "eaf"
    with signalled(qtbot, studio.notices.added):
        QTest.keyClick(dialog, Key.Key_Return)
    texts = {element.text for element in written(target).iter("ANNOTATION_VALUE")}
    assert {"word 3", *labels} <= texts


def written(path: Path) -> Element:
    """The root of an XML file."""
    root: Any = parse(path).getroot()
    assert isinstance(root, Element)
    return root


def test_letters_in_a_text_field_label_nothing(
    qtbot: QtBot, window: MainWindow, until: Until, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, window, until, talk, monkeypatch)
    session = window.studio.session
    go_to(qtbot, window, 0)
    press(window, Key.Key_C)
    field = window.workspace.inspector.decision.comment
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClicks(field, "12 sums")
    QTest.keyClick(field, Key.Key_Return)
    said = decisions(window)[0]
    assert (said.comment, said.label, said.skip) == ("12 sums", None, False)
    assert len(session.utterances) == NUMBER

    press(window, Key.Key_T)
    editor = QApplication.focusWidget()
    assert editor is not None
    QTest.keyClicks(editor, "N s m 1")
    QTest.keyClick(editor, Key.Key_Return)
    qtbot.waitUntil(lambda: session.utterances[0].text == "N s m 1")
    press(window, Key.Key_3, Mod.NoModifier)
    press(window, Key.Key_2, Mod.ShiftModifier)
    press(window, Key.Key_1, Mod.AltModifier)
    press(window, Key.Key_U)
    said = decisions(window)[0]
    assert (said.label, said.second, said.intensity, said.unsure) == ("fear", "surprise", 1, True)


def test_accept_review_and_blind(
    qtbot: QtBot, window: MainWindow, until: Until, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, window, until, talk, monkeypatch)
    session, queue = window.studio.session, window.studio.review
    go_to(qtbot, window, 0)
    press(window, Key.Key_Return, times=3)
    assert sorted(decisions(window)) == [0, 1, 2]
    assert session.row(session.selected) == 3
    assert queue.left == NUMBER - 3
    press(window, Key.Key_N)
    chosen = session.selected
    press(window, Key.Key_Enter)
    press(window, Key.Key_N)
    assert session.selected not in ("", chosen)
    press(window, Key.Key_B, Mod.ControlModifier)
    assert all(session.prediction(u.id) is None for u in session.utterances)
    press(window, Key.Key_7)
    row = session.row(session.selected)
    assert row is not None
    assert decisions(window)[row].saw_prediction is False
    press(window, Key.Key_B, Mod.ControlModifier)
    assert all(session.prediction(u.id) is not None for u in session.utterances)


def test_a_second_window_is_read_only(
    qtbot: QtBot, window: MainWindow, until: Until, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.models.studio import Studio

    opened(qtbot, window, until, talk, monkeypatch)
    path = window.studio.project.path
    assert path is not None
    other = Studio(window.settings)
    assert other.project.open(path)
    assert other.project.title.endswith("[read-only]")
    other.session.open(window.studio.session.media, next(iter(other.project.document.media)))
    other.mirror.reload()
    with qtbot.waitSignal(other.notices.added):
        other.annotating.label("joy", other.session.utterances[0].id)
    assert other.session.decision(other.session.utterances[0].id) is None
    window.studio.annotating.label("fear", window.studio.session.utterances[0].id)
    other.project.look_after()
    seen = other.session.decision(other.session.utterances[0].id)
    assert seen is not None
    assert seen.label == "fear"
    other.close()


def test_a_missing_video_can_be_annotated_and_found_again(
    qtbot: QtBot, window: MainWindow, until: Until, talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, window, until, talk, monkeypatch)
    project = tmp_path / "mine.m2f"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(project), ""))
    press(window, Key.Key_S, Mod.ControlModifier | Mod.ShiftModifier)
    assert window.windowTitle() == "talk.mp4 – mine – M2FNet Studio"
    window.studio.close_media()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    talk.rename(elsewhere / "talk.mp4")
    window.studio.open(project)
    session = window.studio.session
    assert len(session.utterances) == NUMBER
    assert not session.reachable
    press(window, Key.Key_Tab)
    press(window, Key.Key_5)
    assert decisions(window)[0].label == "joy"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(elsewhere))
    with signalled(qtbot, session.opened):
        window.messages.latest.button("Find it…").click()
    until(State.DONE)
    assert session.reachable
    assert decisions(window)[0].label == "joy"
