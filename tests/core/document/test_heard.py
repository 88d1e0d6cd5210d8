"""Recognised words come beside what a person did: text, bounds, speaker and decision each keep an utterance."""

from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.base.dialogue import Utterance, Word
from m2fnet_core.document.commands import (
    AddMedia,
    Command,
    Decide,
    Import,
    Insert,
    RenameSpeaker,
    SetBounds,
    SetSpeaker,
    SetText,
)
from m2fnet_core.document.content import Decision, Turn
from m2fnet_core.document.heard import recognised, touched
from m2fnet_core.document.project import Project
from m2fnet_core.transcript.wording import unpacked
from tests.core.document.desk import medium

HEARD = (
    Utterance("a", 0.0, 2.0, text="one two", words=(Word("one", 0.1, 0.9), Word("two", 1.1, 1.9))),
    Utterance("b", 3.0, 5.0, text="three four", words=(Word("three", 3.1, 3.9), Word("four", 4.1, 4.9))),
    Utterance("c", 7.0, 8.0),
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three utterances of speech detection, without words."""
    made = Project.create(tmp_path / "talk.m2f")
    made.do(AddMedia((medium(),)))
    found = tuple(
        Turn(f"u{n}", "m1", start, end, "") for n, (start, end) in enumerate([(0.0, 2.0), (3.0, 5.0), (7.0, 8.0)])
    )
    made.do(Import("m1", found, {}, (), True, "what was heard"))
    return made


def recognise(project: Project) -> None:
    project.do(recognised(project.document, "m1", HEARD, touched(project.history())))


def texts(project: Project) -> list[tuple[float, float, str | None]]:
    return [(turn.start, turn.end, turn.text) for turn in project.document.turns.values()]


def test_what_nobody_touched_gives_way_and_undo_brings_it_back(project: Project) -> None:
    before = project.document
    recognise(project)
    assert texts(project) == [(0.0, 2.0, "one two"), (3.0, 5.0, "three four"), (7.0, 8.0, None)]
    assert unpacked(next(iter(project.document.turns.values())).words) == HEARD[0].words
    assert project.undo_title == "find out who says what"
    project.undo()
    assert project.document.turns == before.turns


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        (SetText("u1", "by hand"), (3.0, 5.0, "by hand")),
        (SetBounds({"u1": (2.5, 4.0)}), (2.5, 4.0, "three")),
        (SetSpeaker(("u1",), "s1", "Ann"), (3.0, 5.0, "three four")),
        (Decide((Decision("u1", "me", "joy"),)), (3.0, 5.0, "three four")),
    ],
    ids=["text", "bounds", "speaker", "decision"],
)
def test_what_a_person_did_stays(project: Project, command: Command, kept: tuple[float, float, str]) -> None:
    project.do(command)
    speaker = project.document.turns["u1"].speaker
    recognise(project)
    turn = project.document.turns["u1"]
    assert (turn.start, turn.end, turn.text) == kept
    assert turn.speaker == speaker
    assert len(project.document.decisions) == isinstance(command, Decide)
    assert (0.0, 2.0, "one two") in texts(project)


def test_an_utterance_that_a_person_drew_stays(project: Project) -> None:
    project.do(Insert((Turn("mine", "m1", 1.0, 1.6, ""),), {}))
    recognise(project)
    drawn = project.document.turns["mine"]
    assert (drawn.start, drawn.end, drawn.text) == (1.0, 1.6, "two")


def test_words_beside_a_kept_utterance_are_one_of_their_own(project: Project) -> None:
    project.do(SetBounds({"u1": (2.5, 4.0)}))
    recognise(project)
    assert (4.1, 4.9, "four") in texts(project)


def test_voices_that_nobody_named_are_numbered_past_those_of_others(project: Project) -> None:
    project.do(SetSpeaker(("u2",), "s1", "Speaker 1"))  # a person's word, and so another one
    heard = tuple(replace(u, speaker=name) for u, name in zip(HEARD, ("Speaker 1", "Speaker 2", ""), strict=True))
    project.do(recognised(project.document, "m1", heard, touched(project.history())))
    names = [project.document.speakers[turn.speaker].name for turn in project.document.turns.values()]
    assert names == ["Speaker 2", "Speaker 3", "Speaker 1"]
    project.do(RenameSpeaker(next(iter(project.document.turns.values())).speaker, "Anna"))
    project.do(recognised(project.document, "m1", heard, touched(project.history())))
    names = [project.document.speakers[turn.speaker].name for turn in project.document.turns.values()]
    assert names == ["Anna", "Speaker 3", "Speaker 1"]


def test_an_utterance_without_a_speaker_gets_one_and_keeps_its_bounds(project: Project) -> None:
    project.do(SetBounds({"u1": (2.5, 4.0)}))
    heard = tuple(replace(u, speaker="Speaker 1") for u in HEARD)
    project.do(recognised(project.document, "m1", heard, touched(project.history())))
    turn = project.document.turns["u1"]
    assert (turn.start, project.document.speakers[turn.speaker].name) == (2.5, "Speaker 1")


def test_recognising_twice_changes_nothing_more(project: Project) -> None:
    recognise(project)
    before = texts(project)
    recognise(project)
    assert texts(project) == before
