"""The step ``evaluate``: the trained dialogue network is judged (torch)."""

from collections.abc import Sequence
from pathlib import Path

from m2fnet_core.nets.fusion import FusionNet
from trainer.events import Done
from trainer.judge.evaluate import report
from trainer.learn.fit_fusion import (
    MODALITIES,
    LabelledDialogue,
    judged,
)
from trainer.steps.fusion import trained_net
from trainer.steps.job import Job, labelled_dialogues, owners, split_figures


def evaluate(job: Job) -> Done:
    """Judge the trained dialogue network on validation and test; leaves JSON and pictures in ``evaluate``."""
    config, folder = job.run.config, job.run.step_folder("evaluate")
    net, temperature = trained_net(job.run)
    dialogues = labelled_dialogues(job.run)
    figures: dict[str, float] = {}
    for split in ("validation", "test"):
        if dialogues[split]:
            truth, probabilities = judged(net.to(job.device), dialogues[split], temperature)
            scores = report(truth, probabilities, config.labels, owners(dialogues[split]), split, folder)
            figures |= split_figures(split, scores) | _alone(
                net, temperature, dialogues[split], config.labels, split, folder
            )
    return Done("evaluate", {"reports": folder}, figures)


def _alone(
    net: FusionNet,
    temperature: float,
    dialogues: Sequence[LabelledDialogue],
    labels: Sequence[str],
    split: str,
    folder: Path,
) -> dict[str, float]:
    """Weighted F1 of each modality with the others masked; leaves a report of each."""
    figures = {}
    for modality in MODALITIES:
        if getattr(net.config, modality):
            found = judged(net, dialogues, temperature, modality)
            scores = report(*found, labels, owners(dialogues), f"{split}-{modality}", folder)
            figures[f"{split}/{modality} alone/weighted_f1"] = scores.weighted_f1.value
    return figures
