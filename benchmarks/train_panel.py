"""The training window beside a run of 100,000 batches: how long it takes to show it, and each batch after that.

python -m benchmarks.train_panel
"""

import json
import math
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest

from app.base.settings import Settings
from app.base.theme import apply_scheme
from app.main import create_application
from app.models.notices import Notices
from app.models.training.runs import Runs
from app.models.video.session import Session
from app.views.train.runs_page import RunsPage
from m2fnet_core.base.json_codec import plain
from trainer.config import RunConfig
from trainer.events import Epoch, Progress, Started, to_line
from trainer.run.file import write_run
from trainer.run.lock import locked
from trainer.run.view import runs_folder

_POINTS, _NEWS, _SLICE = 100_000, 30, 1000
_PARTS = ("total", "L_AMT", "L_Cov", "L_Var", "cross_entropy")
_LIMIT = 0.05  # seconds: a frame that a person notices


def main() -> int:
    """Print the figures; 1 when the news keep the window at work for longer than the limit."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["M2FNET_DATA"] = folder
        create_application()
        apply_scheme("dark")
        run = runs_folder() / "long"
        with locked(run):  # as if it were trained now
            events = _write(run)
            start = perf_counter()
            runs, page = _shown()
            print(f"a run of {_POINTS} batches on screen: {perf_counter() - start:.2f} s")
            page.close()
            runs.close()
            runs, page = _watched(events)
            times = [_news(runs, page, events, number) for number in range(_NEWS)]
            runs.close()
    walls, works = zip(*times, strict=True)
    for name, found in (("until painted", walls), ("of work alone", works)):
        print(f"news, {name}: {1000 * median(found):.1f} ms, worst {1000 * max(found):.1f} ms")
    print(f"limit of the work: {1000 * _LIMIT:.0f} ms")
    return int(max(works) > _LIMIT)


def _shown() -> tuple[Runs, RunsPage]:
    runs = Runs(Settings(), Notices())
    page = RunsPage(runs, Session())
    page.resize(1180, 860)
    page.show()
    QTest.qWait(0)
    return runs, page


def _watched(events: Path) -> tuple[Runs, RunsPage]:
    """The window after it has seen every batch: a run that is read anew has fewer points."""
    lines = events.read_bytes().splitlines(keepends=True)
    events.write_bytes(lines[0])
    runs, page = _shown()
    for start in range(1, len(lines), _SLICE):
        with events.open("ab") as file:
            file.writelines(lines[start : start + _SLICE])
        runs.look()
    QTest.qWait(0)
    return runs, page


def _write(run: Path) -> Path:
    """The folder of a training that is nearly over; returns its events' file."""
    config = RunConfig("long", out=runs_folder(), steps=("audio",))
    write_run(config, run / "run.toml")
    (run / "run.json").write_text(_about(config), encoding="utf-8")
    path = run / "events.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.write(to_line(Started("audio", run, "cpu", 60, _POINTS + _NEWS)) + "\n")
        for number in range(1, _POINTS + 1):
            file.write(to_line(_progress(number)) + "\n")
            if number % (_POINTS // 60) == 0:
                figures = {"probe_weighted_f1": 0.6, "knn_accuracy": 0.5}
                file.write(to_line(Epoch("audio", number * 60 // _POINTS, {}, figures, True)) + "\n")
    return path


def _about(config: RunConfig) -> str:
    return json.dumps({"program": version("m2fnet-studio"), "config": plain(config)})


def _progress(number: int) -> Progress:
    losses = {name: 2 * math.exp(-number / 2e4) + 0.1 * math.sin(number) for name in _PARTS}
    return Progress("audio", number, _POINTS + _NEWS, 60.0, 70.0, None, losses)


def _news(runs: Runs, page: RunsPage, events: Path, number: int) -> tuple[float, float]:
    """Seconds from looking into the folder, which has one batch more, to the last painted pixel.

    By the clock, and of the processor: the difference is time that other programs took.
    """
    with events.open("a", encoding="utf-8") as file:
        file.write(to_line(_progress(_POINTS + 1 + number)) + "\n")
    start, worked = perf_counter(), process_time()
    runs.look()
    QTest.qWait(0)
    return perf_counter() - start, process_time() - worked


if __name__ == "__main__":
    sys.exit(main())
