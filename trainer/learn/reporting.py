"""What a fit says while it works: progress, epochs, scalars for TensorBoard (torch)."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch.utils.tensorboard import SummaryWriter

from m2fnet_core.base.progress import Pace
from trainer.events import Epoch, Hook, Progress, Started, Warned
from trainer.run.device_use import DeviceUse
from trainer.run.processes import is_first


class FitReport:
    """Says it to the hook; of several processes the first one does."""

    def __init__(self, step: str, hook: Hook, device: torch.device) -> None:
        self._step, self._hook, self._device = step, hook, device
        self._use = DeviceUse(device)

    @contextlib.contextmanager
    def begun(self, folder: Path, run: Path, epochs: int, done: int, of: int) -> Iterator[None]:
        """Say that it begins with ``done`` of ``of`` steps behind it; scalars go to ``folder`` until the end."""
        self.tell(Started(self._step, run, str(self._device), epochs, of))
        self._of, self._first_done, self._examples, self._began = of, done, 0, time.monotonic()
        self._pace = Pace(of - done)
        with contextlib.closing(SummaryWriter(str(folder))) if is_first() else contextlib.nullcontext() as scalars:
            self._scalars = scalars
            yield

    def progress(self, done: int, examples: int, losses: Mapping[str, float]) -> None:
        """After a step of that many examples."""
        left = self._pace.seconds_left(done - self._first_done)
        self._examples += examples
        memory = torch.cuda.max_memory_allocated() if self._device.type == "cuda" else None
        rate = self._examples / max(time.monotonic() - self._began, 1e-9)
        self._hook(Progress(self._step, done, self._of, left, rate, memory, losses, self._use.percent()))

    def epoch(self, event: Epoch) -> None:
        """After an epoch was judged."""
        if self._scalars is not None:
            for group, values in (("loss", event.losses), ("validation", event.metrics)):
                for name, value in values.items():
                    self._scalars.add_scalar(f"{self._step}/{group}/{name}", value, event.epoch)
        self.tell(event)

    def tell(self, event: Started | Epoch | Warned) -> None:
        """From the first process only."""
        if is_first():
            self._hook(event)
