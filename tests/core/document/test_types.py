"""Rows of another type, references to nothing and nested text are damage when a project is opened, not later."""

import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from m2fnet_core.document import copies
from m2fnet_core.document.project import DocumentDamaged, DocumentUnwritable, Project
from m2fnet_core.document.store import bounded, file
from m2fnet_core.document.store.failing import failures
from tests.core.document.desk import filled, label

DEEP = "[" * 200_000 + "]" * 200_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "talk.m2f"
    project = filled(made)
    label(project, "u0", "joy")
    project.close()
    return made


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("UPDATE turns SET text = x'ff00ff'", ()),
        ("UPDATE turns SET start = 9e999, end = 9e999", ()),
        ("UPDATE media SET duration = 9e999", ()),
        ("UPDATE media SET duration = 'abc'", ()),
        ("UPDATE decisions SET label = x'05'", ()),
        ("UPDATE decisions SET unsure = 'yes'", ()),
        ("UPDATE turns SET speaker = 'gone'", ()),
        ("UPDATE turns SET medium = 'gone'", ()),
        ("UPDATE label_set SET value = '[\"x\", 1, 2]'", ()),
        ("UPDATE label_set SET value = ?", (DEEP,)),
    ],
)
def test_wrong_values_are_damage(path: Path, statement: str, values: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement, values)
        connection.commit()
    with pytest.raises(DocumentDamaged, match=r"talk\.m2f is damaged"):
        Project.open(path)


def test_no_statement_goes_on_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.1)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    told = pytest.raises(DocumentDamaged, match="did not end")
    with closing(file.connect(path, read_only=True)) as connection, told, failures(path):
        connection.execute(endless).fetchone()


def test_a_project_on_a_full_disk_is_read_and_copied(path: Path, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # no file may grow, as on a full disk
    try:
        with pytest.raises(DocumentUnwritable, match="disk is full"):
            Project.open(path)
        project = Project.open(path, read_only=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert project.document.decisions
    project.close()
    copies.working_copy(path).close()
