"""Icons take the colour asked for, at any resolution."""

from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.base import icons
from m2fnet_core.base.folders import resource

NAMES = sorted(path.stem for path in Path(resource("icons")).glob("*.svg") if path.stem != "studio")


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_drawn_in_its_colour_only(qtbot: QtBot, name: str) -> None:
    image = icons.pixmap(name, QColor("#ff0000"), 24, 2.0).toImage()
    assert image.width() == 48
    drawn = [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 200
    ]
    assert len(drawn) > 20
    assert all(colour.red() > 230 and colour.green() < 25 for colour in drawn)


def test_a_disabled_icon_is_fainter(qtbot: QtBot) -> None:
    icon = icons.icon("open")
    modes = [icon.pixmap(32, mode).toImage() for mode in (icon.Mode.Normal, icon.Mode.Disabled)]
    assert modes[0] != modes[1]
