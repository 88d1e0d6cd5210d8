"""Where projects lie: folders that cannot be written, links, network drives, files that are moved while open."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import AddMedia
from m2fnet_core.document.content import Medium
from m2fnet_core.document.project import DocumentLocked, DocumentUnwritable, Project, find_project_of, untitled
from m2fnet_core.document.store.place import kind_of_mount, remote_kind
from tests.core.document.desk import MODEL, filled, label, prediction

ROOT = Path(__file__).parents[3]
needs_users = pytest.mark.skipif(os.name == "nt", reason="rights work in another way on Windows")
# A user without rights on the folder; everything is imported before.
GUEST = """
import os, sys
from pathlib import Path

from m2fnet_core.document import copies
from m2fnet_core.document.project import DocumentUnwritable, Project
from tests.core.document.desk import filled, label

home = Path(sys.argv[1])

def left_open(path):
    project = filled(path)
    label(project, "u0", "joy")
    if not os.fork():
        label(project, "u1", "fear")
        os._exit(0)
    os.wait()

copies.working_copy(filled(home / "warm.m2f").path).close()
project = filled(home / "talk.m2f")
label(project, "u0", "joy")
project.close()
filled(home / "file.m2f").close()
(home / "file.m2f").chmod(0o444)
if not os.fork():
    crashed = filled(home / "crashed.m2f")
    label(crashed, "u0", "joy")
    os._exit(0)
os.wait()
(home / "crashed.m2f-shm").unlink()
open_folder = home / "open"
open_folder.mkdir()
(home / "file.m2f").rename(open_folder / "file.m2f")
open_folder.chmod(0o777)
home.chmod(0o555)
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for path in (home / "talk.m2f", home / "crashed.m2f", open_folder / "file.m2f"):
    try:
        Project.open(path)
    except DocumentUnwritable as error:
        print(error)
    copy = copies.working_copy(path)
    print(path.stem, copy.path.name, *(decision.label for decision in copy.document.decisions.values()))
    label(copy, "u2", "anger")
    copy.close()
reading = Project.open(home / "talk.m2f", read_only=True)
print("read", len(reading.document.decisions))
reading.close()
"""


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that every user of the machine can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    (folder / "home").chmod(0o700)
    shutil.rmtree(folder)


@needs_users
def test_what_cannot_be_written_is_told_and_worked_on_as_a_copy_with_all_that_was_done(open_to_all: Path) -> None:
    home, data = open_to_all / "home", open_to_all / "data"
    home.mkdir()
    command = [sys.executable, "-c", GUEST, str(home)]
    environment = {**os.environ, "M2FNET_DATA": str(data)}
    script = 'umask 0000; exec "$@"'
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *command], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if "cannot be written" not in line] == [
        "talk talk copy.m2f joy",
        "crashed crashed copy.m2f joy",
        "file file copy.m2f",
        "read 1",
    ]
    assert sum("cannot be written where it is" in line for line in lines) == 3


def test_two_ways_to_one_file_are_one_project(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    (tmp_path / "link.m2f").symlink_to(project.path)
    with pytest.raises(DocumentLocked, match="open in another window"):
        Project.open(tmp_path / "link.m2f")
    project.close()
    linked = Project.open(tmp_path / "link.m2f")
    assert linked.path == project.path
    linked.close()


MOUNTS = """\
26 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
27 26 0:40 / /mnt/lab\\040share rw shared:2 - nfs4 server:/share rw
28 26 8:2 / /home rw shared:3 - xfs /dev/sda2 rw
29 28 0:41 / /home/ann/cloud rw - fuse.rclone remote: rw
a line of another kind
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/tmp/a.m2f", "ext4"),
        ("/home/ann/a.m2f", "xfs"),
        ("/home/ann/cloud/deep/a.m2f", "fuse.rclone"),
        ("/mnt/lab share/a.m2f", "nfs4"),
        ("/mnt/lab/a.m2f", "ext4"),
    ],
)
def test_which_file_system_holds_a_path(path: str, kind: str) -> None:
    assert kind_of_mount(Path(path), MOUNTS) == kind
    assert kind_of_mount(Path(path), "") == ""


def test_this_machine_s_temporary_folder_is_no_network_drive(tmp_path: Path) -> None:
    assert remote_kind(tmp_path) == ""


def test_a_project_that_was_moved_or_deleted_while_open_takes_no_more_but_can_be_saved(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    label(project, "u0", "joy")
    project.path.rename(tmp_path / "moved.m2f")
    with pytest.raises(DocumentError, match="moved or deleted while it was open"):
        label(project, "u0", "fear")
    project.save_as(tmp_path / "kept.m2f")
    label(project, "u1", "fear")
    project.close()
    project = Project.open(tmp_path / "kept.m2f")
    assert [decision.label for decision in project.document.decisions.values()] == ["joy", "fear"]
    project.close()


def test_saving_over_a_project_that_crashed_leaves_nothing_of_it(tmp_path: Path) -> None:
    other = filled(tmp_path / "other.m2f")
    label(other, "u3", "anger")
    crashed = {ending: other.path.with_name(f"other.m2f{ending}").read_bytes() for ending in ("", "-wal")}
    other.close()
    for ending, body in crashed.items():
        (tmp_path / f"target.m2f{ending}").write_bytes(body)
    project = filled(tmp_path / "talk.m2f")
    label(project, "u0", "joy")
    project.save_as(tmp_path / "target.m2f")
    project.close()
    project = Project.open(tmp_path / "target.m2f")
    assert list(project.document.decisions) == [("u0", "me")]
    assert project.recovered == ""
    project.close()
    assert (tmp_path / "talk.m2f").exists()


def test_saving_onto_a_project_that_is_open_elsewhere_is_refused(tmp_path: Path) -> None:
    other, project = filled(tmp_path / "other.m2f"), filled(tmp_path / "talk.m2f")
    with pytest.raises(DocumentLocked):
        project.save_as(other.path)
    label(project, "u0", "joy")
    assert project.path == tmp_path / "talk.m2f"
    project.close()
    other.close()


def test_looking_for_a_video_s_project_leaves_nothing_beside_it(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    assert find_project_of("m1" * 32) == project.path  # while it is open, too
    project.close()
    assert find_project_of("m1" * 32) == project.path
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")) == ["talk.m2f"]


def test_a_name_that_is_no_text_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """Linux allows any bytes in a file's name."""
    project = filled(tmp_path / "talk.m2f")
    odd = Medium("m2", Path(os.fsdecode(b"/videos/caf\xe9.mp4")), "", "other", 10.0)
    with pytest.raises(DocumentError, match="no proper text; nothing was changed"):
        project.do(AddMedia((odd,)))
    assert list(project.document.media) == ["m1"]
    project.close()


def test_a_new_project_that_cannot_be_made_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(DocumentUnwritable):
        Project.create(tmp_path / "file" / "talk.m2f")
    with closing(sqlite3.connect(tmp_path / "talk.m2f-wal")) as connection:
        connection.execute("CREATE TABLE x(y)")  # a stranger's file of that name
    Project.create(tmp_path / "talk.m2f").close()
    assert Project.open(tmp_path / "talk.m2f").document.turns == {}


def test_an_untitled_project_s_name_fits_any_disk() -> None:
    path = untitled(Path("語" * 300 + ".mp4"))
    assert len(os.fsencode(path.name)) < 250
    project = Project.create(path)
    assert project.snapshot() is None or project.snapshots()
    project.close()


def test_readers_do_not_make_a_closed_project_look_crashed(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    reader = Project.open(project.path, read_only=True)
    label(project, "u0", "joy")
    reader.refresh()
    project.close()
    reader.close()
    project = Project.open(project.path)
    assert project.recovered == ""
    project.close()


def test_a_reader_sees_an_analysis(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    reader = Project.open(project.path, read_only=True)
    project.add_predictions("m1", MODEL, [(project.document.turns["u0"], prediction("u0"))])
    assert reader.refresh() is not None
    assert "u0" in reader.document.predictions
    assert reader.refresh() is None
    reader.close()
    project.close()
