"""Where networks run, in which precision, and what happens when the device's memory is full (torch)."""

import contextlib
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

import torch
from torch import nn

from m2fnet_core.base.errors import DeviceError
from m2fnet_core.base.events import Hook, Notice, ignore
from m2fnet_core.base.progress import CancelToken

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")


def choose_device(name: str = "auto") -> torch.device:
    """The device of that name: "auto" (cuda, else mps, else cpu), "cpu", "cuda", "cuda:1", "mps".

    Raises DeviceError, naming what there is, for a device that this machine does not have.
    """
    there = available_devices()
    if name == "auto":
        return torch.device("cuda" if "cuda:0" in there else there[-1])
    if name not in (*there, "cuda") or (name == "cuda" and "cuda:0" not in there):
        raise DeviceError(f"There is no device {name!r} on this machine; choose one of auto, {', '.join(there)}.")
    return torch.device(name)


def available_devices() -> tuple[str, ...]:
    """Names of this machine's devices, the CPU first."""
    cuda = tuple(f"cuda:{i}" for i in range(torch.cuda.device_count())) if torch.cuda.is_available() else ()
    return ("cpu", *cuda, *(("mps",) if torch.backends.mps.is_available() else ()))


def autocast(device: torch.device) -> AbstractContextManager[object]:
    """Mixed precision on cuda (bfloat16 where the device has it, else float16); nothing elsewhere."""
    if device.type != "cuda":
        return contextlib.nullcontext()
    return torch.autocast("cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16)


def device_of(module: nn.Module) -> torch.device:
    """Where the module's parameters lie."""
    return next(module.parameters()).device


class BatchRunner(Generic[T, R]):
    """Runs ``call(items, device)`` over batches of a module's inputs; full device memory makes it smaller, not fail.

    Out of memory halves the batch and goes on; a batch of one that does not fit moves ``module`` to the CPU, where it
    stays, and tells the hook. ``call`` returns one result per item and must be free to run again.
    """

    def __init__(
        self,
        module: nn.Module,
        call: Callable[[Sequence[T], torch.device], Sequence[R]],
        size: int,
        hook: Hook = ignore,
    ) -> None:
        self.size = self._most = size
        self._module = module
        self._call = call
        self._hook = hook

    def run(self, items: Sequence[T], cancel: CancelToken | None = None) -> list[R]:
        """Results in the order of the items. Raises Cancelled between batches; DeviceError when the CPU is full too."""
        results: list[R] = []
        while len(results) < len(items):
            if cancel is not None:
                cancel.check()
            batch = items[len(results) : len(results) + self.size]
            done = self._attempt(batch)
            if done is None:  # here, not where it was raised: the traceback kept the batch's tensors alive
                self._make_room(len(batch))
            else:
                results += done
        return results

    def _attempt(self, batch: Sequence[T]) -> Sequence[R] | None:
        """Results of a batch, or None when memory is full and there is still something to do about it."""
        device = device_of(self._module)
        try:
            with torch.inference_mode(), autocast(device):
                return self._call(batch, device)
        except RuntimeError as error:  # torch.OutOfMemoryError is one; mps and the CPU raise the plain one
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1 and device.type == "cpu":
                raise DeviceError("The machine's memory is full; close other programs and try again.") from error
        return None

    def _make_room(self, used: int) -> None:
        device = device_of(self._module)
        if used > 1:
            self.size = used // 2
            log.warning("out of memory on %s: batches of %d from now on", device, self.size)
        else:
            self._module.to("cpu")
            self.size = self._most
            self._hook(Notice(f"The memory of {device} is full; this part of the analysis goes on on the CPU, slower."))
        if device.type == "cuda":
            torch.cuda.empty_cache()


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch raised because memory is full, on any kind of device."""
    words = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in words or "can't allocate memory" in words
