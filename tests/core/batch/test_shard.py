"""One share of many videos, with an analysis of known result in place of the real one."""

import json
import os
import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.events import Failed, Finished, Hook, Stopped
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze
from m2fnet_core.batch.claims import Claims
from m2fnet_core.batch.folder import made
from m2fnet_core.batch.outcome import Journal, Journals, Outcome
from m2fnet_core.batch.plan import Task
from m2fnet_core.batch.settings import Settings
from m2fnet_core.batch.shard import Run, analyse_shard


@pytest.fixture
def run(tmp_path: Path) -> Run:
    settings = Settings(Analyze(Path()), "made up", "ab" * 32)
    made(tmp_path / "out", settings)
    return Run(tmp_path / "out", settings)


def tasks(folder: Path, count: int) -> list[Task]:
    found = []
    for number in range(count):
        path = folder / f"{number}.mp4"
        path.write_bytes(b"x")
        found.append(Task(path, f"{number}.json", 1.0))
    return found


def easy(asked: Analyze, hook: Hook, cancel: CancelToken) -> Finished | Failed | Stopped:
    if cancel.cancelled:
        return Stopped()
    media = {"path": str(asked.media), "sha256": "00" * 32, "duration": 1.0}
    return Finished({"media": media, "utterances": [], "text": "x" * 1000})


def test_what_another_run_works_at_or_did_meanwhile_is_left_to_it(run: Run, tmp_path: Path) -> None:
    """Two runs into one folder, which began with the same plan."""
    planned = tasks(tmp_path, 3)
    with Claims(run.folder.claims).held(str(planned[0].media)):
        first = analyse_shard(planned[:2], run, work=easy)
    assert [outcome.state for outcome in first] == ["skipped", "done"]
    assert "is being analysed by process" in first[0].reason
    second = analyse_shard(planned, run, work=easy)
    assert [outcome.state for outcome in second] == ["done"] * 3
    journals = Journals(run.folder.journals)
    assert len(journals.take()) == 3  # each of them once


def test_a_video_over_which_workers_end_again_and_again_is_given_up(run: Run, tmp_path: Path) -> None:
    (task,) = tasks(tmp_path, 1)
    with Claims(run.folder.claims).held(str(task.media)) as (me, _):
        place = next(run.folder.claims.glob("*.claim"))
    place.write_text(json.dumps(asdict(replace(me, born="earlier", attempts=3))), "utf-8")
    (outcome,) = analyse_shard([task], run, work=easy)
    assert outcome.state == "failed"
    assert "3 processes ended while they analysed 0.mp4" in outcome.reason
    assert analyse_shard([replace(task, turn=2)], run, work=easy)[0].state == "done"


@contextmanager
def no_room(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size`` bytes: what a full disk does to a result."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_ends_the_run_with_one_sentence_and_keeps_what_is_done(run: Run, tmp_path: Path) -> None:
    planned = tasks(tmp_path, 3)
    analyse_shard(planned[:1], run, work=easy)
    with no_room(800), pytest.raises(DocumentError, match=r"cannot be written .* run the same command again"):
        analyse_shard(planned[1:], run, work=easy)
    assert [path.name for path in run.folder.results.glob("?.json*")] == ["0.json"]
    again = analyse_shard(planned, run, work=easy)
    assert [outcome.state for outcome in again] == ["done"] * 3
    assert Claims(run.folder.claims).living() == []


def test_a_run_that_is_stopped_says_what_it_did(run: Run, tmp_path: Path) -> None:
    cancel = CancelToken()

    def once(asked: Analyze, hook: Hook, token: CancelToken) -> Finished | Failed | Stopped:
        ended = easy(asked, hook, token)
        cancel.cancel()
        return ended

    assert len(analyse_shard(tasks(tmp_path, 3), run, cancel=cancel, work=once)) == 1


def test_a_video_that_changes_while_it_is_analysed_is_done_again(run: Run, tmp_path: Path) -> None:
    def slow(asked: Analyze, hook: Hook, token: CancelToken) -> Finished | Failed | Stopped:
        asked.media.write_bytes(b"other content")
        return easy(asked, hook, token)

    (outcome,) = analyse_shard(tasks(tmp_path, 1), run, work=slow)
    assert (outcome.state, outcome.again) == ("failed", True)
    assert "changed while it was analysed" in outcome.reason


def test_a_video_whose_drive_comes_back_is_analysed(run: Run, tmp_path: Path) -> None:
    (task,) = tasks(tmp_path, 1)
    away = tmp_path / "away.mp4"

    def interrupted(asked: Analyze, hook: Hook, token: CancelToken) -> Finished | Failed | Stopped:
        if not away.exists() and asked.media.stat().st_nlink == 1:
            os.link(asked.media, away)
            asked.media.unlink()
            threading.Timer(0.2, lambda: os.link(away, asked.media)).start()
            return Failed("The drive is away.")
        return easy(asked, hook, token)

    (outcome,) = analyse_shard([task], run, work=interrupted)
    assert outcome.state == "done"


def test_half_a_line_of_a_journal_counts_as_not_written(tmp_path: Path) -> None:
    journal, reader = Journal(tmp_path), Journals(tmp_path)
    journal.add(Outcome(media="/a.mp4", state="failed", turn=1))
    path = next(tmp_path.iterdir())
    with path.open("ab") as file:
        file.write(b'\n{"media": "/a.mp4", "state": "do')  # the disk was full, or the machine went down
    journal.add(Outcome(media="/b.mp4", state="done"))
    journal.add(Outcome(media="/a.mp4", state="done", turn=2))
    assert [(each.media, each.state) for each in reader.take()] == [
        ("/a.mp4", "failed"),
        ("/b.mp4", "done"),
        ("/a.mp4", "done"),
    ]
    assert reader.newest["/a.mp4"].turn == 2
    assert reader.take() == []
