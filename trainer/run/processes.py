"""The processes of one training: torchrun may start several, on one machine or more. No torch before they meet.

All train; the first alone reads and writes what is no training, and tells. The run folder is one that all of them see.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from m2fnet_core.base.errors import Cancelled, M2FNetError
from trainer.events import Event, Failed, Hook

if TYPE_CHECKING:
    import torch

T = TypeVar("T")
_PATIENCE = timedelta(days=7)  # the others wait while the first computes the vectors of whole corpora


def is_first() -> bool:
    """Whether this process is the only one, or the first of several."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def together(device: "torch.device") -> Iterator[None]:
    """Meet the other processes, where there are any, and leave them at the end of the block."""
    if os.environ.get("WORLD_SIZE", "1") == "1":
        yield
        return
    from accelerate import PartialState

    state = PartialState(cpu=device.type == "cpu", timeout=_PATIENCE)
    yield
    # What still refers to the group keeps its threads alive: one that lets go of a tensor while the interpreter ends
    # aborts the process, now and then, and torchrun calls a finished training failed.
    gc.collect()
    state.destroy_process_group()  # where the block raises, torchrun ends what is left


def from_first(make: Callable[[], T]) -> T:
    """What ``make`` gives in the first process, in all of them; the others wait for it and do not call it.

    Raises what ``make`` raises in the first process, Cancelled in the others.
    """
    import torch.distributed as distributed

    if not (distributed.is_available() and distributed.is_initialized()):
        return make()
    made: list[T | None] = [None]
    failed: Exception | None = None
    if distributed.get_rank() == 0:
        try:
            made = [make()]
        except (M2FNetError, Cancelled, OSError, RuntimeError, MemoryError) as error:
            failed = error
    box = [made, failed is not None]
    distributed.broadcast_object_list(box)
    if failed is not None:
        raise failed
    if box[1]:
        raise Cancelled
    return box[0][0]  # type: ignore[index, no-any-return]


def failures_of(hook: Hook) -> Hook:
    """What a process that is not the first tells: the first tells the same but for what failed here alone."""

    def tell(event: Event) -> None:
        if isinstance(event, Failed):
            hook(event)

    return tell
