"""A process that is killed at any moment loses nothing that had returned."""

import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.places import projects_folder
from m2fnet_core.document.project import Project, untitled
from m2fnet_core.document.store.snapshots import KEPT, snapshots_of
from tests.core.document.desk import filled, label

ROOT = Path(__file__).parents[3]
KILLS = 100
# Everything is imported once; every line of input makes a worker by fork, which works until it is killed.
NURSERY = """
import os, sys
from pathlib import Path

from m2fnet_core.document.project import Project, untitled
from tests.core.document.desk import label

def work(path, what):
    project = Project.open(path)
    words = project.document.label_set.labels
    number = len(project.history())
    while True:
        number += 1
        label(project, f"u{number % 4}", words[number % 7])
        if what == "snapshots" and number % 5 == 0:
            project.snapshot()
        if what.startswith("moves") and number % 3 == 0:
            project.save_as(untitled(Path(f"{what}-{number}.mp4")))
        os.write(1, f"{number}\\n".encode())

for line in sys.stdin:
    worker = os.fork()
    if not worker:
        work(Path(sys.argv[1]), line.strip())
    os.write(1, f"pid {worker}\\n".encode())
    os.waitpid(worker, 0)
    os.write(1, b"gone\\n")
"""


class Nursery:
    """Makes workers and kills them."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in: IO[bytes] = process.stdin
        self._out: IO[bytes] = process.stdout

    def killed(self, moment: float, what: str = "commands") -> int:
        """Kill a worker ``moment`` seconds after its first command; the number of the last one that it told."""
        self._in.write(f"{what}\n".encode())
        self._in.flush()
        heard, worker, deadline = b"", 0, 0.0
        while not heard.endswith(b"gone\n"):
            left = max(0.0, deadline - time.monotonic()) if deadline else None
            if not select.select([self._out], [], [], left)[0]:
                os.kill(worker, signal.SIGKILL)
                deadline = 0.0
                continue
            heard += os.read(self._out.fileno(), 65536)
            words = heard.split(b"\n")
            if not worker and any(word.startswith(b"pid") for word in words[:-1]) and len(words) > 2:
                worker = int(next(word for word in words if word.startswith(b"pid"))[4:])
                deadline = time.monotonic() + moment
        return max(int(word) for word in heard.split(b"\n") if word.isdigit())


@contextmanager
def nursery(path: Path) -> Iterator[Nursery]:
    command = [sys.executable, "-c", NURSERY, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


def test_a_hundred_kills_lose_no_command_that_had_returned(tmp_path: Path) -> None:
    path = tmp_path / "p.m2f"
    filled(path).close()
    moments = random.Random(4)
    with nursery(path) as workers:
        for _ in range(KILLS):
            told = workers.killed(moments.uniform(0.0, 0.05))
            project = Project.open(path)
            assert sound(path)
            assert len(project.history()) >= told
            assert project.undo_title == "label"
            project.close()


def test_kills_during_snapshots_leave_only_sound_ones(tmp_path: Path) -> None:
    path = tmp_path / "p.m2f"
    filled(path).close()
    moments = random.Random(5)
    with nursery(path) as workers:
        for _ in range(12):
            workers.killed(moments.uniform(0.0, 0.2), "snapshots")
    kept = snapshots_of(path)
    # Killed between a new one and the end of the oldest, a project has one too many until the next is taken.
    assert 0 < len(kept) <= KEPT + 1
    for snapshot in kept:
        assert sound(snapshot)
        copy = Project.open(snapshot, read_only=True)
        assert len(copy.document.turns) == 4
        copy.close()
    project = Project.open(path)
    label(project, "u0", "joy")
    project.snapshot()
    project.close()
    assert len(snapshots_of(path)) <= KEPT


def test_kills_while_a_project_moves_leave_one_that_holds_everything(tmp_path: Path) -> None:
    """An untitled project is saved under one name after the other; each time the former one goes."""
    moments = random.Random(6)
    first = untitled(Path("first.mp4"))
    filled(first).close()
    with nursery(first) as workers:
        for turn in range(10):
            told = workers.killed(moments.uniform(0.0, 0.2), f"moves {turn}")
            places = list(projects_folder().glob("*.m2f"))
            most = max(places, key=steps)
            assert steps(most) >= told
            for place in places:
                if place != most:
                    place.unlink()
            if most != first:
                project = Project.open(most)
                project.save_as(first)
                project.close()


def sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


def steps(path: Path) -> int:
    """How much a project holds; 0 for one that was being made."""
    try:
        project = Project.open(path)
    except DocumentError:
        return 0
    done = len(project.history())
    project.close()
    return done
