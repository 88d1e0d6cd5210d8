"""The table of commands is whole, free of conflicts, and does what it says."""

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.base.command_table import COMMANDS, Need
from app.views.frame.actions import Actions
from m2fnet_core.base.folders import resource


def test_every_row_explains_itself() -> None:
    for row in COMMANDS:
        assert row.text
        assert row.tip
        assert not row.tip.endswith(".")
        assert not row.icon or resource("icons", f"{row.icon}.svg").is_file()


def test_no_key_and_no_shortcut_twice() -> None:
    assert len({row.key for row in COMMANDS}) == len(COMMANDS)
    uses = Counter(QKeySequence(shortcut).toString() for row in COMMANDS for shortcut in row.shortcuts)
    assert [shortcut for shortcut, times in uses.items() if times > 1] == []


def test_every_shortcut_means_a_key() -> None:
    for row in COMMANDS:
        for shortcut in row.shortcuts:
            assert QKeySequence(shortcut).toString(), shortcut


def test_commands_are_possible_when_what_they_need_is_there(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = Actions(window)
    assert actions["open"].isEnabled()
    assert not actions["toggle"].isEnabled()
    actions.provide({Need.MEDIA})
    assert actions["toggle"].isEnabled()
    assert not actions["replay"].isEnabled()


def test_a_forgotten_command_is_noticed(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    with pytest.raises(KeyError):
        Actions(window).connect({"open": lambda: None})
