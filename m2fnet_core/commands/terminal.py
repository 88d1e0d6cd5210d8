"""What `m2fnet-analyze` shows: a bar while it works, a table of what was found. No torch."""

import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from m2fnet_core.analysis.report import AnalysedUtterance, Report
from m2fnet_core.base import events
from m2fnet_core.base.json_codec import plain
from m2fnet_core.base.progress import Pace
from m2fnet_core.base.wording import clock, visible
from m2fnet_core.batch.outcome import Outcome

_UNTRAINED = "UNTRAINED MODEL: its weights are random, the emotions mean nothing."
_ALARM = "bold white on red"
_EVERY = 60.0  # seconds between two lines where there is no bar


class _Bar:
    """A progress bar that is gone when it is left, and none at all where there is no terminal. A context manager."""

    def __init__(self, console: Console, *columns: ProgressColumn) -> None:
        self._console = console
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


class Watch(_Bar):
    """The hook of one video's analysis: a bar on a terminal, nothing but notices elsewhere. A context manager."""

    def __init__(self, name: str, console: Console) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[left]}", markup=False),
        )
        super().__init__(console, *columns)
        self._name = visible(name)
        self._task = self._bar.add_task(self._name, total=1, left="")

    def hear(self, event: events.Event) -> None:
        """Take one event of the analysis."""
        match event:
            case events.Progress():
                self._bar.update(
                    self._task,
                    description=f"{self._name}: {event.stage}",
                    completed=event.done,
                    total=event.of,
                    left="" if event.seconds_left is None else f"{clock(event.seconds_left, 0)} left",
                )
            case events.Notice():
                self._console.print(visible(f"note: {event.text}"), style="yellow", markup=False)


class ManyWatch(_Bar):
    """How far many videos are: one bar over the seconds of all media, a line a minute where there is no terminal.

    A context manager. Its methods are for any thread.
    """

    def __init__(self, videos: int, console: Console) -> None:
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.percentage:.0f}%"))
        super().__init__(console, *columns)
        self._task = self._bar.add_task("", total=1.0)
        self._videos, self._ended, self._failed = videos, 0, 0
        self._seconds, self._pace = 0.0, Pace(1)
        self._under_way: dict[str, float] = {}  # seconds of media looked at, by video
        self._changing = threading.Lock()
        self._said = time.monotonic()

    def begin(self, known: int, seconds: float) -> None:
        """So many videos are known already, and so many seconds of media are to do."""
        self._ended, self._pace = known, Pace(max(1, round(seconds)))
        self._bar.update(self._task, total=max(1.0, seconds))

    def go_on(self, media: str, seconds: float) -> None:
        """A video's analysis came that far."""
        with self._changing:
            self._under_way[media] = seconds
            self._show()

    def end(self, outcome: Outcome) -> None:
        """A video is over."""
        with self._changing:
            self._under_way.pop(outcome.media, None)
            self._seconds += outcome.length
            self._ended += 1
            self._failed += outcome.state == "failed"
            self._show()

    def _show(self) -> None:
        done = self._seconds + sum(self._under_way.values())
        left = self._pace.seconds_left(round(done))
        failed = f", {self._failed} failed" if self._failed else ""
        text = f"{self._ended} of {self._videos} videos{failed}" + ("" if left is None else f", {clock(left, 0)} left")
        if self._console.is_terminal:
            self._bar.update(self._task, completed=done, description=text)
        elif time.monotonic() - self._said > _EVERY:
            self._said = time.monotonic()
            self._console.print(text, markup=False)


def report_table(report: Report) -> RenderableType:
    """Time, speaker, emotion, contributions and present modalities of every utterance."""
    count = len(report.utterances)
    title = Text(
        visible(f"{report.media.path.name} · model {report.model.name} · {count} utterance{'s' * (count != 1)}")
    )
    table = Table(title=title, title_justify="left", caption=_caption(), caption_justify="left")
    for name in ("start", "end"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("speaker")
    table.add_column("emotion", no_wrap=True)
    for name in ("text", "audio", "visual"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("present")
    for utterance in report.utterances:
        table.add_row(*_row(utterance))
    return table if report.model.trained else Group(Text(_UNTRAINED, style=_ALARM), table)


def _caption() -> str:
    return "text, audio, visual: percentage points that the emotion loses without that modality"


def _row(utterance: AnalysedUtterance) -> list[Text]:
    given = utterance.contributions
    changes = [
        "–" if change is None else f"{round(100 * change):+d}" for change in (given.text, given.audio, given.visual)
    ]
    there = ", ".join(name for name, is_there in plain(utterance.present).items() if is_there)
    emotion = f"{utterance.label} {utterance.probabilities[utterance.label]:.0%}"
    cells = [clock(utterance.start), clock(utterance.end), utterance.speaker, emotion, *changes, there or "nothing"]
    return [Text(visible(cell)) for cell in cells]
