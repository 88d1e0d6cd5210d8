"""Files that are foreign, newer, on a full disk or held by another program. Damage: test_damage.py."""

import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import SetText
from m2fnet_core.document.content import Turn
from m2fnet_core.document.project import DocumentDamaged, Project
from tests.core.document.desk import MODEL, filled, label, prediction

ROOT = Path(__file__).parents[3]


def test_what_is_no_project_says_so(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.m2f", tmp_path / "other.m2f"
    text.write_text("These are my notes about the second interview, which went on for long." * 20, encoding="utf-8")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE turns(id TEXT)")
    for path in (text, other):
        with pytest.raises(DocumentError, match=r"is no project of this program; choose a file"):
            Project.open(path)
    with pytest.raises(DocumentError, match="There is no file"):
        Project.open(tmp_path / "gone.m2f")
    with pytest.raises(DocumentError, match="is there already"):
        Project.create(text)


def test_a_newer_form_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "talk.m2f"
    filled(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(DocumentError, match="newer version of this program"):
        Project.open(path)
    assert path.read_bytes() == before


def test_a_full_disk_during_a_command_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """In a child whose files may not grow."""
    path = tmp_path / "talk.m2f"
    filled(path).close()
    limit = path.stat().st_size + 60_000
    program = (
        "import sys, signal; from pathlib import Path; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from m2fnet_core.document.project import Project\n"
        "from m2fnet_core.document.commands import SetText\n"
        "from m2fnet_core.base.errors import DocumentError\n"
        "project, done = Project.open(Path(sys.argv[1])), 0\n"
        "for size in (10, 5000, 200_000, 10):\n"
        "    before = project.document\n"
        "    try: project.do(SetText('u0', 'x' * size)); done += 1\n"
        "    except DocumentError as error:\n"
        "        assert project.document is before\n"
        "        print(error)\n"
        "print(done, len(project.document.turns['u0'].text))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    refused, told = done.stdout.strip().splitlines()
    assert "nothing was changed" in refused
    assert told == "3 10"
    project = Project.open(path)
    assert project.document.turns["u0"].text == "x" * 10
    project.close()


def test_a_disk_that_fills_up_is_named(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    pages = project._connection.execute("PRAGMA page_count").fetchone()[0]
    project._connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    before = project.document
    with pytest.raises(DocumentError, match=r"The disk of .*talk.m2f is full; nothing was changed"):
        project.do(SetText("u0", "x" * 100_000))
    turns = list(before.turns.values())
    with pytest.raises(DocumentError, match="is full"):
        project.add_predictions("m1", MODEL, [(turn, prediction(turn.id)) for turn in turns] + [_long(turns[0])])
    assert project.document is before
    label(project, "u0", "joy")
    project.close()
    project = Project.open(project.path)
    assert project.document.turns["u0"].text == "words 0"
    assert len(project.history()) == 3
    project.close()


def _long(turn: Turn) -> tuple[Turn, Prediction]:
    other = replace(turn, id="other")
    return other, replace(prediction("other"), attention={str(k): 0.1 for k in range(10_000)})


def test_a_program_that_holds_the_file_is_named(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    project._connection.execute("PRAGMA busy_timeout = 0")
    before = project.document
    with closing(sqlite3.connect(project.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DocumentError, match=r"talk.m2f is held by another program; nothing was changed"):
            label(project, "u0", "joy")
        assert project.document is before
        with pytest.raises(DocumentError, match="held by another program"):
            project.undo()
        assert project.undo_title == "insert"
    label(project, "u0", "joy")
    project.close()


def test_order_does_not_hang_on_the_clock(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    turn = project.document.turns["u0"]
    project.add_predictions("m1", MODEL, [(turn, prediction("u0", "joy"))], time="2030-01-01T00:00:00+00:00")
    project.add_predictions("m1", MODEL, [(turn, prediction("u0", "fear"))], time="1999-01-01T00:00:00+00:00")
    project.close()
    project = Project.open(project.path)
    assert project.document.predictions["u0"].prediction.label == "fear"
    project.close()


def test_a_damaged_project_without_a_snapshot_says_that_too(tmp_path: Path) -> None:
    path = tmp_path / "talk.m2f"
    filled(path).close()
    body = bytearray(path.read_bytes())
    body[4096 : 4096 * 3] = b"\xff" * 4096 * 2
    path.write_bytes(body)
    with pytest.raises(DocumentDamaged, match="There is no snapshot"):
        Project.open(path)
