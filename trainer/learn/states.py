"""Where a fit stands, and its states on disk: the last one to go on from, the best one to end with (torch)."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accelerate import Accelerator

from trainer.learn.optimise import Average, pack_optimiser, unpack_optimiser
from trainer.learn.task import Task
from trainer.learn.tensors import under, weights_of
from trainer.run.folder import Run, State


@dataclass(slots=True)
class FitState:
    """Where a fit stands; everything but tensors."""

    epoch: int = 1
    step: int = 0  # steps done in this epoch
    best: float = -math.inf
    best_epoch: int = 0
    sums: dict[str, float] = field(default_factory=dict)  # of the losses of this epoch


class FitStates:
    """Saves and loads the states of one step in its run's folder; the first of several processes writes."""

    def __init__(self, run: Run, task: Task, accelerator: Accelerator, optimiser: Any, average: Average | None) -> None:
        self._run, self._task, self._accelerator = run, task, accelerator
        self._optimiser, self._average = optimiser, average

    def save(self, state: FitState, parts: int) -> None:
        """Everything that a killed training goes on from, bit for bit."""
        tensors = {f"model.{k}": v for k, v in weights_of(self._task.model).items()}
        tensors |= {f"average.{k}": v for k, v in (self._average.tensors if self._average else {}).items()}
        packed, about = pack_optimiser(self._optimiser.state_dict())
        tensors |= {f"optimiser.{k}": v for k, v in packed.items()}
        about = {"fit": dataclasses.asdict(state), "optimiser": about, "parts": parts}
        about["fit"]["best"] = None if math.isinf(state.best) else state.best
        self._write("last", State(tensors, about))

    def save_best(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """The weights in the model as the best so far."""
        about = {"epoch": epoch, "metrics": dict(metrics)}
        self._write("best", State(weights_of(self._task.model), about))

    def restore(self) -> tuple[FitState, int] | None:
        """The last state into the model, its average and the optimiser; how many parts a batch goes in."""
        saved = self._run.load_state(self._task.step, "last")
        if saved is None:
            return None
        self._task.model.load_state_dict(under(saved.tensors, "model."))
        if self._average:
            kept = under(saved.tensors, "average.")
            device = self._accelerator.device
            self._average.tensors = {name: value.to(device) for name, value in kept.items()}
        optimiser = unpack_optimiser(under(saved.tensors, "optimiser."), saved.about["optimiser"])
        self._optimiser.load_state_dict(optimiser)
        about = saved.about["fit"]
        state = FitState(**{**about, "best": -math.inf if about["best"] is None else about["best"]})
        return state, saved.about["parts"]

    def load_best(self) -> None:
        """The best weights into the model, where an epoch was judged."""
        best = self._run.load_state(self._task.step, "best")
        if best is not None:
            self._task.model.load_state_dict(best.tensors)

    def _write(self, name: str, state: State) -> None:
        if self._accelerator.is_main_process:
            self._run.save_state(self._task.step, name, state)
