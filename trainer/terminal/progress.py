"""Training events for a person at a terminal. No torch."""

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from trainer.datasets.check import as_table
from trainer.events import (
    Checked,
    Devices,
    Done,
    Epoch,
    Estimated,
    Event,
    Failed,
    Progress,
    Started,
    Stopped,
    Warned,
)
from trainer.run.processes import is_first


class People:
    """Progress bar, a line per epoch and a table of figures, for a person at a terminal."""

    def __init__(self) -> None:
        # Names of folders may look like markup, and lines in a log are as long as they are.
        self._console = Console(stderr=True, markup=False, soft_wrap=True, highlight=False)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeRemainingColumn(),
        )
        self._bar = Bar(*columns, console=self._console, disable=not (self._console.is_terminal and is_first()))
        self._task: TaskID | None = None

    def __enter__(self) -> "People":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def tell(self, event: Event) -> None:
        """One event, in words."""
        match event:
            case Started() if not event.of:
                self._console.print(f"{event.step} on {event.device}, in {event.run}")
                self._task = None
            case Started():
                self._task = None
            case Progress():
                if self._task is None:
                    self._task = self._bar.add_task(event.step, total=event.of)
                self._bar.update(self._task, completed=event.done, total=event.of)
            case Epoch():
                figures = "  ".join(
                    f"{name} {value:.4f}"
                    for name, value in {**event.losses, **event.metrics}.items()
                    if "/" not in name
                )
                self._console.print(f"  epoch {event.epoch}: {figures}{'  (best)' if event.best else ''}")
            case Warned():
                self._console.print(event.text, style="yellow")
            case Failed():
                self._console.print(event.message, style="red")
            case Stopped():
                self._console.print("Stopped. What was learnt is kept; add --resume to go on.")
            case Done():
                self._console.print(_figures(event))
            case Checked():
                self._console.print(as_table(event))
            case Estimated():
                size = f"{event.disk / 1e6:.0f} MB of disk, {event.memory / 1e6:.0f} MB of memory"
                self._console.print(f"{event.step}: about {event.seconds:.0f} s on {event.device}, {size}")
            case Devices():
                for name, about in {**event.names, **event.unusable}.items():
                    self._console.print(f"{name}: {about}")


def _figures(event: Done) -> Table:
    table = Table(title=f"{event.step}{' was done already' if event.skipped else ' is done'}")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in event.metrics.items():
        table.add_row(name, f"{value:.4f}")
    return table
