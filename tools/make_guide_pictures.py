"""Make the pictures of docs/annotating.md, labels.md, traces.md: ``python -m tools.make_guide_pictures`` from the root.

Drives the real window without a screen through what the guide tells, on a copy of the demo conversation, in folders of
its own: nothing of the user's is read or changed. ``--model DIR`` shows a trained model's predictions.
"""

import argparse
import math
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.base.settings import Settings
from app.base.theme import apply_scheme
from app.main import create_application
from app.main_window import MainWindow
from app.models.video.analysis import State
from app.views.labels.labels import LabelsDialog
from app.views.timeline.canvas import Canvas
from m2fnet_core.base.folders import cache_folder
from m2fnet_core.document.commands import AddTrace
from m2fnet_core.document.content import Dimension
from m2fnet_core.document.schemes import PALETTE, SCHEMES
from m2fnet_core.document.trace_journal import Head
from m2fnet_core.document.traces import takes_of
from tools.pictures import SETTLE_MS, keep_picture, until

_DEMO = Path(__file__).resolve().parents[1] / "resources" / "demo"
_SIZE = QSize(1200, 780)
_PATIENCE = 90.0  # seconds
_FRAME = 0.05  # seconds; the frame that a start falls on begins a little earlier
_TRACED = 20  # values
Key, Mod = Qt.Key, Qt.KeyboardModifier


class Guide:
    """One window and the folder that its video lies in."""

    def __init__(self, home: Path, model: Path | None) -> None:
        self.home = home
        self.window = MainWindow(Settings(home / "settings.ini"))
        self.window.studio.model = model
        self.window.studio.project.set_annotator("Anna")
        self.window.resize(_SIZE)
        self.window.show()
        self.window.activateWindow()

    # What hands do

    def press(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Mod.NoModifier) -> None:
        """One key after the other."""
        for key in keys:
            QTest.keyClick(self.window, key, modifier)

    def until(self, there: Callable[[], bool]) -> None:
        """Let the window work until something is so. Raises TimeoutError."""
        until(there, _PATIENCE)

    def select(self, row: int) -> None:
        """An utterance, by its row; its first frame is on screen."""
        session = self.window.studio.session
        session.select(session.utterances[row].id)
        self.at_selected()

    def at_selected(self) -> None:
        """The selected utterance is on screen."""
        session, player = self.window.studio.session, self.window.workspace.player
        utterance = session.utterance(session.selected)
        assert utterance is not None
        self.until(lambda: not session.reachable or utterance.start - _FRAME <= player.time < utterance.end)

    def label(self, rows: dict[int, Qt.Key]) -> None:
        """A digit for each row."""
        for row, key in rows.items():
            self.select(row)
            self.press(key)

    def show_panel(self, title: str, shown: bool = True) -> None:
        """One of the panels of the View menu."""
        action = next(action for action in self.window.workspace.dock_actions() if action.text() == title)
        if action.isChecked() != shown:
            action.trigger()
        QTest.qWait(SETTLE_MS)

    # What is kept

    def keep(self, name: str, part: QRect | None = None) -> None:
        """The window, or a part of it as wide as the window."""
        QTest.qWait(SETTLE_MS)
        keep_picture(self.window.grab(part or self.window.rect()), f"guide-{name}")

    def keep_dialog(self, name: str) -> None:
        """The dialog that is open, before the window; closes it."""
        QTest.qWait(SETTLE_MS)
        dialog = QApplication.activeModalWidget() or QApplication.activeWindow()
        assert isinstance(dialog, QDialog)
        picture, front = self.window.grab(), dialog.grab()
        painter = QPainter(picture)
        painter.fillRect(picture.rect(), QColor(0, 0, 0, 110))
        place = QRect(QPoint(), front.size())
        place.moveCenter(picture.rect().center())
        painter.drawPixmap(place, front)
        painter.end()
        keep_picture(picture, f"guide-{name}")
        dialog.reject()


def main() -> None:
    """Make all of them."""
    parser = argparse.ArgumentParser(description="Make the pictures of the annotator's guide.")
    parser.add_argument("--model", type=Path, help="folder of a model bundle (default: the program's own)")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["M2FNET_CACHE"] = str(cache_folder())  # vectors may be used again, projects and settings may not
    with tempfile.TemporaryDirectory(prefix="interviews-") as folder:
        os.environ["M2FNET_DATA"] = str(Path(folder) / "data")
        create_application()
        apply_scheme("light")
        guide = Guide(Path(folder), options.model)
        for step in (
            _open,
            _label,
            _bounds,
            _speaker,
            _review,
            _blind,
            _compare,
            _traces,
            _export,
            _labels,
            _keys,
            _missing,
        ):
            step(guide)
        guide.window.close()


def _open(guide: Guide) -> None:
    guide.keep("open")
    for name in ("conversation.mp4", "conversation.srt"):
        shutil.copy(_DEMO / name, guide.home / name)
    guide.window.studio.open(guide.home / "conversation.mp4")
    guide.until(lambda: guide.window.studio.analysis.state is State.DONE)


def _label(guide: Guide) -> None:
    guide.label({0: Key.Key_5, 1: Key.Key_2, 2: Key.Key_4})
    guide.select(3)
    guide.press(Key.Key_7, Key.Key_U)
    guide.press(Key.Key_2, modifier=Mod.ShiftModifier)
    guide.press(Key.Key_3, modifier=Mod.AltModifier)
    guide.keep("label")


def _bounds(guide: Guide) -> None:
    """While the mouse holds the end of an utterance."""
    window, utterance = guide.window, guide.window.studio.session.utterances[3]
    window.workspace.timeline.zoom_to(utterance.start - 2, utterance.end + 3)
    QTest.qWait(SETTLE_MS)
    canvas = window.workspace.timeline.findChild(Canvas)
    assert canvas is not None
    row = canvas.row_of("lanes")
    assert row is not None
    lanes, view = canvas.track_rect(row), canvas.navigation.view
    edge = QPoint(lanes.left() + round(view.x_of(utterance.end)) - 2, lanes.top() + round(lanes.height() * 0.75))
    QTest.mouseMove(canvas, edge)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=edge)
    for by in (20, 40, 60):
        QTest.mouseMove(canvas, edge + QPoint(by, 0))
    top = window.workspace.timeline.mapTo(window, QPoint()).y() - 28
    guide.keep("bounds", QRect(0, top, _SIZE.width(), _SIZE.height() - top))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=edge + QPoint(60, 0))
    guide.press(Key.Key_Z, modifier=Mod.ControlModifier)
    guide.press(Key.Key_F)


def _speaker(guide: Guide) -> None:
    """A cell of the table while it is written."""
    guide.select(4)
    guide.press(Key.Key_P)
    guide.keep("speaker", QRect(0, 0, _SIZE.width(), 460))
    guide.window.workspace.utterances.table.setFocus()
    guide.select(3)


def _review(guide: Guide) -> None:
    guide.press(Key.Key_N, Key.Key_N)
    guide.at_selected()
    guide.keep("review")


def _blind(guide: Guide) -> None:
    guide.press(Key.Key_B, modifier=Mod.ControlModifier)
    guide.keep("blind")
    guide.press(Key.Key_B, modifier=Mod.ControlModifier)


def _compare(guide: Guide) -> None:
    project = guide.window.studio.project
    project.set_annotator("Ben")
    guide.label({0: Key.Key_5, 1: Key.Key_3, 2: Key.Key_4, 3: Key.Key_7, 4: Key.Key_3})
    project.set_annotator("Anna")
    guide.select(1)
    guide.show_panel("Comparison")
    guide.keep("compare")
    guide.show_panel("Comparison", shown=False)


def _traces(guide: Guide) -> None:
    """Two made-up lines, and a third one while it is recorded."""
    studio = guide.window.studio
    for name, late in (("Anna", 0.0), ("Ben", 0.6)):
        head = Head(studio.session.medium, name, Dimension.VALENCE, 0.0).take("")
        times = [step / 25 for step in range(round(studio.session.utterances[-1].end * 25))]
        takes = takes_of([(time, 0.8 * math.sin((time - late) / 2)) for time in times], head)
        studio.project.do(AddTrace(takes))
    guide.window.workspace.timeline.set_tracks("-attention -waveform -spectrogram -emotions")
    guide.select(1)
    guide.press(Key.Key_W)
    guide.until(lambda: len(studio.tracing.events) > _TRACED)
    guide.window.workspace.trace_pad.slider.setValue(40)
    guide.until(lambda: len(studio.tracing.events) > 2 * _TRACED)
    guide.keep("traces")
    guide.press(Key.Key_W)
    guide.window.workspace.player.pause()
    guide.window.workspace.timeline.set_tracks("")


def _export(guide: Guide) -> None:
    guide.press(Key.Key_E, modifier=Mod.ControlModifier)
    guide.keep_dialog("export")


def _labels(guide: Guide) -> None:
    """The valence and arousal quadrants in place of the seven emotions, before anything is used."""
    guide.window.actions_["labels"].trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, LabelsDialog)
    dialog.draft.start_from("Valence x arousal", SCHEMES["Valence x arousal"])
    for place, colour in enumerate(PALETTE[:4]):
        dialog.draft.change(place, colour=colour)
    dialog.refresh()
    guide.keep_dialog("labels")


def _keys(guide: Guide) -> None:
    guide.window.actions_["shortcuts"].trigger()
    guide.keep_dialog("keys")


def _missing(guide: Guide) -> None:
    """The project is opened after its video was moved elsewhere."""
    studio, project = guide.window.studio, guide.home / "interviews.m2f"
    studio.save_as(project)
    studio.close_media()
    (guide.home / "conversation.mp4").unlink()
    studio.open(project)
    guide.until(lambda: not studio.session.reachable)
    guide.select(4)
    guide.keep("missing")


_STEPS = (_open, _label, _bounds, _speaker, _review, _blind, _compare, _traces, _export, _labels, _keys, _missing)

if __name__ == "__main__":
    main()
