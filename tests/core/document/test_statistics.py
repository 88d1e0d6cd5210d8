"""Counts of a small project that can be checked by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.base.emotions import MELD
from m2fnet_core.document.commands import AddMedia, Decide, Insert
from m2fnet_core.document.content import Decision, Document, Meaning, Medium, Speaker, Turn
from m2fnet_core.document.formats import LabelChoice
from m2fnet_core.document.own_prior import own_prior
from m2fnet_core.document.statistics import (
    Following,
    Progress,
    by_speaker,
    over_time,
    progress,
    sayings,
    transitions,
    whole,
)
from tests.core.document.desk import MODEL, filled, medium, prediction

NEUTRAL, JOY, ANGER = (MELD.labels.index(word) for word in ("neutral", "joy", "anger"))


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """m1: u0 to u3 of Ann and Bob in turn, 2 s apart, 1.5 s long; m2: u9 of Ann. u3 and u9 are predicted."""
    project = filled(tmp_path / "a.m2f")
    project.do(AddMedia((medium("m2", Path("/videos/other.mp4")),)))
    project.do(Insert((Turn("u9", "m2", 50.0, 60.0, "s0"),), {}))
    turns = project.document.turns
    project.add_predictions("m1", MODEL, [(turns[u], prediction(u, "anger")) for u in ("u0", "u3")])
    project.add_predictions("m2", MODEL, [(turns["u9"], prediction("u9", "joy"))])
    said = [Decision("u0", "me", "joy", seconds=3.0), Decision("u1", "me", "neutral", unsure=True)]
    said += [Decision("u2", "me", "joy"), Decision("u3", "me", skip=True), Decision("u0", "you", "anger")]
    project.do(Decide(tuple(said)))
    made = project.document
    project.close()
    return made


def test_the_prior_of_a_project_counts_what_somebody_decided_in_the_networks_words(document: Document) -> None:
    assert own_prior(document, "me", ("neutral", "joy", "anger")).weights == {"neutral": 1, "joy": 2, "anger": 0}
    meanings = {"happy": Meaning("happy", "joy"), "excited": Meaning("excited", "joy")}
    other = replace(document, meanings=meanings)
    assert own_prior(other, "me", ("happy", "excited", "sad")).weights == {"happy": 1, "excited": 1, "sad": 0}


def test_emotions_by_speaker(document: Document) -> None:
    own = sayings(document, LabelChoice.HUMAN, "me")
    assert own.speakers == ("Ann", "Bob")
    assert own.labelled == 3
    counts = by_speaker(own)
    assert (counts[0, JOY], counts[1, NEUTRAL], counts.sum()) == (2, 1, 3)


def test_whose_labels(document: Document) -> None:
    model = by_speaker(sayings(document, LabelChoice.MODEL, "me"))
    assert (model[0, ANGER], model[1, ANGER], model[0, JOY], model.sum()) == (1, 1, 1, 3)
    either = by_speaker(sayings(document, LabelChoice.HUMAN_ELSE_MODEL, "me"))
    assert (either[0, JOY], either[1, NEUTRAL], either.sum()) == (3, 1, 4)  # u3 is skipped, u9 is the network's
    assert by_speaker(sayings(document, LabelChoice.HUMAN, "you"))[0, ANGER] == 1
    assert sayings(document, LabelChoice.HUMAN, "nobody").labelled == 0


def test_a_label_that_only_the_network_knows(tmp_path: Path) -> None:
    project = filled(tmp_path / "a.m2f")
    project.add_predictions("m1", MODEL, [(project.document.turns["u0"], prediction("u0", "boredom"))])
    said = sayings(project.document, LabelChoice.MODEL, "me")
    assert said.labels == (*MELD.labels, "boredom")
    assert by_speaker(said)[0, -1] == 1
    project.close()


def test_seconds_over_time_of_one_video(document: Document) -> None:
    edges, seconds = over_time(sayings(document, LabelChoice.HUMAN, "me", "m1"), 100)
    assert (edges[0], edges[-1]) == (0.0, 100.0)
    assert seconds[:, JOY].sum() == pytest.approx(3.0)
    assert seconds[0:2, JOY] == pytest.approx([1.0, 0.5])
    assert seconds[2:4, NEUTRAL] == pytest.approx([1.0, 0.5])


def test_seconds_over_time_of_several_videos_are_by_share_of_their_length(document: Document) -> None:
    edges, seconds = over_time(sayings(document, LabelChoice.HUMAN_ELSE_MODEL, "me"), 10)
    assert edges[-1] == 1.0
    assert seconds[5, JOY] == pytest.approx(10.0)
    assert seconds[0].sum() == pytest.approx(4.5)


def test_transitions(document: Document) -> None:
    said = sayings(document, LabelChoice.HUMAN, "me")
    anybody = transitions(said, Following.ANY)
    assert (anybody[JOY, NEUTRAL], anybody[NEUTRAL, JOY], anybody.sum()) == (1, 1, 2)
    own = transitions(said, Following.SAME)
    assert (own[JOY, JOY], own.sum()) == (1, 1)
    assert (transitions(said, Following.OTHER) == anybody).all()
    all_of_them = sayings(document, LabelChoice.HUMAN_ELSE_MODEL, "me")
    assert transitions(all_of_them, Following.SAME)[JOY, JOY] == 1  # never from one video into the next


def test_how_far_the_work_is(document: Document) -> None:
    found = progress(document, "me")
    assert found["m1"] == Progress(4, 2, 4, 1, 1, seconds=3.0)
    assert found["m1"].left == 0
    assert found["m2"] == Progress(1, 1, 0, 0, 0)
    assert whole(found) == Progress(5, 3, 4, 1, 1, seconds=3.0)
    assert whole(progress(document, "you")).decided == 1
    assert progress(document, "me", {"m2"}) == {"m2": found["m2"]}


def test_of_nothing_everything_is_nothing() -> None:
    said = sayings(Document(), LabelChoice.HUMAN_ELSE_MODEL, "me")
    assert by_speaker(said).sum() == 0
    assert transitions(said, Following.SAME).shape == (7, 7)
    assert over_time(said, 5)[1].sum() == 0
    assert whole(progress(Document(), "me")) == Progress()
    empty = Document(media={"m": Medium("m", Path("/a.mp4"), "", "", 0.0)})
    assert over_time(sayings(empty, LabelChoice.HUMAN, "me", "m"), 5)[1].sum() == 0


def test_each_of_twenty_thousand_utterances_is_counted() -> None:
    media = {f"m{k}": medium(f"m{k}", Path(f"/videos/{k}.mp4")) for k in range(10)}
    turns = [Turn(f"u{k}", f"m{k // 2000}", k % 2000 / 20, k % 2000 / 20 + 0.03, f"s{k % 3}") for k in range(20_000)]
    document = Document(
        media=media,
        speakers={f"s{k}": Speaker(f"s{k}", f"Speaker {k}") for k in range(3)},
        turns={turn.id: turn for turn in turns},
        decisions={(t.id, "me"): Decision(t.id, "me", MELD.labels[k % 7]) for k, t in enumerate(turns)},
    )
    said = sayings(document, LabelChoice.HUMAN, "me")
    assert by_speaker(said).sum() == 20_000
    assert over_time(said, 60)[1].sum() == pytest.approx(600.0)
    assert transitions(said, Following.ANY).sum() == 19_990
    assert whole(progress(document, "me")).left == 0
