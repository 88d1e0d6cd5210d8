"""Painting the timeline of ten hours with 20,000 utterances: pans and zooms at several zoom levels.

python -m benchmarks.timeline
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication
from rich.console import Console
from rich.table import Table

from app.base.theme import apply_scheme
from app.models.video.session import Session
from app.views.timeline import Timeline
from app.views.timeline.canvas import Canvas
from app.views.timeline.scene import Sound
from m2fnet_core.base.dialogue import Prediction, Presence, Utterance
from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.events import AnalysisStarted, Predicted
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.pyramid import DiskStore, Pyramid, Shape
from m2fnet_core.media.spectrogram import SpectrogramPyramid, spectrogram_shape
from m2fnet_core.media.waveform import WaveformPyramid, waveform_shape

DURATION, UTTERANCES, SPEAKERS = 36_000.0, 20_000, 6
SPANS = (34_000.0, 7_200.0, 1_800.0, 600.0, 120.0, 15.0)  # seconds visible
STEPS = 60  # pans, and as many zooms, at each of them
SIZE = (1600, 480)  # pixels


def conversation() -> Iterator[Utterance]:
    """Six people take turns, with pauses and some overlap."""
    random = np.random.default_rng(0)
    slot = DURATION / UTTERANCES
    lengths = random.uniform(0.3, 1.3, UTTERANCES) * slot
    for i, length in enumerate(lengths):
        text = "and then we said that this was how it ought to be" if i % 7 else None
        speaker = f"Speaker {random.integers(SPEAKERS)}"
        yield Utterance(f"u{i}", i * slot, min(DURATION, i * slot + length), speaker, text)


def fill(session: Session) -> None:
    """All utterances, all predicted."""
    utterances = tuple(conversation())
    session.apply(AnalysisStarted(Path("long.mp4"), "made up", "trained", MELD.labels, "cpu", utterances))
    random = np.random.default_rng(1)
    for utterance, shares in zip(utterances, random.dirichlet(np.full(len(MELD), 0.4), UTTERANCES), strict=True):
        probabilities = dict(zip(MELD.labels, shares.tolist(), strict=True))
        label = MELD.labels[int(shares.argmax())]
        session.apply(Predicted(Prediction(utterance.id, label, probabilities, Presence(True, True, True, True))))


def stored(shape: Shape, place: Path) -> Pyramid:
    """A complete pyramid as it lies on disk; its values do not matter to the time it takes."""
    with place.open("wb") as file:
        file.truncate(sum(shape.lengths()) * shape.row_bytes)
    return Pyramid(shape, DiskStore(place), complete=True)


def sound(info: MediaInfo, folder: Path) -> Sound:
    """Waveform and spectrogram of the whole file."""
    wave = WaveformPyramid(stored(waveform_shape(info), folder / "waveform"))
    mel = SpectrogramPyramid(stored(spectrogram_shape(info), folder / "spectrogram"))
    return Sound(wave, mel, info.duration, 1.0, (40, 220))


@dataclass
class Times:
    """Milliseconds of every painting: by the clock, and of the processor (other programs count less there)."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def row(self, name: str) -> tuple[str, ...]:
        """The cells of the printed table."""
        figures = (np.median(self.clock), np.percentile(self.clock, 95), np.median(self.processor))
        return (name, *(f"{figure:.2f}" for figure in figures))


def paint_times(canvas: Canvas, move: Callable[[int], None]) -> Times:
    """Time to paint after each move."""
    times = Times()
    for step in range(STEPS):
        move(step)
        clock, processor = time.perf_counter(), time.thread_time()
        canvas.repaint()
        times.clock.append((time.perf_counter() - clock) * 1000)
        times.processor.append((time.thread_time() - processor) * 1000)
    return times


def measure(timeline: Timeline, canvas: Canvas) -> Iterator[tuple[str, Times]]:
    """What is measured, and its times."""
    for span in SPANS:
        start = (DURATION - span) / 2

        def pan(step: int, start: float = start, span: float = span) -> None:
            shift = span * 0.004 * (step % 7 + 1)
            timeline.zoom_to(start + shift, start + shift + span)

        def zoom(step: int, start: float = start, span: float = span) -> None:
            inset = span * 0.004 * (step + 1)
            timeline.zoom_to(start + inset, start + span - inset)

        yield f"pan at {span:,.0f} s", paint_times(canvas, pan)
        yield f"zoom at {span:,.0f} s", paint_times(canvas, zoom)
    yield "playhead", paint_times(canvas, lambda step: timeline.set_time(DURATION / 2 + step * 0.01))


def main() -> None:
    """Print median and 95th percentile of each zoom level, of all, and of moving the playhead."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    apply_scheme("dark")
    session, info = Session(), MediaInfo(Path("long.mp4"), DURATION, 0.0, None, None)
    session.open(info)
    fill(session)
    timeline = Timeline(session)
    timeline.resize(*SIZE)
    timeline.show()
    canvas = timeline.findChild(Canvas)
    assert canvas is not None
    table = Table("20,000 utterances, 10 h, 1600 x 480", "median ms", "95 % ms", "median ms of CPU")
    painted = Times()
    with tempfile.TemporaryDirectory() as folder:
        timeline.show_sound(sound(info, Path(folder)))
        application.processEvents()
        for name, times in measure(timeline, canvas):
            table.add_row(*times.row(name))
            if name != "playhead":
                painted.clock += times.clock
                painted.processor += times.processor
    table.add_section()
    table.add_row(*painted.row("all pans and zooms"))
    Console().print(table)
    timeline.shutdown()


if __name__ == "__main__":
    main()
