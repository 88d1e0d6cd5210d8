"""The words of the selected utterance: marked as they are said, gone to, corrected in place, and cut between."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.studio import Studio
from app.views.inspector.panel import Inspector
from app.views.parts.field import TextField
from m2fnet_core.base.dialogue import Word
from m2fnet_core.document.commands import Recognise
from m2fnet_core.transcript.wording import packed, unpacked
from tests.app.desk import MEDIUM, studio_with

SAID = (Word("Oh", 2.0, 2.25), Word("no,", 2.25, 2.5, 0.3), Word("it", 2.75, 3.0), Word("broke!", 3.0, 3.5))


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Five utterances; the second, "Oh no, it broke!", has words with times and is selected."""
    made = studio_with()
    turn = replace(made.project.document.turns["u1"], words=packed(SAID))
    made.project.do(Recognise(MEDIUM, (turn,), {}, ()))
    made.session.editable = True
    made.session.select("u1")
    yield made
    made.close()


@pytest.fixture
def inspector(qtbot: QtBot, studio: Studio) -> Iterator[Inspector]:
    """It, on screen, connected as the window does."""
    view = Inspector(studio.session, studio.settings)
    view.text_written.connect(studio.shaping.set_text)
    view.resize(380, 900)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.close_reader()


def words_of(studio: Studio, utterance: str = "u1") -> tuple[Word, ...]:
    return unpacked(studio.project.document.turns[utterance].words)


def test_the_word_at_the_playhead_is_marked(inspector: Inspector, studio: Studio) -> None:
    spoken = inspector.header.spoken
    marks = []
    for time in (1.9, 2.0, 2.3, 2.6, 3.2, 3.5):
        inspector.set_time(time)
        marks.append(spoken.marked)
    assert marks == ["", "Oh", "no,", "", "broke!", ""]
    studio.session.select("u0")  # without times of words it is a text as any other
    assert (spoken.marked, spoken.text()) == ("", "“Hello there.”")


def test_a_click_goes_to_a_word(qtbot: QtBot, inspector: Inspector) -> None:
    spoken = inspector.header.spoken
    with qtbot.waitSignal(inspector.seek_requested) as heard:
        qtbot.mouseClick(spoken, Qt.MouseButton.LeftButton, pos=spoken.word_box(2).center())
    assert heard.args == [2.75]


def test_a_word_is_corrected_in_place(qtbot: QtBot, inspector: Inspector, studio: Studio) -> None:
    spoken = inspector.header.spoken
    qtbot.mouseDClick(spoken, Qt.MouseButton.LeftButton, pos=spoken.word_box(1).center())
    editor = spoken.findChild(TextField)
    qtbot.keyClicks(editor, "now,")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert studio.project.document.turns["u1"].text == "Oh now, it broke!"
    assert words_of(studio) == (SAID[0], Word("now,", 2.25, 2.5), *SAID[2:])  # a person is sure
    studio.shaping.undo()
    assert words_of(studio) == SAID
    qtbot.mouseDClick(spoken, Qt.MouseButton.LeftButton, pos=spoken.word_box(0).center())
    qtbot.keyClicks(editor := spoken.findChildren(TextField)[-1], "Ah")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert words_of(studio) == SAID


def test_a_cut_is_between_the_words_that_were_said(inspector: Inspector, studio: Studio) -> None:
    studio.aim.set_time(2.75)
    studio.shaping.split()
    first, second = studio.session.utterances[1:3]
    assert (first.text, second.text) == ("Oh no,", "it broke!")
    assert (first.words, second.words) == (SAID[:2], SAID[2:])
