"""Shortcuts can be changed, survive a restart, and clashes are known."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.base.command_table import COMMANDS
from app.base.settings import KEYS, Settings
from app.models.keyboard import Keyboard
from app.views.frame.actions import Actions
from m2fnet_core.document.content import Look


def test_only_what_differs_is_kept(qtbot: QtBot) -> None:
    settings = Settings()
    keyboard = Keyboard(settings)
    keyboard.give("label-1", ("q",))
    assert keyboard.keys("label-1") == ("Q",)
    assert not keyboard.is_own("label-1")
    settings.sync()
    assert Keyboard(Settings()).keys("label-1") == ("Q",)
    keyboard.give("label-1", ("1",))
    assert settings.get(KEYS) == ""


def test_conflicts_name_their_commands(qtbot: QtBot) -> None:
    keyboard = Keyboard(Settings())
    assert keyboard.conflicts() == {}
    keyboard.give("unsure", ("S",))
    assert keyboard.conflicts() == {"S": ("unsure", "split")}
    assert keyboard.users("s") == ("unsure", "split")
    keyboard.reset("unsure")
    assert keyboard.conflicts() == {}


def test_reset_brings_all_back(qtbot: QtBot) -> None:
    keyboard = Keyboard(Settings())
    keyboard.give("unsure", ())
    keyboard.give("toggle", ("F5",))
    keyboard.reset()
    assert all(keyboard.keys(row.key) == row.shortcuts for row in COMMANDS)


def test_what_makes_no_sense_in_the_settings_is_passed_over(qtbot: QtBot) -> None:
    settings = Settings()
    for text in ("no json", "[1]", '{"unsure": 3, "nothing": ["A"], "split": ["Q"]}'):
        settings.set(KEYS, text)
        keyboard = Keyboard(settings)
        assert keyboard.keys("unsure") == ("U",)
    assert keyboard.keys("split") == ("Q",)


def test_actions_follow(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    keyboard = Keyboard(Settings())
    actions = Actions(window, keyboard)
    keyboard.give("split", ("F6",))
    assert actions["split"].shortcuts() == [QKeySequence("F6")]
    actions.name_labels((Look("happy", key="H"), Look("sad")))
    assert actions["label-1"].shortcuts() == [QKeySequence("H")]
    assert actions["label-1"].text() == "happy"
    assert not actions["label-3"].isVisible()
