"""Words can be read: contrast of 4.5:1 (WCAG 2.2, 1.4.3) in both colour schemes."""

from collections.abc import Iterator
from itertools import product

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from pytestqt.qtbot import QtBot

from app.base.theme import apply_scheme, contrast, emotion_colour, readable_on, speaker_colour
from m2fnet_core.base.emotions import IEMOCAP, MELD

ENOUGH = 4.5
Role = QPalette.ColorRole
GROUNDS = (Role.Window, Role.Base, Role.AlternateBase, Role.Button, Role.ToolTipBase)
WORDS = (Role.Text, Role.WindowText, Role.ButtonText, Role.PlaceholderText)


@pytest.fixture(params=["dark", "light"])
def palette(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[QPalette]:
    """Of each colour scheme."""
    apply_scheme(request.param)
    yield QGuiApplication.palette()
    apply_scheme("system")


@pytest.mark.parametrize(("word", "ground"), list(product(WORDS, GROUNDS)))
def test_words_on_every_ground(palette: QPalette, word: QPalette.ColorRole, ground: QPalette.ColorRole) -> None:
    assert contrast(palette.color(word), palette.color(ground)) >= ENOUGH


def test_words_of_what_is_selected(palette: QPalette) -> None:
    assert contrast(palette.color(Role.HighlightedText), palette.color(Role.Highlight)) >= ENOUGH


def test_words_on_colours_of_emotions_and_speakers(qtbot: QtBot) -> None:
    names = tuple(str(k) for k in range(9))
    colours = [emotion_colour(label) for label in (*MELD.labels, *IEMOCAP.labels)]
    colours += [emotion_colour(name, names) for name in names] + [speaker_colour(name, names) for name in names]
    weak = {colour.name() for colour in colours if contrast(readable_on(colour), colour) < ENOUGH}
    assert weak == set()


def test_contrast_of_the_extremes() -> None:
    assert contrast(QColor("white"), QColor("black")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.005)
