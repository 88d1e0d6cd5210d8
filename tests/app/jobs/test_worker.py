"""The worker as the window sees it: jobs have names, a death is told, and a new one starts."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.worker import WorkerClient
from m2fnet_core.base.events import Event, Finished, Progress, Stopped
from m2fnet_core.base.requests import Analyze, ScanFaces
from tests.patience import patiently, signalled

ANSWERS = """
import sys
from m2fnet_core.base import events
from m2fnet_core.base import requests
for line in sys.stdin:
    job, request = requests.from_line(line)
    if isinstance(request, requests.Analyze):  # works until it is cancelled
        event = events.Progress("working", 0, 1)
    elif isinstance(request, requests.Cancel):
        event = events.Stopped()
    else:
        event = events.Finished({"media": request.media.name})
    print(events.to_line(event, job), flush=True)
"""
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def worker(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerClient]:
    """A worker that answers without knowing anything."""
    (tmp_path / "answering_worker.py").write_text(ANSWERS, encoding="utf-8")
    (tmp_path / "stillborn_worker.py").write_text("raise SystemExit('no torch here')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    monkeypatch.setattr("app.jobs.worker._MODULE", "answering_worker")
    client = WorkerClient()
    yield client
    client.close()


def test_answers_carry_the_name_of_their_job(qtbot: QtBot, worker: WorkerClient) -> None:
    heard: list[tuple[str, Event]] = []
    worker.heard.connect(lambda job, event: heard.append((job, event)))
    jobs = [worker.submit(ScanFaces(Path(name))) for name in ("a.mp4", "b.mp4")]
    patiently(qtbot, lambda: len(heard) == 2)
    assert heard == [(jobs[0], Finished({"media": "a.mp4"})), (jobs[1], Finished({"media": "b.mp4"}))]


def test_a_job_is_cancelled_by_its_name(qtbot: QtBot, worker: WorkerClient) -> None:
    with signalled(qtbot, worker.heard) as arguments:
        job = worker.submit(Analyze(Path("a.mp4")))
    assert isinstance(arguments[1], Progress)
    worker.cancel("nobody's")
    with qtbot.waitSignal(worker.heard) as heard:
        worker.cancel(job)
    assert heard.args == [job, Stopped()]


@pytest.mark.skipif(os.name == "nt", reason="signals are a matter of POSIX")
def test_a_dead_worker_is_told_once_and_started_again(qtbot: QtBot, worker: WorkerClient) -> None:
    with signalled(qtbot, worker.heard):
        worker.submit(Analyze(Path("a.mp4")))
    first = worker.pid
    with signalled(qtbot, worker.died) as arguments:
        os.kill(first, signal.SIGKILL)
    assert arguments == ["The analysis process ended unexpectedly (it crashed or was killed)."]
    with signalled(qtbot, worker.heard):
        worker.submit(ScanFaces(Path("b.mp4")))
    assert worker.pid not in (0, first)


def test_one_that_dies_at_once_is_not_started_over_and_over(
    qtbot: QtBot, worker: WorkerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.jobs.worker._MODULE", "stillborn_worker")
    stillborn = WorkerClient()
    with signalled(qtbot, stillborn.died) as arguments:
        stillborn.start()
    assert arguments[0].endswith("(exit code 1): no torch here")
    assert stillborn.pid == 0
    assert stillborn.log == ("no torch here",)
