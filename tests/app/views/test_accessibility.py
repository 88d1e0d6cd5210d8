"""What a screen reader is told, through Qt's accessibility interface."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QStackedWidget,
    QTableView,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.base.settings import Settings
from app.base.theme import apply_text_size
from app.main_window import MainWindow
from app.models.keyboard import Keyboard
from app.models.studio import Studio
from app.views.inspector.bars import Bars
from app.views.inspector.explain import label_rows
from app.views.inspector.panel import Inspector
from app.views.inspector.tiles import Tiles
from app.views.labels.labels import LabelsDialog
from app.views.parts.row_table import RowTable
from app.views.timeline.widget import Timeline
from tests.app.desk import studio_with

CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QAbstractSlider, QTableView, QPlainTextEdit, QTextBrowser)
OF_QT = (QScrollBar, QHeaderView)  # parts of a control that has its own name


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Five utterances, each predicted."""
    made = studio_with()
    yield made
    made.close()


def name_of(widget: QWidget) -> str:
    """As a screen reader hears it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface.text(QAccessible.Text.Name)


def nameless(inside: QWidget) -> list[str]:
    """Controls without a name; those that belong to another control do not count."""
    found = [part for kind in CONTROLS for part in inside.findChildren(kind)]
    own = [part for part in found if not isinstance(part, OF_QT) and not isinstance(part.parent(), QLineEdit)]
    own = [part for part in own if not part.objectName().startswith("qt_") and not isinstance(part.parent(), OF_QT)]
    return [f"{type(part).__name__} in {type(part.parent()).__name__}" for part in own if not name_of(part)]


def test_every_control_of_the_window_has_a_name(qtbot: QtBot, tmp_path: Path) -> None:
    window = MainWindow(Settings(tmp_path / "settings.ini"))
    qtbot.addWidget(window)
    assert nameless(window.workspace) == []
    assert nameless(window) == []
    window.close()


def test_every_control_of_the_label_scheme_has_a_name_and_is_reached_by_tab(qtbot: QtBot, studio: Studio) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = LabelsDialog(studio.project, Keyboard(Settings()), parent)
    assert nameless(dialog) == []
    reached, part = set(), dialog.nextInFocusChain()
    while part is not None and part is not dialog:
        reached.add(part)
        part = part.nextInFocusChain()
    assert {dialog.table, dialog.add, dialog.merge, dialog.up, dialog.colour, dialog.start} <= reached
    interface = QAccessible.queryAccessibleInterface(dialog.table)
    assert interface is not None
    assert interface.role() is QAccessible.Role.Table
    shown = dialog.table.item(0, 0)
    assert shown is not None
    assert "sign ●" in shown.data(Qt.ItemDataRole.AccessibleTextRole)


def test_what_the_inspector_paints_is_told_too(qtbot: QtBot, studio: Studio) -> None:
    inspector = Inspector(studio.session, Settings())
    qtbot.addWidget(inspector)
    studio.annotating.label("anger", "u3")
    studio.session.select("u3")
    painted = [part for kind in (Bars, Tiles) for part in inspector.findChildren(kind)]
    assert painted
    assert all(name_of(part) for part in painted)
    told = {name_of(part) for part in inspector.findChildren(QWidget)}
    assert {"Your decision: anger", "Prediction: joy  70 %"} <= told
    assert "joy" in inspector.probabilities.accessibleDescription()
    inspector.close_reader()


def test_every_control_of_the_window_is_reached_with_a_key(qtbot: QtBot, tmp_path: Path) -> None:
    window = MainWindow(Settings(tmp_path / "settings.ini"))
    qtbot.addWidget(window)
    window.show()
    window.workspace.show()
    window.centralWidget().findChild(QStackedWidget).setCurrentWidget(window.workspace)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.workspace.player.transport.set_medium(5.0, sound=True)
    reached: dict[QWidget, str] = {}
    while (part := QApplication.focusWidget()) not in reached or part is None:
        if part is not None:
            reached[part] = name_of(part)
        QTest.keyClick(window, Qt.Key.Key_F6)
    own = {"Utterances", "Timeline", "Play or pause", "Speed", "Sound on or off", "Filter utterances"}
    assert own <= set(reached.values())
    sound = next(part for part, name in reached.items() if name == "Sound on or off")
    told: list[bool] = []
    window.workspace.player.transport.volume_chosen.connect(lambda _share, muted: told.append(muted))
    sound.setFocus()
    QTest.keyClick(sound, Qt.Key.Key_Space)
    QTest.keyClick(sound, Qt.Key.Key_Return)
    assert told == [True, False]
    window.close()


def test_where_the_keyboard_is_can_be_seen(qtbot: QtBot, studio: Studio) -> None:
    timeline = Timeline(studio.session)
    qtbot.addWidget(timeline)
    timeline.show()
    timeline.activateWindow()
    qtbot.waitUntil(timeline.isActiveWindow)
    canvas = timeline.focusProxy()
    canvas.clearFocus()
    before = canvas.grab().toImage()
    canvas.setFocus()
    assert canvas.grab().toImage() != before
    timeline.shutdown()


def test_text_grows_to_twice_its_size_with_what_holds_it(qtbot: QtBot, studio: Studio) -> None:
    inspector = Inspector(studio.session, Settings())
    table = RowTable("Table", 28, {0: 100})
    for part in (inspector, table):
        qtbot.addWidget(part)
    studio.session.select("u3")
    points, high = QApplication.font().pointSizeF(), inspector.probabilities.sizeHint().height()
    apply_text_size(200)
    qtbot.waitUntil(lambda: table.verticalHeader().defaultSectionSize() == 56)
    assert QApplication.font().pointSizeF() == pytest.approx(2 * points)
    assert inspector.probabilities.sizeHint().height() == 2 * high
    apply_text_size(100)
    assert QApplication.font().pointSizeF() == pytest.approx(points)
    inspector.close_reader()


def test_no_label_is_told_by_its_colour_alone(studio: Studio) -> None:
    rows = label_rows(studio.session, "u3", ranked=False)
    assert len({row.sign for row in rows}) == len(rows) == 7
    assert "" not in {row.sign for row in rows}
