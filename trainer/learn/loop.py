"""The only training loop: every step of the paper's training runs through `fit` (torch).

A run is a function of its configuration and seed. Batches come from (seed, epoch), randomness inside a batch from
(seed, epoch, step, process), so a run that was killed goes on bit for bit from its last state, and several processes
share every batch of one process. Process groups, mixed precision and gradient scaling are Accelerate's.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.state import AcceleratorState
from threadpoolctl import threadpool_limits
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from m2fnet_core.base.errors import Cancelled, TrainingError
from m2fnet_core.base.progress import CancelToken
from trainer.config import LoopConfig
from trainer.events import Epoch, Hook, Warned
from trainer.judge.validation import Validation
from trainer.learn.optimise import Average, learning_rate, make_optimiser
from trainer.learn.precision import number_format
from trainer.learn.reporting import FitReport
from trainer.learn.states import FitState, FitStates
from trainer.learn.task import Task
from trainer.learn.tensors import to_device, weights_of
from trainer.run.folder import Run
from trainer.run.processes import from_first

SAVE_EVERY = 300.0  # seconds between states inside an epoch


class _Loads(Dataset[Any]):
    """The parts of this process of an epoch's batches, loaded in order."""

    def __init__(self, fit: "Fit", batches: Sequence[list[int]], first: int) -> None:
        self._fit, self._batches, self._first = fit, batches, first

    def __len__(self) -> int:
        return len(self._batches) - self._first

    def __getitem__(self, number: int) -> list[tuple[float, Any]]:
        place = self._first + number
        return self._fit.load(self._batches[place], place)


class Fit:
    """One step's training from its first or last state to its end."""

    def __init__(
        self,
        task: Task,
        config: LoopConfig,
        run: Run,
        device: torch.device,
        hook: Hook,
        cancel: CancelToken,
        workers: int = 0,
    ) -> None:
        self.task, self.config, self.run, self.cancel = task, config, run, cancel
        self.workers = workers
        threadpool_limits(1, user_api="blas")  # numpy's threads fight the network's, which wait actively
        if workers:
            cv2.setNumThreads(0)  # a forked process lacks the threads that OpenCV would wait for
        if str(device).startswith("cuda:") and "LOCAL_RANK" not in os.environ:
            torch.cuda.set_device(device)  # Accelerate takes the current one
        AcceleratorState._reset_state()  # else a step with another precision than the one before it is refused
        form, told = number_format(config.precision, device)
        self.accelerator = Accelerator(
            cpu=device.type == "cpu",
            mixed_precision=form,
            kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
        )
        optimiser = make_optimiser(task.parameter_groups(), config)
        self.model, self.optimiser = self.accelerator.prepare(task.model, optimiser)
        self.average = Average(task.model, config.ema) if config.ema else None
        self.parts = config.accumulate
        self.state = FitState()
        self._states = FitStates(run, task, self.accelerator, self.optimiser, self.average)
        self._report = FitReport(task.step, hook, self.accelerator.device)
        if told:
            self._report.tell(Warned(task.step, told))
        self._steps = len(task.batches(1))
        self._saved = time.monotonic()

    def load(self, batch: list[int], place: int) -> list[tuple[float, Any]]:
        """What this process does of a batch: (share of the loss, tensors) parts of at most the size that fits."""
        rank, processes = self.accelerator.process_index, self.accelerator.num_processes
        mine = list(range(len(batch)))[rank::processes]
        counted = bool(mine)  # a batch may be smaller than the number of processes; all take part in every step
        mine = mine or [0]
        whole, done = self.task.weight(batch), (self.state.epoch - 1) / self.config.epochs
        parts = []
        for first in range(min(self.parts, len(mine))):
            places = mine[first :: self.parts]  # batches are in the order of their classes: each part has of all
            examples = [batch[p] for p in places]
            seeds = [(self.run.config.seed, self.state.epoch, place, p) for p in places]
            loaded = self.task.load(examples, [np.random.default_rng(seed) for seed in seeds], done)
            parts.append((self.task.weight(examples) / whole * processes if counted else 0.0, loaded))
        return parts

    def __call__(self, finish: bool = False) -> FitState:
        """Train to the end and load the best weights into the task's model; with ``finish`` those of the best so far.

        Raises Cancelled (the last and best states are saved), TrainingError.
        """
        self.state, self.parts = self._states.restore() or (self.state, self.parts)
        if finish and self.state.best_epoch:
            self._load_best()
            return self.state
        epochs, folder = self.config.epochs, self.run.step_folder(self.task.step)
        with self._report.begun(folder, self.run.folder, epochs, self._done(), epochs * self._steps):
            while self.state.epoch <= self.config.epochs and not self._patience_over():
                self._epoch()
        self.accelerator.wait_for_everyone()  # the first may still write what all read now
        self._load_best()
        return self.state

    def _done(self) -> int:
        return (self.state.epoch - 1) * self._steps + self.state.step

    def _patience_over(self) -> bool:
        waited = self.state.epoch - 1 - self.state.best_epoch
        return bool(self.config.patience) and waited >= self.config.patience

    def _epoch(self) -> None:
        batches = self.task.batches(self.state.epoch)
        self.model.train()
        while self.state.step < len(batches):
            self._steps_of(batches)
        self._judge(len(batches))

    def _steps_of(self, batches: Sequence[list[int]]) -> None:
        """The rest of an epoch, or up to a batch that had to be split: what was loaded ahead is too large as well."""
        size = self.parts
        for parts in self._loader(batches):
            if any(self._over_all(self.cancel.cancelled)):  # one that stops alone would leave the others waiting
                self._save()
                raise Cancelled
            losses = self._train(batches[self.state.step], parts)
            self.state.step += 1
            self._report.progress(self._done(), len(batches[self.state.step - 1]), losses)
            if time.monotonic() - self._saved > SAVE_EVERY:
                self._save()
            if self.parts != size:
                return

    def _loader(self, batches: Sequence[list[int]]) -> Iterator[Any]:
        loads = _Loads(self, batches, self.state.step)
        yield from DataLoader(
            loads,
            batch_size=None,
            num_workers=self.workers,
            collate_fn=_as_it_is,
            pin_memory=self.accelerator.device.type == "cuda",
        )

    def _train(self, batch: list[int], parts: list[tuple[float, Any]]) -> dict[str, float]:
        """One step of the optimiser, its losses; a batch that does not fit the memory is split further."""
        place = self.state.step
        while True:
            torch.manual_seed(_seed(self.run.config.seed, self.state.epoch, place, self.accelerator.process_index))
            try:
                sums = self._gradients(parts)
                break
            except torch.OutOfMemoryError:
                self._split(batch)
                parts = self.load(batch, place)
        if self.config.clip:
            norm = self.accelerator.clip_grad_norm_(self.model.parameters(), self.config.clip)
            self._refuse_nan(norm, "gradient")
        rate = learning_rate(self.config, self._done(), self.config.epochs * self._steps)
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group.get("scale", 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        if self.average:
            self.average.update(self.task.model)
        for name, value in sums.items():
            self.state.sums[name] = self.state.sums.get(name, 0.0) + value
        return sums

    def _gradients(self, parts: list[tuple[float, Any]]) -> dict[str, float]:
        sums: dict[str, float] = {}
        for number, (share, batch) in enumerate(parts, 1):
            last = number == len(parts)
            with contextlib.nullcontext() if last else self.accelerator.no_sync(self.model):
                losses = self.task.losses(self.model, to_device(batch, self.accelerator.device))
                self._refuse_nan(losses["total"], "loss")
                self.accelerator.backward(losses["total"] * share)
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + value.detach().item() * share / self.accelerator.num_processes
        return dict(zip(sums, self._over_all(*sums.values()), strict=True))

    def _over_all(self, *values: float) -> list[float]:
        """Each summed over the processes."""
        if self.accelerator.num_processes == 1:
            return list(values)
        mine = torch.tensor(values, device=self.accelerator.device)
        summed: list[float] = self.accelerator.reduce(mine, "sum").tolist()
        return summed

    def _refuse_nan(self, value: Tensor, name: str) -> None:
        if not torch.isfinite(value):
            raise TrainingError(
                f"The {name} of {self.task.step} is no number any more in epoch {self.state.epoch}, "
                f"step {self.state.step + 1}; the last good state is kept. Try a smaller learning rate."
            )

    def _split(self, batch: list[int]) -> None:
        if self.accelerator.num_processes > 1 or self.parts >= len(batch):
            raise TrainingError(f"The device has too little memory for {self.task.step}; make its batches smaller.")
        self.optimiser.zero_grad()
        torch.cuda.empty_cache()
        self.parts *= 2
        self._report.tell(Warned(self.task.step, f"Too little memory: every batch now goes in {self.parts} parts."))

    def _judge(self, steps: int) -> None:
        """Validation, the best state, and on to the next epoch."""
        epoch = self.state.epoch
        self.model.eval()
        try:
            found, best = self._validated()
        except Cancelled:
            self._save()
            raise
        losses = {name: value / steps for name, value in self.state.sums.items()}
        self._report.epoch(Epoch(self.task.step, epoch, losses, found.metrics, best, found.confusion))
        self.state.epoch, self.state.step, self.state.sums = epoch + 1, 0, {}
        self._save()

    def _validated(self) -> tuple[Validation, bool]:
        """The figures of this epoch's weights, and whether they are the best so far, which are kept."""
        with self._averaged(), torch.inference_mode():
            found = from_first(lambda: self.task.validate(self.task.model, self.cancel))
            figure = found.metrics[self.task.metric]
            best = figure > self.state.best
            if best:
                self.state.best, self.state.best_epoch = figure, self.state.epoch
                self._states.save_best(self.state.epoch, found.metrics)
        return found, best

    @contextlib.contextmanager
    def _averaged(self) -> Iterator[None]:
        """The averaged weights in the model while judging, where there is an average."""
        if not self.average:
            yield
            return
        own = weights_of(self.task.model)
        self.task.model.load_state_dict(self.average.tensors)
        try:
            yield
        finally:
            self.task.model.load_state_dict(own)

    def _save(self) -> None:
        self._states.save(self.state, self.parts)
        self._saved = time.monotonic()

    def _load_best(self) -> None:
        self._states.load_best()
        self.accelerator.unwrap_model(self.model, keep_fp32_wrapper=False)  # judged as it will be used
        self.task.model.eval()


def loading_processes(device: torch.device) -> int:
    """How many processes load batches. None on a CPU, where the network itself keeps all cores busy.

    They share the examples in memory by forking, which Linux alone does well.
    """
    if device.type == "cpu" or sys.platform != "linux":
        return 0
    beside = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))  # training processes on this machine, from torchrun
    return max(1, min(8, (os.cpu_count() or 2) // beside - 1))


def _seed(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


def _as_it_is(loaded: Any) -> Any:
    return loaded
