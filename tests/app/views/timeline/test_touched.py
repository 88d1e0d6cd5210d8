"""A decision repaints only where its utterance is, and the picture is the same as one painted anew."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.views.timeline.content import Content
from m2fnet_core.document.content import Decision
from tests.app.conversation import begin, media, utterances
from tests.app.views.timeline.stage import Stage


def open_many(stage: Stage, number: int) -> None:
    """As many utterances, none predicted; everything is in view. No sound: the thread that looks for it would, whenever
    it finds none, have everything painted anew.
    """
    stage.session.open(replace(media(duration=2.0 * number), audio=None))
    begin(stage.session, utterances(number))
    stage.timeline.fit()
    painted(stage)


def painted(stage: Stage) -> QImage:
    """The canvas as it is on screen."""
    QApplication.processEvents()
    return stage.canvas.grab().toImage()


@pytest.mark.parametrize("number", [5, 80, 2000])  # blocks with words, narrow blocks, columns
def test_the_touched_part_looks_as_if_all_were_painted_anew(stage: Stage, number: int) -> None:
    open_many(stage, number)
    before = painted(stage)
    for utterance, label in (("u1", "joy"), ("u2", "anger"), (f"u{number - 1}", "fear"), ("u1", "neutral")):
        stage.session.decide(utterance, Decision(utterance, "eve", label, saw_prediction=False))
        stage.canvas.bring_up_to_date()
    stage.session.decide("u2", None)
    touched = painted(stage)
    scene = stage.canvas.scene
    anew = Content(scene.content.utterances, ("Ada", "Bo"), scene.content.labels)
    for utterance, decision in scene.content.decisions.items():
        anew.decide(utterance, decision)
    scene.content = anew
    stage.canvas.refresh()
    assert touched == painted(stage)
    assert touched != before


def test_a_decision_costs_no_look_at_the_other_utterances(stage: Stage) -> None:
    open_many(stage, 2000)
    content = stage.canvas.scene.content
    stage.session.decide("u7", Decision("u7", "eve", "joy", saw_prediction=False))
    assert stage.canvas.stale == {"overview", "lanes"}
    painted(stage)
    assert not {"label_cover", "lane_covers"} & set(content.__dict__)  # what sums up all of them was not asked for
