"""What each command does, and that everything is there again after closing and opening."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import (
    AddMedia,
    Clear,
    Command,
    Decide,
    Delete,
    Import,
    Insert,
    Merge,
    MergeSpeakers,
    NameFaces,
    RemoveMedium,
    RenameSpeaker,
    SetBounds,
    SetLabelSet,
    SetSpeaker,
    SetText,
    Split,
    Together,
)
from m2fnet_core.document.content import Decision, Document, FaceRole, MediumState, Turn
from m2fnet_core.document.project import DocumentLocked, Project, find_project_of, untitled
from m2fnet_core.media.content import content_hash
from tests.core.document.desk import MODEL, filled, label, medium, prediction


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return filled(tmp_path / "talk.m2f")


@contextmanager
def reading(path: Path) -> Iterator[Project]:
    project = Project.open(path, read_only=True)
    yield project
    project.close()


def reopened(project: Project) -> Project:
    project.close()
    return Project.open(project.path)


def same(one: Document, other: Document) -> bool:
    """Equal, predictions read in full."""
    return all(
        dict(getattr(one, name)) == dict(getattr(other, name))
        for name in ("media", "speakers", "turns", "decisions", "predictions", "faces")
    ) and (one.label_set == other.label_set and list(one.turns) == list(other.turns))


def test_everything_is_there_after_opening_again(project: Project) -> None:
    label(project, "u0", "joy")
    project.do(NameFaces("m1", ("t1",), FaceRole.SPEAKER, "s0"))
    project.add_predictions("m1", MODEL, [(turn, prediction(key)) for key, turn in project.document.turns.items()])
    before = project.document
    project = reopened(project)
    assert same(project.document, before)
    assert project.document.predictions["u1"].prediction == prediction("u1")
    project.close()


COMMANDS: tuple[Command, ...] = (
    Decide((Decision("u0", "me", "joy", "anger", 2, unsure=True, comment="ä 語", seconds=1.5, saw_prediction=False),)),
    Clear(("u1",), "me"),
    SetBounds({"u0": (0.1, 1.2), "u3": (50.0, 51.0)}),
    Split("u1", 3.0, "new", ("words", "1")),
    Merge(("u0", "u1")),
    Insert((Turn("new", "m1", 20.0, 21.0, "s9", None),), {"s9": "Cid"}),
    Delete(("u1", "u2")),
    SetText("u0", None),
    SetSpeaker(("u0", "u2"), "s9", "Cid"),
    RenameSpeaker("s0", "Anna"),
    RenameSpeaker("s0", "Bob"),
    MergeSpeakers(("s0",), "s1"),
    Import("m1", (Turn("new", "m1", 1.0, 2.0, "s9"),), {"s9": "Cid"}, (Decision("new", "me", "fear"),), True, "a.srt"),
    SetLabelSet(LabelSet("two", ("calm", "joy")), {"anger": "calm"}),
    NameFaces("m1", ("t1", "t2"), FaceRole.NOT_A_FACE),
    AddMedia((medium("m2", Path("/videos/other.mp4")),)),
    RemoveMedium("m1"),
    Together((SetText("u0", "one"), Delete(("u1",))), "tidy"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_a_command_is_one_step_that_goes_back_and_forth_over_closing(project: Project, command: Command) -> None:
    label(project, "u1", "anger")
    before = project.document
    change = project.do(command)
    after = project.document
    assert not same(before, after)
    assert project.undo_title == change.title
    project = reopened(project)
    assert same(project.document, after)
    project.undo()
    assert same(project.document, before)
    assert project.redo_title == change.title
    project = reopened(project)
    assert same(project.document, before)
    project.redo()
    assert same(project.document, after)
    project.close()


def test_what_split_and_merge_do_to_words_and_decisions(project: Project) -> None:
    label(project, "u1", "anger")
    project.do(Split("u1", 3.0, "new", ("words", "1")))
    first, second = (project.document.turns[key] for key in ("u1", "new"))
    assert (first.start, first.end, first.text, second.start, second.end) == (2.0, 3.0, "words", 3.0, 3.5)
    assert set(project.document.decisions) == {("u1", "me")}
    project.do(Merge(("u1", "new")))
    merged = project.document.turns["u1"]
    assert (merged.start, merged.end, merged.text, merged.speaker) == (2.0, 3.5, "words 1", "s1")
    project.close()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Decide((Decision("u0", "me", "bored"),)), "'bored' is not of the project's set"),
        (Decide((Decision("gone", "me", "joy"),)), "no utterance 'gone'"),
        (SetBounds({"u0": (3.0, 2.0)}), "start comes first"),
        (SetBounds({"u0": (3.0, 200.0)}), "past the end of talk.mp4"),
        (Split("u0", 5.0, "new", (None, None)), "not inside the utterance"),
        (Merge(("u0",)), "at least two"),
        (RenameSpeaker("s0", "  "), "needs a name"),
        (SetLabelSet(LabelSet("two", ("calm", "sad")), {}), "Decisions use the label 'joy'"),
        (AddMedia((medium("m9"), medium("m9"))), "in the project already"),
        (AddMedia((replace(medium(), sha256="other"),)), "a video 'm1' already"),
        (SetBounds({"u0": (3.0, float("nan"))}), "start comes first"),
        (NameFaces("m1", ("t1",), FaceRole.SPEAKER), "no speaker ''"),
        (SetText("u0", "half a \ud83d"), "no proper text"),
        (Together((SetText("u0", "changed"), Delete(("gone",))), "both"), "no utterance 'gone'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_changes_nothing(
    project: Project, command: Command, words: str
) -> None:
    label(project, "u0", "joy")
    before, steps = project.document, len(project.history())
    with pytest.raises(DocumentError, match=words):
        project.do(command)
    assert project.document is before
    assert same(reopened(project).document, before)
    with reading(project.path) as reader:
        assert len(reader.history()) == steps


def test_a_new_step_ends_what_could_be_done_again_but_the_log_keeps_it(project: Project) -> None:
    label(project, "u0", "joy")
    project.undo()
    label(project, "u0", "fear")
    assert project.redo() is None
    kinds = [(entry.kind, entry.of) for entry in project.history()[2:]]
    assert kinds == [("Decide", None), ("undo", 3), ("Decide", None)]
    project.close()


def test_undo_of_everything_leaves_an_empty_document(project: Project) -> None:
    while project.undo():
        pass
    assert not project.document.media
    assert not project.document.turns
    assert project.undo_title == ""
    project.close()


def test_an_analysis_adds_predictions_and_touches_no_decision(project: Project) -> None:
    label(project, "u0", "fear")
    decisions = project.document.decisions
    turns = list(project.document.turns.values())
    project.add_predictions("m1", MODEL, [(turn, prediction(turn.id)) for turn in turns])
    project.add_predictions("m1", MODEL, [(turns[0], prediction("u0", "anger"))])
    assert project.document.decisions == decisions
    assert project.document.predictions["u0"].prediction.label == "anger"
    assert project.document.predictions["u1"].prediction.label == "joy"
    assert [kept.prediction.label for kept in project.predictions_of("u0")] == ["anger", "joy"]
    assert project.undo_title == "label"  # no step
    project.do(Delete(("u0",)))
    assert "u0" not in project.document.predictions
    project.undo()
    assert project.document.predictions["u0"].prediction.label == "anger"
    project.close()


def test_predictions_and_the_log_cannot_be_changed_even_from_outside(project: Project) -> None:
    project.add_predictions("m1", MODEL, [(project.document.turns["u0"], prediction("u0"))])
    project.close()
    connection = sqlite3.connect(project.path)
    for table in ("predictions", "analyses", "log"):
        with pytest.raises(sqlite3.IntegrityError, match="kept as they were made"):
            connection.execute(f"DELETE FROM {table}")
    connection.close()


def test_the_second_window_reads_and_sees_what_the_first_does(project: Project) -> None:
    with pytest.raises(DocumentLocked, match="open in another window"):
        Project.open(project.path)
    with reading(project.path) as reader:
        label(project, "u0", "joy")
        assert reader.refresh() is not None
        assert reader.document.decisions["u0", "me"].label == "joy"
        assert reader.refresh() is None
        with pytest.raises(DocumentError, match="read-only"):
            reader.do(Clear(("u0",), "me"))
    project.close()


def test_saving_an_untitled_project_moves_it_and_keeps_its_steps(tmp_path: Path) -> None:
    old = untitled(Path("/videos/talk.mp4"))
    project = filled(old)
    assert untitled(Path("/videos/talk.mp4")) != old
    label(project, "u0", "joy")
    project.save_as(tmp_path / "kept.m2f")
    assert not old.exists()
    project.undo()
    assert not project.document.decisions
    project = reopened(project)
    assert project.path == tmp_path / "kept.m2f"
    assert project.redo_title == "label"
    assert find_project_of("m1" * 32) == tmp_path / "kept.m2f"
    assert find_project_of("nothing") is None
    project.close()


def test_a_video_that_moved_is_found_beside_the_project_and_in_a_folder(tmp_path: Path) -> None:
    home, away = tmp_path / "home", tmp_path / "away" / "deep"
    home.mkdir()
    away.mkdir(parents=True)
    video = home / "talk.mp4"
    video.write_bytes(b"some video")
    project = Project.create(home / "talk.m2f")
    project.do(AddMedia((replace(medium(), path=video, relative="talk.mp4", sha256=content_hash(video)),)))
    assert project.document.media["m1"].state is MediumState.OK
    project.close()
    home.rename(tmp_path / "moved")
    project = Project.open(tmp_path / "moved" / "talk.m2f")
    assert project.document.media["m1"].path == tmp_path / "moved" / "talk.mp4"

    (tmp_path / "moved" / "talk.mp4").rename(away / "other name.mp4")
    project.check_media()
    assert project.document.media["m1"].state is MediumState.MISSING
    assert "not there" in project.document.media["m1"].reason
    assert project.relink(tmp_path / "moved") is None
    assert project.relink(tmp_path / "away") is not None
    assert project.document.media["m1"].path == away / "other name.mp4"
    assert reopened(project).document.media["m1"].state is MediumState.OK
