"""What every step of a training gets, and what steps share (torch)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from m2fnet_core.base.dialogue import Dialogue
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.progress import CancelToken
from trainer.config import LoopConfig
from trainer.datasets.corpora import read_dialogues, read_packs
from trainer.events import Hook, Warned
from trainer.judge.comparison import Scores
from trainer.learn.fit_fusion import (
    IGNORED,
    LabelledDialogue,
    labelled,
)
from trainer.learn.loop import Fit
from trainer.learn.task import Task
from trainer.run.folder import UNREADABLE, Run
from trainer.run.processes import is_first


@dataclass(frozen=True, slots=True)
class Job:
    """What every step gets."""

    run: Run
    device: torch.device
    hook: Hook
    cancel: CancelToken
    finish: bool = False  # the best so far of what was begun is its end

    def fit(self, task: Task, loop: LoopConfig, workers: int = 0) -> None:
        """Train the task's model to its best weights; ``workers`` processes load its batches."""
        Fit(task, loop, self.run, self.device, self.hook, self.cancel, workers)(self.finish)


def told_dialogues(job: Job, step: str) -> dict[str, tuple[Dialogue, ...]]:
    """The run's dialogues; what their corpora lack is told."""
    splits, problems = read_dialogues(job.run.config)
    for problem in problems:
        job.hook(Warned(step, problem))
    return splits


def tell_unreadable(job: Job, step: str, sentences: Sequence[str]) -> None:
    """The first of them as a warning, all in ``unreadable.txt``."""
    if not is_first():
        return
    path = job.run.step_folder(step) / UNREADABLE
    path.write_text("".join(f"{sentence}\n" for sentence in sentences), encoding="utf-8")
    if sentences:
        job.hook(Warned(step, f"{len(sentences)} cannot be read, all named in {path}. {sentences[0]}"))


def labelled_dialogues(run: Run, *needed: str) -> dict[str, list[LabelledDialogue]]:
    """The dialogues that have a label. Raises TrainingError where a split that is needed has none."""
    splits, vectors = read_packs(run.config, run.folder / "features")
    found = {
        split: [d for d in labelled(some, vectors, run.config.labels) if any(label != IGNORED for label in d.labels)]
        for split, some in splits.items()
    }
    for split in needed:
        if not found[split]:
            raise TrainingError(
                f"The {split} split has no label of the set ({', '.join(run.config.labels)}); "
                "label some of it, or map its labels with label_map."
            )
    return found


def owners(dialogues: Sequence[LabelledDialogue]) -> list[str]:
    return [d.id for d in dialogues for label in d.labels if label >= 0]


def split_figures(split: str, scores: Scores) -> dict[str, float]:
    return {
        f"{split}/weighted_f1": scores.weighted_f1.value,
        f"{split}/accuracy": scores.accuracy.value,
        f"{split}/ece": scores.ece,
    }
