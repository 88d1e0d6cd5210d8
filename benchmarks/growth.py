"""What a tenfold conversation costs: lists, statistics, agreement, face tracks and drawn sound, per item of each.

python -m benchmarks.growth
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from rich.console import Console
from rich.table import Table

from app.models.tables.utterance_table import Column, UtteranceTable
from app.models.video.session import Session
from m2fnet_core.base.dialogue import FaceBox, Utterance
from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.events import AnalysisStarted
from m2fnet_core.document.agreement import compare
from m2fnet_core.document.content import Decision, Document, Medium, Speaker, Turn
from m2fnet_core.document.formats import LabelChoice
from m2fnet_core.document.statistics import Following, by_speaker, over_time, sayings, transitions
from m2fnet_core.people.face_tracks import FaceTracks

_SMALL, _LARGE = 2_000, 20_000
_ROUNDS = 5
_LIMIT = 2.0  # times as much for an item of the larger one; what looks at all others for each is near 10

Work = Callable[[], object]


def main() -> int:
    """Print the ratios; 1 when one is over the limit."""
    _application = QApplication.instance() or QApplication([])
    table = Table("work", "2,000", "20,000", "an item of the larger, times as much")
    worst = 0.0
    for name, prepare in PREPARED.items():
        small, large = _taken(prepare, _SMALL), _taken(prepare, _LARGE)
        ratio = large / small * _SMALL / _LARGE
        worst = max(worst, ratio)
        table.add_row(name, f"{1000 * small:.1f} ms", f"{1000 * large:.1f} ms", f"{ratio:.2f}")
    Console().print(table)
    print(f"largest ratio {worst:.2f} (limit {_LIMIT:.0f})")
    return int(worst > _LIMIT)


def _taken(prepare: Callable[[int], Iterator[Work]], items: int) -> float:
    """Seconds of the processor, the median of some rounds."""
    times = []
    for work, _ in zip(prepare(items), range(_ROUNDS), strict=False):
        began = process_time()
        work()
        times.append(process_time() - began)
    return median(times)


def spoken(items: int) -> Session:
    """Two people in turn, two seconds each."""
    session = Session()
    said = (Utterance(f"u{k}", 2.0 * k, 2.0 * k + 1.5, ("Ada", "Bo")[k % 2], f"hello {k % 9}") for k in range(items))
    session.apply(AnalysisStarted(Path("long.mp4"), "made up", "trained", MELD.labels, "cpu", tuple(said)))
    return session


def who_speaks(items: int) -> Iterator[Work]:
    """The utterances at every moment of the conversation."""
    session = spoken(items)
    while True:
        yield lambda: [session.utterances_at(2.0 * k + 1) for k in range(items)]


def sorted_and_filtered(items: int) -> Iterator[Work]:
    """The table of utterances by text, backwards, then those with a word."""
    table = UtteranceTable(spoken(items))

    def work() -> None:
        table.set_filter("")
        table.sort(Column.TEXT, Qt.SortOrder.DescendingOrder)
        table.set_filter("hello 3")

    while True:
        yield work


def counted(items: int) -> Iterator[Work]:
    """Statistics of ten videos, each utterance decided."""
    each = items // 10
    turns = [Turn(f"u{k}", f"m{k // each}", k % each / 20, k % each / 20 + 0.03, f"s{k % 3}") for k in range(items)]
    document = Document(
        media={f"m{k}": Medium(f"m{k}", Path(f"/{k}.mp4"), "", f"{k:032}", 9999.0) for k in range(10)},
        speakers={f"s{k}": Speaker(f"s{k}", f"Speaker {k}") for k in range(3)},
        turns={turn.id: turn for turn in turns},
        decisions={(t.id, "me"): Decision(t.id, "me", MELD.labels[k % 7]) for k, t in enumerate(turns)},
    )

    def work() -> None:
        said = sayings(document, LabelChoice.HUMAN, "me")
        by_speaker(said)
        over_time(said, 60)
        transitions(said, Following.ANY)

    while True:
        yield work


def compared(items: int) -> Iterator[Work]:
    """Two annotators, with intervals over dialogues of 200 utterances."""
    drawn = np.random.default_rng(1).integers(0, 7, items)
    first = {f"u{k}": MELD.labels[int(c)] for k, c in enumerate(drawn)}
    second = {name: label if k % 3 else "anger" for k, (name, label) in enumerate(first.items())}
    dialogues = {name: f"d{k // 200}" for k, name in enumerate(first)}
    while True:
        yield lambda: compare(first, second, MELD.labels, dialogues)


def followed(items: int) -> Iterator[Work]:
    """Two faces, five times a second."""

    def work() -> None:
        tracks = FaceTracks()
        for k in range(items):
            boxes = ((10.0 + k % 7, 10.0, 50.0 + k % 7, 60.0), (200.0 + k % 5, 20.0, 240.0 + k % 5, 70.0))
            tracks.add(k / 5, tuple(FaceBox(k / 5, box, 0.99, 0.5) for box in boxes))

    while True:
        yield work


PREPARED: dict[str, Callable[[int], Iterator[Work]]] = {
    "who speaks, at every utterance": who_speaks,
    "the table, sorted and filtered": sorted_and_filtered,
    "statistics": counted,
    "agreement": compared,
    "faces followed": followed,
}


if __name__ == "__main__":
    sys.exit(main())
