"""A researcher's own scheme through the real window: define, label, merge, undo, redo, reopen, export."""

import csv
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
from app.views.labels.labels import LabelsDialog
from tests.patience import signalled

Until = Callable[[State], None]
Key = Qt.Key
OWN = tuple(f"mood {k}" for k in range(1, 13))


def dialog_of(window: MainWindow) -> LabelsDialog:
    """*Project, Labels*."""
    window.actions_["labels"].trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, LabelsDialog)
    return dialog


def decided(window: MainWindow) -> list[str | None]:
    """Labels in order of the utterances."""
    session = window.studio.session
    said = [session.decision(utterance.id) for utterance in session.utterances]
    return [None if one is None else one.label for one in said]


def test_a_scheme_of_ones_own(
    qtbot: QtBot, window: MainWindow, until: Until, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = tmp_path / "moods.csv"
    rows = "".join(f"{name},{'F7' if name == OWN[11] else ''},about {name}\n" for name in OWN)
    scheme.write_text("label,key,description\n" + rows, encoding="utf-8")
    studio = window.studio
    studio.open(film)
    until(State.RUNNING)
    until(State.DONE)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    dialog = dialog_of(window)
    dialog.read(scheme)
    dialog.accept()
    assert studio.session.label_set == OWN
    assert window.actions_["label-12"].toolTip() == "about mood 12"
    for row, key in enumerate((Key.Key_1, Key.Key_2, Key.Key_F7)):
        studio.session.select(studio.session.utterances[row].id)
        QTest.keyClick(window, key)
    assert decided(window) == ["mood 1", "mood 2", "mood 12"]

    dialog = dialog_of(window)
    dialog.draft.merge([0, 11])
    dialog.accept()
    merged = ["mood 1", "mood 2", "mood 1"]
    assert decided(window) == merged
    QTest.keyClick(window, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert decided(window) == ["mood 1", "mood 2", "mood 12"]
    QTest.keyClick(window, Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert decided(window) == merged

    studio.close_media()
    studio.open(film)
    until(State.RUNNING)
    until(State.DONE)
    assert decided(window) == merged
    assert studio.session.label_set == OWN[:11]

    target = tmp_path / "out.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    window.actions_["export"].trigger()
    export = QApplication.activeModalWidget()
    assert isinstance(export, ExportDialog)
    QTest.keyClicks(export.formats, "CSV")
    with signalled(qtbot, studio.notices.added):
        QTest.keyClick(export, Key.Key_Return)
    with target.open(encoding="utf-8-sig", newline="") as file:
        cells = [set(row.values()) for row in csv.DictReader(file)]
    assert all(label in row for label, row in zip(merged, cells, strict=True))
