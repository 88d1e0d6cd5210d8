"""A project file with statements that are not the program's is refused; a person's own table is left in peace."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from m2fnet_core.base.emotions import MELD
from m2fnet_core.document.project import Project
from m2fnet_core.document.store.failing import DocumentDamaged

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "talk.m2f"
    Project.create(made, MELD).close()
    return made


def plant(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    "statements",
    [
        (
            "DROP TABLE turns",
            f"CREATE VIEW turns AS SELECT x AS id, x AS medium, 0 AS start, 1 AS end, '' AS speaker, '' AS text "
            f"FROM ({ENDLESS})",
        ),
        (f"CREATE TRIGGER slow AFTER INSERT ON log BEGIN SELECT count(*) FROM ({ENDLESS}); END",),
        ("CREATE TRIGGER no BEFORE INSERT ON decisions BEGIN SELECT RAISE(IGNORE); END",),
        ("CREATE TRIGGER wipe AFTER INSERT ON Decisions BEGIN DELETE FROM decisions; END",),
        ("DROP TRIGGER log_no_update", "CREATE TRIGGER log_no_update BEFORE UPDATE ON log BEGIN SELECT 1; END"),
        ("DROP TABLE faces",),
        ("CREATE UNIQUE INDEX one ON log(kind)",),
    ],
    ids=["view", "slow", "ignore", "wipe", "changed", "lost", "index"],
)
@pytest.mark.parametrize("read_only", [False, True])
def test_planted_statements_are_refused(path: Path, statements: tuple[str, ...], read_only: bool) -> None:
    plant(path, *statements)
    with pytest.raises(DocumentDamaged, match=r"talk\.m2f is damaged \(its form"):
        Project.open(path, read_only=read_only)


def test_a_table_of_a_person_s_own_is_no_damage(path: Path, tmp_path: Path) -> None:
    plant(path, 'CREATE TABLE "my ""notes"" here"(line TEXT)', "CREATE VIEW mine AS SELECT * FROM turns")
    project = Project.open(path)
    project.save_as(tmp_path / "copy.m2f")
    project.close()
    Project.open(tmp_path / "copy.m2f").close()


def test_triggers_and_indexes_that_were_taken_away_come_back(path: Path) -> None:
    plant(path, "DROP TRIGGER log_no_update", "DROP INDEX arrivals")
    Project.open(path, read_only=True).close()
    Project.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert {"log_no_update", "arrivals"} <= names
