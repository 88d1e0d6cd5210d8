"""Projects of every earlier form open, with everything in them. ``form_N.sql`` is one as form N's program wrote it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import SetText
from m2fnet_core.document.content import FaceRole
from m2fnet_core.document.project import Project
from m2fnet_core.document.store.schema import MIGRATIONS, VERSION
from tests.core.document.desk import prediction

FORMER = range(1, VERSION)


def former(path: Path, form: int, more: str = "") -> Path:
    """A project of an earlier form."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / f"form_{form}.sql").read_text(encoding="utf-8") + more)
    return path


def form_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def holds_everything(project: Project) -> bool:
    document = project.document
    said = document.decisions["u0", "me"]
    assert list(document.media) == ["m1", "m2"]
    assert {key: turn.text for key, turn in document.turns.items()} == {"u0": "words 0", "u2": "ä 語"}
    assert (said.label, said.second, said.intensity, said.unsure, said.comment) == ("joy", "anger", 2, True, "why")
    assert (said.skip, said.seconds, said.saw_prediction) == (False, 3.5, False)
    assert document.faces["m1", "t1"].role is FaceRole.SPEAKER
    assert document.predictions["u0"].prediction == replace(prediction("u0"), prior=None)
    assert (project.undo_title, project.redo_title) == ("delete", "change text")
    return len(project.history()) == 7


@pytest.mark.parametrize("form", FORMER)
def test_an_older_project_is_brought_up_to_date_with_its_steps(tmp_path: Path, form: int) -> None:
    path = former(tmp_path / "old.m2f", form)
    project = Project.open(path)
    assert holds_everything(project)
    project.redo()
    project.undo()
    project.undo()
    assert list(project.document.turns) == ["u0", "u1", "u2"]
    project.redo()
    project.close()
    assert form_of(path) == VERSION
    kept = project.snapshots()
    assert [form_of(snapshot) for snapshot in kept] == [form]  # the way back to the older program
    project = Project.open(path)
    assert project.undo_title == "delete"
    project.close()


@pytest.mark.parametrize("form", FORMER)
def test_reading_an_older_project_leaves_it_as_it_is(tmp_path: Path, form: int) -> None:
    path = former(tmp_path / "old.m2f", form)
    before = path.read_bytes()
    project = Project.open(path, read_only=True)
    assert holds_everything(project)
    assert project.refresh() is None
    project.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("form", [1, 2])
def test_a_step_that_fails_on_the_way_leaves_the_older_project(tmp_path: Path, form: int) -> None:
    path = former(tmp_path / "old.m2f", form, "CREATE TABLE trace_journal(x);")  # the name of a table of today's form
    with pytest.raises(DocumentError, match="trace_journal"):
        Project.open(path)
    assert form_of(path) == form
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE trace_journal")
    project = Project.open(path)
    assert holds_everything(project)
    project.close()


def test_an_older_project_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    def tables(path: Path) -> set[str]:
        with closing(sqlite3.connect(path)) as connection:
            return {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}

    Project.create(tmp_path / "new.m2f").close()
    assert list(MIGRATIONS) == [*FORMER, VERSION]
    for form in FORMER:
        path = former(tmp_path / f"old {form}.m2f", form)
        Project.open(path).close()
        assert tables(path) == tables(tmp_path / "new.m2f")


def test_what_was_written_cannot_be_replaced_either(tmp_path: Path) -> None:
    path = former(tmp_path / "old.m2f", 1)
    project = Project.open(path)
    project.do(SetText("u0", "more"))
    project.close()
    with closing(sqlite3.connect(path)) as connection:
        for table in ("predictions", "analyses", "log", "changes"):
            with pytest.raises(sqlite3.IntegrityError, match="kept as they were made"):
                connection.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
