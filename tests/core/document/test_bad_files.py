"""Files that are damaged, foreign, newer, on a full disk or in a folder that cannot be written."""

import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from m2fnet_core.document.commands import SetText
from m2fnet_core.document.project import DocumentDamaged, Project
from m2fnet_core.document.store.snapshots import KEPT
from m2fnet_core.errors import DocumentError
from tests.core.document.desk import MODEL, filled, label, prediction

ROOT = Path(__file__).parents[3]


def test_damage_to_any_page_is_named_with_a_snapshot_that_opens(tmp_path: Path) -> None:
    """Whatever part of the file is overwritten, opening either says so or everything is there."""
    path = tmp_path / "talk.m2f"
    project = filled(path)
    project.add_predictions("m1", MODEL, [(turn, prediction(key)) for key, turn in project.document.turns.items()])
    label(project, "u0", "joy")
    before, snapshot = dict(project.document.turns), project.snapshot()
    project.close()
    sound = path.read_bytes()
    named = 0
    for start in range(0, len(sound), 4096):
        path.write_bytes(sound[:start] + b"\xa5" * 4096 + sound[start + 4096 :])
        try:
            opened = Project.open(path)
        except DocumentError as error:
            named += str(snapshot) in str(error) or "no project" in str(error)
            assert path.read_bytes()[start : start + 10] == b"\xa5" * 10  # the damaged file stays as it is
        else:
            assert dict(opened.document.turns) == before
            opened.close()
    assert named > len(sound) // 4096 // 2
    assert snapshot is not None
    recovered = Project.open_snapshot(snapshot, path)
    assert dict(recovered.document.turns) == before
    assert recovered.path == tmp_path / "talk recovered.m2f"
    recovered.close()


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
        "from m2fnet_core.errors import DocumentError\n"
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


def test_a_folder_that_cannot_be_written_gives_a_working_copy(tmp_path: Path) -> None:
    home = tmp_path / "share"
    home.mkdir()
    path = home / "talk.m2f"
    filled(path).close()
    (home / "talk.m2f.lock").unlink(missing_ok=True)
    home.chmod(0o500)
    try:
        copy = Project.working_copy(path)
        label(copy, "u0", "joy")
        assert copy.path != path
        copy.close()
    finally:
        home.chmod(0o700)
    original = Project.open(path, read_only=True)
    assert not original.document.decisions
    original.close()


def test_snapshots_are_made_when_something_changed_and_the_newest_stay(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    assert project.snapshot() is not None
    assert project.snapshot() is None
    for number in range(KEPT + 3):
        project.do(SetText("u0", str(number)))
        project.snapshot()
    kept = project.snapshots()
    assert len(kept) == KEPT
    newest = Project.open(kept[0], read_only=True)
    assert newest.document.turns["u0"].text == str(KEPT + 2)
    newest.close()
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
