"""A researcher's own scheme and traces through the real window: define, label, merge, trace, undo, reopen, export."""

import csv
from collections.abc import Callable
from pathlib import Path

import pandas
import pympi
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.models.video.analysis import State
from app.views.exchange.exchange import ExportDialog
from app.views.labels.labels import LabelsDialog
from tests.patience import patiently, signalled

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


def exported(window: MainWindow, qtbot: QtBot, path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """*File, Export*; a format by the beginning of its title."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.actions_["export"].trigger()
    export = QApplication.activeModalWidget()
    assert isinstance(export, ExportDialog)
    QTest.keyClicks(export.formats, form)
    with signalled(qtbot, window.studio.notices.added):
        QTest.keyClick(export, Key.Key_Return)
    return path


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

    target = exported(window, qtbot, tmp_path / "out.csv", "CSV", monkeypatch)
    with target.open(encoding="utf-8-sig", newline="") as file:
        cells = [set(row.values()) for row in csv.DictReader(file)]
    assert all(label in row for label, row in zip(merged, cells, strict=True))


def test_two_annotators_trace_valence(
    qtbot: QtBot, window: MainWindow, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, tracing = window.studio, window.studio.tracing
    studio.open(film)
    patiently(qtbot, lambda: studio.session.medium != "")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    player, pad = window.workspace.player, window.workspace.trace_pad
    player.set_speed(3.0)
    for name in ("Ann", "Bob"):
        studio.project.set_annotator(name)
        player.seek(0.0)
        QTest.keyClick(window, Key.Key_V)
        patiently(qtbot, lambda: len(tracing.events) > 5)
        QTest.keyClick(pad.slider, Key.Key_PageUp)
        patiently(qtbot, lambda: tracing.head is None)  # the film is over
    assert [take.annotator for take in studio.session.traces] == ["Ann", "Bob"]
    assert "Valence: traced by Ann, Bob; ICC(2,1)" in window.workspace.timeline.focusProxy().accessibleDescription()
    QTest.keyClick(window, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(studio.session.traces) == 1
    QTest.keyClick(window, Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    studio.close_media()
    studio.open(film)
    patiently(qtbot, lambda: len(studio.session.traces) == 2)

    table = pandas.read_csv(exported(window, qtbot, tmp_path / "traces.csv", "Traces", monkeypatch))
    assert list(table.columns) == ["time", "valence mean", "valence Ann", "valence Bob"]
    assert table.time.max() > 4.0
    assert table["valence Ann"].iloc[-1] == pytest.approx(0.2, abs=1e-3)
    exported(window, qtbot, tmp_path / "film.eaf", "ELAN", monkeypatch)
    assert "./film_traces.csv" in (tmp_path / "film.eaf").read_text("utf-8")
    assert pympi.Elan.Eaf(str(tmp_path / "film.eaf")).get_tier_names()
