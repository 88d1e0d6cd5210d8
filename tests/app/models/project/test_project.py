"""The window's project: untitled from the start, read-only where it must be, never lost."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.base.settings import Settings
from app.models.notices import Notices
from app.models.project.exchange import Placing, Reading
from app.models.project.project import ProjectModel
from app.models.studio import Studio
from m2fnet_core.document.formats import LabelChoice
from tests.app.desk import MEDIUM, studio_with
from tests.patience import signalled


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Five utterances in an untitled project."""
    made = studio_with()
    yield made
    made.close()


def test_an_untitled_project_gets_a_name_and_stays_the_same(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    project = studio.project
    assert project.title == "Untitled"
    first = project.path
    studio.annotating.label("joy", "u0")
    with qtbot.waitSignal(project.saved_as):
        studio.save_as(tmp_path / "mine.m2f")
    assert project.title == "mine"
    assert first is not None
    assert not first.exists()
    assert project.undo_title
    assert studio.settings.recent() == (tmp_path / "mine.m2f",)


def test_a_project_that_another_window_has_is_read_only(qtbot: QtBot, studio: Studio) -> None:
    other = ProjectModel(Settings(), Notices())
    assert studio.project.path is not None
    assert other.open(studio.project.path)
    assert other.title == "Untitled [read-only]"
    assert "open in another window" in other.take_news()[0]
    assert other.take_news() == []
    studio.annotating.label("joy", "u0")
    with qtbot.waitSignal(other.changed):
        other.look_after()
    assert other.document.decisions == studio.project.document.decisions
    other.close()


def test_snapshots_are_kept_while_there_are_changes(qtbot: QtBot, studio: Studio) -> None:
    project = studio.project.project
    assert project is not None
    studio.annotating.label("joy", "u0")
    with qtbot.waitSignal(studio.project.kept):
        studio.project.look_after()
        studio.project.look_after()
    studio.project.look_after()
    assert len(project.snapshots()) == 1


def test_a_damaged_project_offers_its_snapshot_and_stays(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    studio.annotating.label("joy", "u0")
    place = tmp_path / "mine.m2f"
    studio.save_as(place)
    studio.annotating.label("fear", "u1")
    with qtbot.waitSignal(studio.project.kept):
        studio.project.look_after()
    studio.close_media()
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    damaged = place.read_bytes()[:5000] + os.urandom(60_000)
    place.write_bytes(damaged)
    with qtbot.waitSignal(studio.project.damaged) as heard:
        studio.open_project(place)
    sentence, snapshot = heard.args
    assert "mine.m2f is damaged" in sentence
    assert not studio.project.is_open
    studio.open_snapshot(snapshot)
    assert len(studio.project.document.decisions) == 2
    assert place.read_bytes() == damaged


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever may do everything can write everywhere")
def test_a_folder_that_cannot_be_written_means_a_working_copy(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    studio.save_as(folder / "mine.m2f")
    studio.close_media()
    folder.chmod(0o500)
    try:
        assert studio.project.open(folder / "mine.m2f")
        assert "working copy" in studio.project.take_news()[0]
        assert not studio.project.read_only
    finally:
        folder.chmod(0o700)


def test_what_is_no_project_is_one_sentence(studio: Studio, tmp_path: Path) -> None:
    bad = tmp_path / "bad.m2f"
    bad.write_text("hello", encoding="utf-8")
    studio.open_project(bad)
    assert "bad.m2f" in studio.notices.entries[-1].text
    assert not studio.project.is_open
    assert studio.session.media is None


def test_exports_and_imports_go_through_the_registry(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    studio.annotating.label("joy", "u0")
    target = tmp_path / "out.csv"
    with signalled(qtbot, studio.notices.added):
        studio.exchange.export("csv", target, LabelChoice.HUMAN_ELSE_MODEL)
    assert "out.csv" in studio.notices.entries[-1].text
    studio.project.set_annotator("somebody else")
    reading = Reading(target, "csv", Placing.REPLACE)
    imported = studio.exchange.read(reading)
    assert imported is not None
    assert studio.exchange.take(reading, imported)
    assert len(studio.session.utterances) == 5
    studio.shaping.undo()
    assert [u.id for u in studio.session.utterances] == [f"u{k}" for k in range(5)]


def test_unknown_labels_are_added_or_mapped(studio: Studio, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(
        "start,end,speaker,text,human_label\n0,1.5,Ada,Hi,joy\n2,3.5,Bo,No,bored\n4,5.5,Ada,So,happy\n",
        encoding="utf-8",
    )
    reading = Reading(source, "csv", Placing.LABELS)
    first = studio.exchange.read(reading)
    assert first is not None
    assert sorted(first.unknown_labels) == ["bored", "happy"]
    told = Reading(source, "csv", Placing.LABELS, {"happy": "joy"}, ("bored",))
    imported = studio.exchange.read(told)
    assert imported is not None
    assert imported.unknown_labels == ()
    assert studio.exchange.take(told, imported)
    labels = [decision.label for u in ("u0", "u1", "u2") if (decision := studio.session.decision(u)) is not None]
    assert labels == ["joy", "bored", "joy"]
    assert studio.session.label_set[-1] == "bored"
    studio.shaping.undo()
    assert "bored" not in studio.session.label_set


def test_the_medium_is_known_by_content_and_by_place(studio: Studio) -> None:
    project = studio.project
    found = project.medium_of("0" * 64, Path("anything.mp4"))
    assert found is not None
    assert found.id == MEDIUM
    assert project.medium_of("1" * 64, Path("nowhere.mp4")) is None
