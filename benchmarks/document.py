"""A project of 100 videos and 20,000 utterances: opening, a label, an undo, moved bounds, the file.

python -m benchmarks.document
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

from m2fnet_core.base.dialogue import Contributions, Prediction, Presence
from m2fnet_core.base.emotions import MELD
from m2fnet_core.document.commands import AddMedia, Decide, Delete, Insert, SetBounds
from m2fnet_core.document.content import Decision, Medium, Model, Turn
from m2fnet_core.document.project import Project

T = TypeVar("T")
VIDEOS, UTTERANCES = 100, 200
MODEL = Model("bench", "h" * 64, trained=True, labels=MELD.labels)
# Seconds; the window's repaint comes on top of all but the first and the last, which runs in a thread.
LIMITS = {"open": 1.0, "label": 0.01, "undo": 0.01, "bounds": 0.02, "delete": 0.02, "snapshot": 2.0}
MEGABYTES = 100


def main() -> int:
    """Print the figures; 1 when one is over its limit."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["M2FNET_DATA"] = folder
        path = Path(folder) / "large.m2f"
        make(path)
        size = path.stat().st_size / 1e6
        times = measured(path)
    print(f"{VIDEOS} videos, {VIDEOS * UTTERANCES} utterances with predictions: {size:.0f} MB (limit {MEGABYTES})")
    for name, seconds in times.items():
        print(f"{name}: {1000 * seconds:.1f} ms (limit {1000 * LIMITS[name]:.0f} ms)")
    return int(size > MEGABYTES or any(seconds > LIMITS[name] for name, seconds in times.items()))


def measured(path: Path) -> dict[str, float]:
    """Medians, in seconds."""
    openings = []
    for _ in range(5):
        seconds, project = _timed(lambda: Project.open(path))
        openings.append(seconds)
        project.close()
    project = Project.open(path)
    keys = list(project.document.turns)[:1000:20]
    snapshot, _ = _timed(project.snapshot)
    labels = [_timed(lambda key=key: _label(project, key))[0] for key in keys]  # type: ignore[misc]
    undos = [_timed(project.undo)[0] for _ in keys]
    bounds = [_timed(lambda key=key: _shorten(project, key))[0] for key in keys]  # type: ignore[misc]
    deletions = [_timed(lambda key=key: project.do(Delete((key,))))[0] for key in keys]  # type: ignore[misc]
    project.close()
    lists = (openings, labels, undos, bounds, deletions, [snapshot])
    return dict(zip(LIMITS, map(median, lists), strict=True))


def make(path: Path) -> None:
    """The whole project, analysed, with a decision on every utterance."""
    project = Project.create(path)
    media = [Medium(f"m{i}", Path(f"/videos/{i}.mp4"), "", f"{i:064d}", 1000.0) for i in range(VIDEOS)]
    project.do(AddMedia(tuple(media)))
    for i, medium in enumerate(media):
        keys = [f"{i:04d}-{k:04d}" for k in range(UTTERANCES)]
        turns = tuple(Turn(key, medium.id, 2.0 * k, 2.0 * k + 1.5, f"s{k % 3}", _TEXT) for k, key in enumerate(keys))
        project.do(Insert(turns, {f"s{n}": f"Speaker {n}" for n in range(3)}))
        attention = dict.fromkeys(keys[:33], 1 / 33)
        project.add_predictions(medium.id, MODEL, [(turn, _prediction(turn.id, attention)) for turn in turns])
        project.do(Decide(tuple(Decision(key, "someone", "joy") for key in keys)))
    project.close()


_TEXT = "what somebody says in a conversation, about as long as most of it"


def _prediction(key: str, attention: dict[str, float]) -> Prediction:
    probabilities = dict.fromkeys(MELD.labels, 1 / 7)
    present = Presence(text=True, audio=True, scene=True, faces=True)
    return Prediction(key, "joy", probabilities, present, Contributions(0.1, 0.2, 0.3), attention)


def _label(project: Project, key: str) -> None:
    project.do(Decide((Decision(key, "someone", "anger"),)))


def _shorten(project: Project, key: str) -> None:
    turn = project.document.turns[key]
    project.do(SetBounds({key: (turn.start, turn.end - 0.1)}))


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    start = perf_counter()
    found = work()
    return perf_counter() - start, found


if __name__ == "__main__":
    sys.exit(main())
