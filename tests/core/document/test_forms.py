"""Files of every form that the program ever wrote open, with their history.

``version_N.sql`` is a project as version N wrote it; when the form changes, the new one gets a file of its own here.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from m2fnet_core.document.content import Decision, FaceRole
from m2fnet_core.document.project import Project
from m2fnet_core.document.store.schema import APPLICATION, MIGRATIONS, VERSION
from tests.core.document.desk import label, prediction

HERE = Path(__file__).parent


def written(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def test_every_form_up_to_the_present_one_has_its_file() -> None:
    assert sorted(MIGRATIONS) == list(range(1, VERSION + 1))
    assert [path.name for path in sorted(HERE.glob("version_*.sql"))] == [f"version_{n}.sql" for n in MIGRATIONS]


@pytest.mark.parametrize("version", sorted(MIGRATIONS))
def test_a_project_of_an_earlier_form_is_all_there(tmp_path: Path, version: int) -> None:
    path = written(tmp_path / "old.m2f", (HERE / f"version_{version}.sql").read_text(encoding="utf-8"))
    project = Project.open(path)
    document = project.document
    assert {key: turn.text for key, turn in document.turns.items()} == {"u0": "words 0", "u1": "words 1"}
    when = "2026-11-23T02:00:00+00:00"
    assert document.decisions["u0", "me"] == Decision(
        "u0", "me", "joy", "anger", 2, unsure=True, comment="ä 語", seconds=1.5, saw_prediction=False, time=when
    )
    assert document.faces["m1", "t1"].role is FaceRole.SPEAKER
    assert document.predictions["u0"].prediction == prediction("u0")
    assert [entry.kind for entry in project.history()] == [
        "AddMedia",
        "Insert",
        "Decide",
        "NameFaces",
        "SetText",
        "undo",
    ]
    assert (project.undo_title, project.redo_title) == ("name faces", "change text")
    project.redo()
    assert project.document.turns["u1"].text is None
    while project.undo():
        pass
    assert not project.document.media
    project.close()


def test_a_file_without_any_form_yet_is_brought_to_the_present_one(tmp_path: Path) -> None:
    """As a program that was killed while it made the file leaves it."""
    path = written(tmp_path / "new.m2f", f"PRAGMA application_id = {APPLICATION}; VACUUM;")
    project = Project.open(path)
    assert not project.document.turns
    project.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION


def test_reading_alone_changes_nothing_in_an_earlier_form(tmp_path: Path) -> None:
    path = written(tmp_path / "old.m2f", (HERE / "version_1.sql").read_text(encoding="utf-8"))
    before = path.read_bytes()
    project = Project.open(path, read_only=True)
    assert len(project.document.turns) == 2
    project.close()
    assert path.read_bytes() == before
    project = Project.open(path)
    label(project, "u1", "fear")
    project.close()
