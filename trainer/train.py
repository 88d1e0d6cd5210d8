"""One training from its configuration to its end, as one code for the exit and events for everything else."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from m2fnet_core.base.errors import Cancelled, M2FNetError, TrainingError
from m2fnet_core.base.progress import CancelToken
from trainer.config import RunConfig
from trainer.events import Done, Event, Failed, Hook, Progress, Started, Stopped
from trainer.run.lock import locked
from trainer.run.processes import failures_of, from_first, is_first, together

if TYPE_CHECKING:
    from trainer.run.folder import Run
    from trainer.steps.job import Job

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
        from trainer.run.folder import Run  # torch: seconds that --help and a wrong run.toml need not wait for

        run = Run(config)
        steps = config.steps if step == "all" else (step,)
        if not steps:
            raise TrainingError(f"The run {config.name} names no steps; name at least one.")
        how = replace(how, resume=how.resume or step == "all")
        if not is_first():
            return _steps(run, steps, how, failures_of(hook), cancel)
        with locked(run.folder):
            run.prepare(steps[0], how.resume)  # what it refuses is no part of the run in this folder
            return _steps(run, steps, how, Recorder(run, hook), cancel)
    except M2FNetError as error:
        hook(Failed(step, str(error)))
    except OSError as error:
        hook(Failed(step, f"The run's folder cannot be used ({error}); make room or repair it, then start again."))
    return 1


def _steps(run: "Run", steps: tuple[str, ...], how: How, hook: Hook, cancel: CancelToken) -> int:
    from m2fnet_core.base.devices import choose_device, is_out_of_memory
    from trainer.steps.job import Job

    step = steps[0]
    try:
        job = Job(run, choose_device(run.config.device), hook, cancel, how.finish)
        with together(job.device):
            for step in steps:
                cancel.check()
                hook(_step(step, job, how.resume))
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


def _step(step: str, job: "Job", resume: bool) -> Done:
    """Run one step, unless this very configuration has it done."""
    from trainer.steps.registry import ALONE, STEPS

    def begun() -> dict[str, float] | None:
        job.run.prepare(step, resume)
        return job.run.done(step)

    figures = from_first(begun)
    if figures is not None:
        return Done(step, {}, figures, skipped=True)
    started = time.monotonic()
    job.hook(Started(step, job.run.folder, str(job.device), 0, 0))
    done = from_first(lambda: STEPS[step](job)) if step in ALONE else STEPS[step](job)
    if is_first():
        job.run.mark_done(step, done.metrics)
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
