"""A task small enough to train in a second: three classes of points. As a program it is a training process."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from m2fnet_core.base.progress import CancelToken
from trainer.config import LoopConfig, RunConfig
from trainer.events import Event, Hook, ignore
from trainer.judge.validation import Validation
from trainer.learn.loop import Fit
from trainer.learn.states import FitState
from trainer.run.folder import Run
from trainer.run.processes import together


class Points:
    """Tell three clouds of points apart; dropout and noise make every step depend on its random numbers."""

    step, metric = "points", "accuracy"

    def __init__(self, seed: int = 0, dropout: float = 0.2) -> None:
        generator = torch.Generator().manual_seed(7)
        self.labels = torch.arange(96) % 3
        centres = 2 * torch.randn(3, 5, generator=generator)
        self.points = centres[self.labels] + torch.randn(96, 5, generator=generator)
        torch.manual_seed(seed)
        self.model: nn.Module = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 3))
        self._seed = seed

    def batches(self, epoch: int) -> Sequence[list[int]]:
        order = np.random.default_rng([self._seed, epoch]).permutation(72)
        return [order[i : i + 12].tolist() for i in range(0, 72, 12)]

    def weight(self, examples: list[int]) -> float:
        return float(len(examples))

    def load(self, examples: list[int], generators: list[np.random.Generator], done: float) -> Any:
        noise = torch.tensor(np.stack([g.normal(size=5) for g in generators]), dtype=torch.float32)
        return self.points[examples] + 0.1 * noise, self.labels[examples]

    def losses(self, model: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        return {"total": nn.functional.cross_entropy(model(batch[0]), batch[1])}

    def parameter_groups(self) -> list[dict[str, Any]]:
        return [{"params": list(self.model.parameters())}]

    def validate(self, model: nn.Module, cancel: CancelToken) -> Validation:
        right = model(self.points[72:]).argmax(1) == self.labels[72:]
        return Validation({"accuracy": right.float().mean().item()})


class TooBig(Points):
    """Fits the memory only in parts of at most three points."""

    def losses(self, model: nn.Module, batch: Any) -> dict[str, Tensor]:
        if len(batch[1]) > 3:
            raise torch.OutOfMemoryError
        return dict(super().losses(model, batch))


def fit(
    out: Path,
    task: Points | None = None,
    hook: Hook = ignore,
    cancel: CancelToken | None = None,
    workers: int = 0,
    finish: bool = False,
    **loop: Any,
) -> tuple[Points, FitState]:
    """Train in the folder ``out``; returns the task with its best weights, and where it ended."""
    task = task or Points()
    settings = {"epochs": 4, "batch_size": 12, "learning_rate": 0.02, "ema": 0.9, **loop}
    run = Run(RunConfig(name="tiny", out=out))
    training = Fit(task, LoopConfig(**settings), run, torch.device("cpu"), hook, cancel or CancelToken(), workers)
    return task, training(finish)


def main() -> None:
    """``tiny.py OUT [dropout] [words]``: a training process of its own.

    Words: "print": one line per event, "big": the task that is too big for the memory, "workers": two load batches.
    """
    dropout = float(sys.argv[2]) if len(sys.argv) > 2 else 0.2

    def tell(event: Event) -> None:
        if "print" in sys.argv:
            sys.stdout.write(type(event).__name__ + "\n")
            sys.stdout.flush()

    kind = TooBig if "big" in sys.argv else Points
    with together(torch.device("cpu")):  # one that ends without leaving the others is aborted now and then
        fit(Path(sys.argv[1]), kind(dropout=dropout), tell, workers=2 if "workers" in sys.argv else 0)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
