"""Open a video: predictions arrive, everything on screen follows, the result can be kept."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.models.video.analysis import State
from app.views.exchange.exchange import ExportDialog
from tests.patience import patiently, signalled

Until = Callable[[State], None]


def test_from_the_file_to_the_predictions(
    qtbot: QtBot, window: MainWindow, until: Until, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.studio.open(film)
    until(State.DONE)
    session = window.studio.session
    assert [u.speaker for u in session.utterances] == ["Ada", "Bo", "Ada"]
    assert all(session.prediction(u.id) is not None for u in session.utterances)
    assert window.windowTitle().startswith("film.mp4")
    assert window.workspace.utterances.table.model().rowCount() == 3
    said = {"untrained": "Untrained weights", "starter": "Starter model", "trained": ""}[session.kind]
    assert window.messages.model.text.partition(":")[0] == said
    assert window.settings.recent()[0] == film
    assert [entry.objectName() for entry in window.menus.devices.actions()][:2] == ["auto", "cpu"]
    assert "cpu" in session.devices
    target = tmp_path / "out.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    window.actions_["export"].trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ExportDialog)
    dialog.formats.setCurrentText("JSON")
    with qtbot.waitSignal(window.studio.notices.added):
        dialog.accept()
    assert len(json.loads(target.read_text(encoding="utf-8"))["utterances"]) == 3
    assert "out.json" in window.messages.latest.text


def test_the_selection_and_the_playhead_follow_the_keyboard(
    qtbot: QtBot, window: MainWindow, until: Until, film: Path
) -> None:
    window.studio.open(film)
    until(State.DONE)
    workspace, session = window.workspace, window.studio.session
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is workspace.utterances.table)
    qtbot.waitUntil(lambda: workspace.player.playback.number == 0)
    QTest.keyClick(window, Qt.Key.Key_Tab)
    QTest.keyClick(window, Qt.Key.Key_Tab)
    second = session.utterances[1]
    assert session.selected == second.id
    assert workspace.utterances.table.currentIndex().row() == 1
    qtbot.waitUntil(lambda: abs(workspace.player.playback.time - second.start) < 0.05)
    assert workspace.inspector.currentIndex() == 1
    QTest.keyClick(window, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert session.selected == session.utterances[0].id
    QTest.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: workspace.player.playback.number == 1)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert session.selected == ""


def test_space_plays_the_selected_utterance_to_its_end(
    qtbot: QtBot, window: MainWindow, until: Until, film: Path
) -> None:
    window.studio.open(film)
    until(State.DONE)
    workspace, chosen = window.workspace, window.studio.session.utterances[0]
    qtbot.waitUntil(lambda: workspace.player.playback.number == 0)
    window.studio.session.select(chosen.id)
    window.activateWindow()
    played: list[bool] = []
    workspace.player.playing_changed.connect(played.append)
    QTest.keyClick(window, Qt.Key.Key_Space)
    patiently(qtbot, lambda: played == [True, False])
    qtbot.waitUntil(lambda: chosen.end - 0.1 < workspace.player.playback.time < chosen.end)


def test_letters_in_the_filter_box_move_nothing(qtbot: QtBot, window: MainWindow, until: Until, film: Path) -> None:
    window.studio.open(film)
    until(State.DONE)
    window.activateWindow()
    window.actions_["find"].trigger()
    box = window.workspace.utterances.filter_box
    qtbot.waitUntil(box.hasFocus)
    QTest.keyClicks(box, "j l happy")
    assert window.workspace.utterances.table.model().rowCount() == 0
    assert not window.workspace.player.playback.playing
    box.setText("happy")
    assert window.workspace.utterances.table.model().rowCount() == 1


def test_the_second_opening_is_instant(qtbot: QtBot, window: MainWindow, until: Until, film: Path) -> None:
    window.studio.open(film)
    until(State.DONE)
    window.actions_["close"].trigger()
    assert window.windowTitle() == "M2FNet Studio"
    with signalled(qtbot, window.studio.session.prediction_changed):
        window.menus.recent.actions()[0].trigger()
    until(State.DONE)


def test_every_entry_of_every_menu_has_a_tip(window: MainWindow) -> None:
    for action in window.actions_:
        assert action.statusTip()
        assert action.toolTip()


def test_another_label_prior_is_recorded_with_every_prediction(window: MainWindow, until: Until, film: Path) -> None:
    window.studio.open(film)
    until(State.DONE)
    session = window.studio.session
    entries = {entry.objectName(): entry for entry in window.menus.priors.actions()}
    try:
        entries["uniform"].trigger()
        until(State.DONE)
        kept = window.studio.project.document.predictions
        assert all(max(kept[u.id].prediction.prior.values()) < 0.143 for u in session.utterances)
    finally:
        entries["model"].trigger()
    until(State.DONE)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_dark_and_light(window: MainWindow, until: Until, film: Path, scheme: str) -> None:
    window.studio.open(film)
    until(State.DONE)
    entry = next(action for action in window.menus.looks.actions() if action.objectName() == scheme)
    entry.trigger()
    picture = window.grab().toImage()
    corner = picture.pixelColor(3, picture.height() - 3)
    assert (corner.lightness() < 128) is (scheme == "dark")


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        (Qt.Key.Key_Question, "shortcuts"),
        (Qt.Key.Key_F1, "documentation"),
        (Qt.Key.Key_Plus, "zoom-in"),
        (Qt.Key.Key_F, "fit"),
    ],
)
def test_keys_of_the_table(qtbot: QtBot, window: MainWindow, film: Path, key: Qt.Key, entry: str) -> None:
    with signalled(qtbot, window.studio.session.opened):
        window.studio.open(film)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    with qtbot.waitSignal(window.actions_[entry].triggered):
        QTest.keyClick(window, key)
    if (dialog := QApplication.activeModalWidget()) is not None:
        dialog.close()


@pytest.mark.parametrize("entry", ["shortcuts", "documentation", "model-card", "about"])
def test_help(qtbot: QtBot, window: MainWindow, entry: str) -> None:
    window.actions_[entry].trigger()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    if entry == "about":
        dialog.copy()  # type: ignore[attr-defined]
        assert "torch: " in QApplication.clipboard().text()
    dialog.close()
