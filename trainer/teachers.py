"""Encoders that teach the one which stays: each learns from another seed, their predictions are averaged (torch)."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from trainer.events import Event, Hook, Progress, Warned
from trainer.metrics import Floats
from trainer.runs import Run, State

STEP, _SAID, _KEY = "text", "said", "probabilities"


def taught(own: Run, learn: Callable[[Run, int], Floats]) -> Floats | None:
    """Mean probabilities [n, classes] that the run's teachers give its training utterances; None without teachers.

    ``learn`` trains one (its run, its number from 0) and returns its probabilities. What a teacher said is kept, its
    weights are not; one that was stopped goes on.
    """
    said = [_said(run, number, learn) for number, run in enumerate(_teachers(own))]
    return np.mean(said, axis=0) if said else None


def _teachers(own: Run) -> list[Run]:
    config, folder = own.config, own.step_folder(STEP) / "teachers"
    alone = replace(config, out=folder, text=replace(config.text, teachers=0))
    return [Run(replace(alone, name=str(n), seed=config.seed + n)) for n in range(1, config.text.teachers + 1)]


def _said(run: Run, number: int, learn: Callable[[Run, int], Floats]) -> Floats:
    run.prepare(STEP, resume=True)
    known = run.load_state(_SAID, _KEY)
    if known is not None:
        return np.asarray(known.tensors[_KEY])
    rows = learn(run, number)
    if os.environ.get("RANK", "0") == "0":
        run.save_state(_SAID, _KEY, State({_KEY: torch.from_numpy(rows)}, {}))
        shutil.rmtree(run.step_folder(STEP))
    return rows


def part_of(hook: Hook, number: int, parts: int) -> Hook:
    """Hears one of a step's successive trainings, equally long, as its part of the whole; the last one's epochs too."""

    def hear(event: Event) -> None:
        if isinstance(event, Progress):
            hook(_of_whole(event, number, parts))
        elif number == parts - 1 or isinstance(event, Warned):
            hook(event)

    return hear


def _of_whole(event: Progress, number: int, parts: int) -> Progress:
    done, of = number * event.of + event.done, parts * event.of
    left, here = event.seconds_left, event.of - event.done
    return replace(
        event, done=done, of=of, seconds_left=left * (of - done) / here if left is not None and here else None
    )
