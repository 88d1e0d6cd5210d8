"""Snapshots: taken when something was done, proven before an older one goes, found again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import SetText
from m2fnet_core.document.project import Project
from m2fnet_core.document.store.snapshots import KEPT, folder_of
from tests.core.document.desk import MODEL, filled, label, prediction


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


def test_an_analysis_alone_is_worth_a_snapshot(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    assert project.snapshot() is not None
    project.add_predictions("m1", MODEL, [(project.document.turns["u0"], prediction("u0"))])
    path = project.snapshot()
    assert path is not None
    copy = Project.open(path, read_only=True)
    assert list(copy.document.predictions) == ["u0"]
    copy.close()
    project.close()


def test_what_was_done_before_closing_is_still_due_after_opening(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    project.snapshot()
    project.close()
    project = Project.open(project.path)
    assert project.snapshot() is None
    label(project, "u0", "joy")
    project.close()
    project = Project.open(project.path)
    assert project.snapshot() is not None
    project.close()


def test_a_snapshot_is_taken_in_another_thread_while_commands_go_on(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    with ThreadPoolExecutor(1) as pool:
        for number in range(20):
            project.do(SetText("u0", str(number)))
            taking = pool.submit(_work(project))
            while not taking.done():
                label(project, "u1", "joy")
            assert taking.result() is not None
    copy = Project.open(project.snapshots()[0], read_only=True)
    assert copy.document.turns["u0"].text == "19"
    copy.close()
    project.close()


def _work(project: Project) -> Callable[[], Path | None]:
    work = project.snapshot_work()
    assert work is not None
    return work


def test_a_reader_takes_none(tmp_path: Path) -> None:
    filled(tmp_path / "talk.m2f").close()
    reader = Project.open(tmp_path / "talk.m2f", read_only=True)
    assert reader.snapshot() is None
    reader.close()


def test_what_a_killed_process_left_half_written_goes_and_other_files_stay(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    folder = folder_of(project.path)
    folder.mkdir(parents=True)
    for name in (".00000001 x.m2f.abc.part", ".00000001 x.m2f.abc.part-journal", "notes.m2f", "notes.txt"):
        (folder / name).write_text("half", encoding="utf-8")
    path = project.snapshot()
    assert path is not None
    assert {found.name for found in folder.iterdir()} == {path.name, "notes.m2f", "notes.txt"}
    project.close()


def test_without_a_place_for_it_the_older_ones_stay_and_the_next_is_still_due(tmp_path: Path) -> None:
    project = filled(tmp_path / "talk.m2f")
    folder = folder_of(project.path)
    folder.parent.mkdir(parents=True)
    folder.write_text("a file in the way", encoding="utf-8")
    with pytest.raises(DocumentError, match="No snapshot could be kept"):
        project.snapshot()
    folder.unlink()
    assert project.snapshot() is not None
    project.close()
