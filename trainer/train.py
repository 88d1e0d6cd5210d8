"""One training from its configuration to its end, as one code for the exit and events for everything else."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from m2fnet_core.errors import Cancelled, M2FNetError, TrainingError
from m2fnet_core.progress import CancelToken
from trainer.config import RunConfig
from trainer.events import Done, Event, Failed, Hook, Progress, Started, Stopped
from trainer.run_lock import locked

if TYPE_CHECKING:
    from trainer.runs import Run

_RECORD_EVERY = 1.0  # seconds between progress in events.jsonl; everything else is kept at once


@dataclass(frozen=True, slots=True)
class How:
    """``resume``: go on with what was begun; ``finish``: and let its best so far be its end."""

    resume: bool = False
    finish: bool = False


def train(step: str, read: Callable[[], RunConfig], how: How, hook: Hook, cancel: CancelToken) -> int:
    """Run a step, or all that the configuration names. 0: done, 1: failed, 130: cancelled.

    Only the first of several processes (torchrun) holds the run folder and writes its events.
    """
    try:
        config = read()
        from trainer.runs import Run  # torch: seconds that --help and a wrong run.toml need not wait for

        run = Run(config)
        steps = config.steps if step == "all" else (step,)
        if not steps:
            raise TrainingError(f"The run {config.name} names no steps; name at least one.")
        how = replace(how, resume=how.resume or step == "all")
        if os.environ.get("RANK", "0") != "0":
            return _steps(run, steps, how, hook, cancel)
        with locked(run.folder):
            run.prepare(steps[0], how.resume)  # what it refuses is no part of the run in this folder
            return _steps(run, steps, how, Recorder(run, hook), cancel)
    except M2FNetError as error:
        hook(Failed(step, str(error)))
    except OSError as error:
        hook(Failed(step, f"The run's folder cannot be used ({error}); make room or repair it, then start again."))
    return 1


def _steps(run: "Run", steps: tuple[str, ...], how: How, hook: Hook, cancel: CancelToken) -> int:
    from m2fnet_core.features.devices import is_out_of_memory

    step = steps[0]
    try:
        for step in steps:
            cancel.check()
            run.prepare(step, how.resume)
            hook(_step(step, run, how.finish, hook, cancel))
    except Cancelled:
        hook(Stopped(step))
        return 130
    except M2FNetError as error:
        hook(Failed(step, str(error)))
    except OSError as error:  # a full disk, a folder without permission
        hook(Failed(step, f"{step} ended on a file ({error}); make room or repair it, then resume the run."))
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and not is_out_of_memory(error):
            raise
        hook(Failed(step, f"The memory is too small for {step}; close other programs or choose another device."))
    else:
        return 0
    return 1


def _step(step: str, run: "Run", finish: bool, hook: Hook, cancel: CancelToken) -> Done:
    """Run one step, unless this very configuration has it done."""
    figures = run.done(step)
    if figures is not None:
        return Done(step, {}, figures, skipped=True)
    from m2fnet_core.features.devices import choose_device
    from trainer.steps import STEPS, Job

    started, device = time.monotonic(), choose_device(run.config.device)
    hook(Started(step, run.folder, str(device), 0, 0))
    done = STEPS[step](Job(run, device, hook, cancel, finish))
    run.mark_done(step, done.metrics)
    return Done(step, done.paths, done.metrics, seconds=time.monotonic() - started)


class Recorder:
    """A hook that keeps events in the run folder before it hands them on."""

    def __init__(self, run: "Run", hook: Hook) -> None:
        self._run, self._hook = run, hook
        self._recorded = -_RECORD_EVERY

    def __call__(self, event: Event) -> None:
        """Raises OSError where it cannot be kept; what failed is handed on all the same."""
        if isinstance(event, Failed):
            with suppress(OSError):  # the disk may be full
                self._run.tell(event)
        elif not isinstance(event, Progress) or self._due(event):
            self._run.tell(event)
        self._hook(event)

    def _due(self, event: Progress) -> bool:
        now = time.monotonic()
        if now - self._recorded < _RECORD_EVERY and event.done < event.of:
            return False
        self._recorded = now
        return True
