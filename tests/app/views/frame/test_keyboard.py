"""The keyboard's sheet and the place to change it."""

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.base.settings import Settings
from app.models.keyboard import Keyboard
from app.views.frame.keyboard import CheatSheet, KeyboardEditor


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Something to hang dialogs on."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_the_cheat_sheet_shows_the_keys_as_they_are(qtbot: QtBot, window: QWidget) -> None:
    keyboard = Keyboard(Settings())
    keyboard.give("unsure", ("F9",))
    sheet = CheatSheet(keyboard, window)
    texts = [part.text() for part in sheet.findChildren(QWidget) if hasattr(part, "text")]
    assert "F9" in texts
    assert "1 … 9" in texts


def test_a_key_that_is_taken_is_said_and_taken_over(qtbot: QtBot, window: QWidget) -> None:
    keyboard = Keyboard(Settings())
    editor = KeyboardEditor(keyboard, window)
    editor.choose("unsure")
    editor.field.setKeySequence(QKeySequence("S"))
    assert "Split here" in editor.conflict.text()
    editor.set.click()
    assert keyboard.keys("unsure") == ("S",)
    assert keyboard.keys("split") == ()
    assert keyboard.conflicts() == {}
    editor.choose("split")
    editor.reset.click()
    assert "S" in keyboard.conflicts()
    editor.reset_all.click()
    assert keyboard.keys("unsure") == ("U",)
