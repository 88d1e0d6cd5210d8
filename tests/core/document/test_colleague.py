"""A second person's project: their decisions come over to our utterances."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.colleague import Taking, brought, suggested_names
from m2fnet_core.document.commands import Decide
from m2fnet_core.document.content import Decision, Dimension, Document, Take
from m2fnet_core.document.project import Project
from m2fnet_core.document.traces import packed
from tests.core.document.desk import filled, label


@pytest.fixture
def own(tmp_path: Path) -> Document:
    """Four utterances, two decided by "me"."""
    project = filled(tmp_path / "own.m2f")
    label(project, "u0", "joy")
    label(project, "u1", "fear")
    made = project.document
    project.close()
    return made


@pytest.fixture
def copy(tmp_path: Path) -> Document:
    """The same video and utterances, decided by another person."""
    project = filled(tmp_path / "other.m2f")
    project.do(Decide((Decision("u0", "you", "anger", comment="shouts", saw_prediction=False),)))
    label(project, "u3", "joy", "you")
    made = project.document
    project.close()
    return made


def renamed(document: Document, shift: float = 0.0) -> Document:
    """The same work in a project of its own: other ids of medium and utterances, and slightly other times."""
    media = {"x": replace(document.media["m1"], id="x")}
    turns = {
        f"t{k}": replace(turn, id=f"t{k}", medium="x", start=turn.start + shift, end=turn.end + shift)
        for k, turn in enumerate(document.turns.values())
    }
    ids = dict(zip(document.turns, turns, strict=True))
    said = {(ids[u], name): replace(d, utterance=ids[u]) for (u, name), d in document.decisions.items()}
    return replace(document, media=media, turns=turns, decisions=said)


def test_a_copy_of_the_project_matches_by_id(own: Document, copy: Document) -> None:
    found = brought(copy, own, Taking({"you": "Bea"}))
    assert {(d.utterance, d.annotator, d.label) for d in found.decisions} == {
        ("u0", "Bea", "anger"),
        ("u3", "Bea", "joy"),
    }
    assert (found.videos, found.lost, found.unknown_labels) == (1, 0, ())
    first = next(d for d in found.decisions if d.utterance == "u0")
    assert (first.comment, first.saw_prediction) == ("shouts", False)


def test_another_project_of_the_same_video_matches_by_time(own: Document, copy: Document) -> None:
    found = brought(renamed(copy, 0.2), own, Taking({"you": "you"}))
    assert {(d.utterance, d.label) for d in found.decisions} == {("u0", "anger"), ("u3", "joy")}
    far = brought(renamed(copy, 0.95), own, Taking({"you": "you"}))
    assert (far.decisions, far.lost) == ((), 2)


def test_only_who_was_asked_for_and_nothing_twice(own: Document, copy: Document) -> None:
    both = replace(copy, decisions={**copy.decisions, **own.decisions})
    assert brought(both, own, Taking({"me": "me"})).decisions == ()
    assert brought(both, own, Taking({})).decisions == ()


def test_names_are_kept_apart(own: Document, copy: Document) -> None:
    assert suggested_names(copy, own) == {"you": "you"}
    same = replace(copy, decisions=own.decisions)
    assert suggested_names(same, own) == {"me": "me"}
    other = replace(copy, decisions={("u0", "me"): Decision("u0", "me", "anger")})
    assert suggested_names(other, own) == {"me": "me 2"}


def test_labels_of_another_set_are_asked_about(own: Document, copy: Document) -> None:
    said = {("u0", "you"): Decision("u0", "you", "bored"), ("u3", "you"): Decision("u3", "you", "joy")}
    other = replace(copy, label_set=LabelSet("own", ("bored", "joy")), decisions=said)
    assert brought(other, own, Taking({"you": "you"})).unknown_labels == ("bored",)
    mapped = brought(other, own, Taking({"you": "you"}, {"bored": "neutral"}))
    assert {d.label for d in mapped.decisions} == {"neutral", "joy"}
    assert mapped.unknown_labels == ()


def test_projects_without_a_common_video(own: Document, copy: Document) -> None:
    alone = replace(copy, media={"m1": replace(copy.media["m1"], sha256="f" * 64)})
    assert suggested_names(alone, own) == {}
    with pytest.raises(DocumentError, match="no video in common"):
        brought(alone, own, Taking({"you": "you"}))


def test_the_brought_decisions_are_one_step(tmp_path: Path, copy: Document) -> None:
    project = filled(tmp_path / "again.m2f")
    project.do(Decide(brought(copy, project.document, Taking({"you": "you"})).decisions))
    assert len(project.document.decisions) == 2
    project.undo()
    assert not project.document.decisions
    assert isinstance(project, Project)
    project.close()


def test_traces_come_along_once(own: Document, copy: Document) -> None:
    take = Take("x", "m1", "you", Dimension.AROUSAL, 5, 0.0, packed(np.ones(30)))
    other = replace(copy, traces={"x": take, "y": replace(take, id="y", annotator="Cem")})
    assert suggested_names(other, own) == {"Cem": "Cem", "you": "you"}
    found = brought(other, own, Taking({"you": "Bea"}))
    assert found.takes == (replace(take, annotator="Bea"),)
    after = replace(own, traces={each.id: each for each in found.takes})
    assert brought(other, after, Taking({"you": "Bea"})).takes == ()
    kept = replace(own, traces={"x": take})
    assert suggested_names(other, kept)["you"] == "you"  # it is the same person's work
