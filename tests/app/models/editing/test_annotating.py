"""Keys find the utterance they mean, and what they do is in the document at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.models.editing.annotating import Annotating
from app.models.studio import Studio
from app.models.video.session import Session
from m2fnet_core.document.commands import AddMedia, Decide, Insert
from m2fnet_core.document.content import Decision, Medium, Turn
from m2fnet_core.document.editing import Bounds
from tests.app.desk import studio_with


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Five utterances, predicted, undecided."""
    made = studio_with()
    yield made
    made.close()


@pytest.fixture
def act(studio: Studio) -> Annotating:
    """What keys do."""
    return studio.annotating


@pytest.fixture
def session(studio: Studio) -> Session:
    """What views see."""
    return studio.session


def said(studio: Studio, utterance: str) -> Decision:
    """What the document holds; the session must say the same."""
    decision = studio.project.decision(utterance)
    assert decision is not None
    assert studio.session.decision(utterance) == decision
    return decision


def test_a_label_goes_to_the_selected_utterance_and_while_playing_to_what_is_heard(
    studio: Studio, act: Annotating, session: Session
) -> None:
    session.select("u0")
    act.label("joy")
    studio.aim.set_playing(True)
    studio.aim.set_time(2.5)
    act.label("anger")
    studio.aim.set_time(3.9)  # the silence after it
    act.second("fear")
    studio.aim.set_playing(False)
    act.label("sadness")
    assert said(studio, "u0").label == "sadness"
    assert (said(studio, "u1").label, said(studio, "u1").second) == ("anger", "fear")


def test_nobody_is_labelled_where_nobody_speaks(qtbot: QtBot, studio: Studio, act: Annotating) -> None:
    studio.aim.set_playing(True)
    studio.aim.set_time(0.0)
    studio.shaping.delete()
    studio.aim.set_time(0.5)
    with qtbot.waitSignal(studio.aim.told) as heard:
        act.label("joy")
    assert "select" in heard.args[0]
    assert not studio.project.document.decisions


def test_accepting_goes_on_and_never_replaces_a_decision(studio: Studio, act: Annotating, session: Session) -> None:
    session.select("u1")
    act.accept_and_go_on()
    assert (said(studio, "u1").label, session.selected) == ("surprise", "u2")
    session.select("u1")
    act.label("joy")
    act.accept_and_go_on()
    assert (said(studio, "u1").label, session.selected) == ("joy", "u2")


def test_the_parts_of_a_decision_add_up_and_can_be_taken_back(
    studio: Studio, act: Annotating, session: Session
) -> None:
    session.select("u3")
    act.label("joy")
    act.intensity(3)
    act.unsure()
    act.second("surprise")
    act.comment("u3", " laughs ")
    whole = said(studio, "u3")
    assert (whole.label, whole.second, whole.intensity) == ("joy", "surprise", 3)
    assert (whole.unsure, whole.comment) == (True, "laughs")
    act.intensity(3)
    act.unsure()
    act.second("surprise")
    less = said(studio, "u3")
    assert (less.second, less.intensity, less.unsure) == (None, None, False)
    act.skip()
    assert (said(studio, "u3").label, said(studio, "u3").skip) == (None, True)
    act.clear()
    assert studio.project.decision("u3") is None
    assert session.decision("u3") is None


def test_who_saw_the_prediction_and_how_long_it_took_is_kept(studio: Studio, act: Annotating, session: Session) -> None:
    studio.project.set_blind(True)
    session.select("u0")
    act.label("joy")
    assert said(studio, "u0").saw_prediction is False
    assert said(studio, "u0").time.endswith("+00:00")
    assert session.prediction("u0") is None
    assert act.accept() is True  # decided: one can go on
    session.select("u1")
    assert act.accept() is False
    studio.project.set_blind(False)
    act.label("joy", "u0")
    assert said(studio, "u0").saw_prediction is True
    assert said(studio, "u0").seconds >= 0


def test_bounds_come_to_the_playhead(studio: Studio, act: Annotating, session: Session) -> None:
    session.select("u1")
    studio.aim.set_time(1.7)
    studio.shaping.set_start()
    studio.aim.set_time(3.8)
    studio.shaping.set_end()
    turn = studio.project.document.turns["u1"]
    assert (turn.start, turn.end) == (1.7, 3.8)
    studio.aim.set_time(9.0)
    studio.shaping.set_start()  # never past the end
    assert studio.project.document.turns["u1"].start < 3.8
    studio.shaping.undo()
    known = session.utterance("u1")
    assert known is not None
    assert (known.start, known.end) == (1.7, 3.8)


def test_split_merge_insert_delete_undo_redo(studio: Studio, act: Annotating, session: Session) -> None:
    studio.aim.set_time(6.5)
    studio.shaping.split()
    texts = [u.text for u in session.utterances]
    assert texts[3:5] == ["I am so", "happy for you"]
    session.select("u3")
    studio.shaping.merge()
    assert [u.text for u in session.utterances][3] == "I am so happy for you"
    assert session.selected == "u3"
    studio.shaping.delete()
    assert session.utterance("u3") is None
    studio.shaping.undo()
    assert session.utterance("u3") is not None
    assert session.prediction("u3") is not None
    studio.shaping.redo()
    assert session.utterance("u3") is None
    studio.aim.set_time(7.0)
    studio.shaping.insert()
    new = session.utterance(session.selected)
    assert new is not None
    assert (new.start, new.end) == (7.0, 8.0)
    studio.shaping.insert_between(Bounds(3.6, 3.9), "Cy")
    assert "Cy" in session.speakers


def test_text_and_speaker(studio: Studio, act: Annotating, session: Session) -> None:
    studio.shaping.set_text("u2", "  Now it is there. ")
    studio.shaping.set_speaker(("u2",), "Cy")
    studio.shaping.set_speaker(("u0",), "Bo")
    known = session.utterance("u2")
    assert known is not None
    assert (known.text, known.speaker) == ("Now it is there.", "Cy")
    assert [speaker.name for speaker in studio.project.document.speakers.values()].count("Bo") == 1
    studio.shaping.set_text("u2", " ")
    assert studio.project.document.turns["u2"].text is None


def test_accepting_many_is_one_step_and_leaves_decisions_alone(
    studio: Studio, act: Annotating, session: Session
) -> None:
    act.label("disgust", "u0")
    assert act.accept_many(0.95) == 0
    assert act.accept_many(0.7) == 4
    assert said(studio, "u0").label == "disgust"
    studio.shaping.undo()
    assert len(studio.project.document.decisions) == 1


def test_another_annotator_sees_their_own_decisions(studio: Studio, act: Annotating, session: Session) -> None:
    studio.project.set_annotator("ada")
    act.label("joy", "u0")
    studio.project.set_annotator("bo")
    assert session.decision("u0") is None
    act.label("fear", "u0")
    studio.project.set_annotator("ada")
    assert said(studio, "u0").label == "joy"
    assert len(studio.project.document.decisions) == 2


def test_the_review_queue_counts_down(studio: Studio, act: Annotating, session: Session) -> None:
    assert studio.review.left == 5
    act.review()
    first = session.selected
    act.accept()
    assert studio.review.left == 4
    act.review()
    assert session.selected not in ("", first)
    studio.shaping.undo()
    assert studio.review.left == 5


def test_the_review_goes_on_with_the_next_video(
    studio: Studio, act: Annotating, session: Session, tmp_path: Path
) -> None:
    media = [Medium(name, tmp_path / f"{name}.mp4", "", name * 32, 10.0) for name in ("done", "other")]
    studio.project.do(AddMedia(tuple(media)))
    turns = tuple(Turn(f"o{number}", "other", 2.0 * number, 2.0 * number + 1, "ada") for number in range(2))
    studio.project.do(Insert((*turns, Turn("d0", "done", 0.0, 1.0, "ada")), {}))
    act.label("joy", "u0")
    studio.project.do(Decide((Decision("d0", studio.project.annotator, "joy", saw_prediction=False),)))
    studio.annotating.accept_many(0.1)
    assert studio.review.left == 0
    act.review()
    assert (session.medium, session.selected) == ("other", "o0")
    act.label("joy")
    act.review()
    act.skip()
    act.review()
    assert (session.medium, session.selected) == ("other", "o1")  # nothing is left anywhere
