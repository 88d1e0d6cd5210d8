"""Keys that change utterances, where there is nothing to change: each says why."""

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.models.editing.shaping import Shaping
from app.models.studio import Studio
from m2fnet_core.document.commands import Delete
from tests.app.desk import studio_with


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Utterances from 0, 2, 4 and 8 s on, of 1.5 s each, in 10 s; nothing is selected."""
    made = studio_with()
    made.project.do(Delete(("u3",)))
    made.session.select("")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("key", "time", "said"),
    [
        (Shaping.set_start, 7.0, "Select the utterance whose bounds to set."),
        (Shaping.set_end, 7.0, "Select the utterance whose bounds to set."),
        (Shaping.split, 7.0, "Put the playhead inside an utterance to split it there."),
        (Shaping.split, 8.0, "Put the playhead inside an utterance to split it there."),
        (Shaping.merge, 7.0, "There is no next utterance to merge with."),
        (Shaping.merge, 8.5, "There is no next utterance to merge with."),
        (Shaping.insert, 7.98, "There is no room for an utterance here."),
        (Shaping.insert, 10.0, "There is no room for an utterance here."),
        (Shaping.delete, 7.0, "Select the utterance to delete."),
    ],
)
def test_a_key_that_does_nothing_says_why(
    qtbot: QtBot, studio: Studio, key: Callable[[Shaping], None], time: float, said: str
) -> None:
    studio.aim.set_time(time)
    before = studio.project.document
    with qtbot.waitSignal(studio.aim.told) as heard:
        key(studio.shaping)
    assert heard.args == [said]
    assert studio.project.document is before


def test_words_and_bounds_that_are_the_same_are_no_step(studio: Studio) -> None:
    before = studio.project.document
    studio.session.select("u0")
    studio.aim.set_time(0.0)
    studio.shaping.set_start()
    studio.shaping.set_text("u0", "  Hello there. ")
    studio.shaping.set_text("gone", "Who?")
    assert studio.project.document is before


def test_an_utterance_that_just_ended_is_still_meant_for_a_second(studio: Studio) -> None:
    studio.aim.set_time(6.4)  # u2 ends at 5.5 s
    assert studio.aim.target is not None
    assert studio.aim.target.id == "u2"
    studio.aim.set_time(6.6)
    assert studio.aim.target is None
    studio.session.select("u0")
    assert studio.aim.target is not None
    studio.aim.set_playing(True)  # what is heard counts, not what is selected
    assert studio.aim.target is None
