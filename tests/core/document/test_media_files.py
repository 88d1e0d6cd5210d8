"""Videos that are not where they were, cannot be read, or lie somewhere else now."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.document.commands import AddMedia
from m2fnet_core.document.content import Medium, MediumState
from m2fnet_core.document.media_files import found_in, looked_up
from m2fnet_core.document.project import Project
from m2fnet_core.media.content import content_hash
from tests.core.document.desk import filled, label, medium


def video(path: Path, body: bytes = b"some video") -> Medium:
    """A file, as a medium named after it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return replace(medium(path.stem, path), sha256=content_hash(path))


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("gone.mp4", MediumState.MISSING),
        ("a file/gone.mp4", MediumState.MISSING),
        ("folder", MediumState.MISSING),
        ("x" * 300 + ".mp4", MediumState.UNREADABLE),
    ],
)
def test_no_path_keeps_a_project_from_opening(tmp_path: Path, name: str, state: MediumState) -> None:
    (tmp_path / "a file").write_text("no folder", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    project = filled(tmp_path / "talk.m2f")
    project.do(AddMedia((Medium("m2", tmp_path / name, "", "", 10.0),)))
    project.close()
    project = Project.open(project.path)
    found = project.document.media["m2"]
    assert found.state is state
    assert name in found.reason
    label(project, "u0", "joy")
    project.close()


@pytest.mark.skipif(os.name == "nt", reason="rights work in another way on Windows")
def test_a_file_without_rights_is_unreadable(tmp_path: Path) -> None:
    one = video(tmp_path / "a.mp4")
    one.path.chmod(0)
    if not os.access(one.path, os.R_OK):  # root reads everything
        assert looked_up(one, tmp_path).state is MediumState.UNREADABLE
    one.path.chmod(0o600)
    assert looked_up(one, tmp_path).state is MediumState.OK


def test_a_whole_folder_is_found_at_once_by_content(tmp_path: Path) -> None:
    media = [video(tmp_path / "old" / f"v{k}.mp4", b"video %d" % k) for k in range(3)]
    new = tmp_path / "new" / "deep"
    new.mkdir(parents=True)
    media[0].path.rename(new / "v1.mp4")  # another one's name
    media[1].path.rename(new / "other.MP4")
    media[2].path.rename(new / "v2.avi")  # another kind: not looked into
    (new / "v3.mp4").write_bytes(b"")
    missing = [looked_up(one, tmp_path) for one in media]
    found = {one.id: one for one in found_in(tmp_path / "new", missing, tmp_path)}
    assert {key: one.path.name for key, one in found.items()} == {"v0": "v1.mp4", "v1": "other.MP4"}
    assert found["v0"].relative == "new/deep/v1.mp4"
    assert {one.state for one in found.values()} == {MediumState.OK}


def test_relinking_is_a_step_and_tells_what_it_touched(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "talk.m2f")
    one = video(tmp_path / "a.mp4")
    project.do(AddMedia((one,)))
    (tmp_path / "deep").mkdir()
    one.path.rename(tmp_path / "deep" / "b.mp4")
    change = project.relink(tmp_path)
    assert change is not None
    assert change.media == {"a"}
    assert project.document.media["a"].path == tmp_path / "deep" / "b.mp4"
    project.undo()
    assert project.document.media["a"].state is MediumState.MISSING
    project.close()
