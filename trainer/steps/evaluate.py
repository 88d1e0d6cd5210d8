"""The step ``evaluate``: the trained dialogue network is judged (torch)."""

from collections.abc import Sequence
from pathlib import Path

from m2fnet_core.base.calibration import MODALITY_SETS, Calibration
from m2fnet_core.nets.fusion import FusionNet
from trainer.events import Done
from trainer.judge.evaluate import report
from trainer.judge.metrics import calibration_error
from trainer.learn.fit_fusion import (
    MODALITIES,
    LabelledDialogue,
    judged,
    with_exactly,
)
from trainer.steps.fusion import trained_net
from trainer.steps.job import Job, labelled_dialogues, owners, split_figures


def evaluate(job: Job) -> Done:
    """Judge the trained dialogue network on validation and test; leaves JSON and pictures in ``evaluate``."""
    config, folder = job.run.config, job.run.step_folder("evaluate")
    net, calibration = trained_net(job.run)
    dialogues = labelled_dialogues(job.run)
    figures: dict[str, float] = {}
    for split in ("validation", "test"):
        if dialogues[split]:
            truth, probabilities = judged(net.to(job.device), dialogues[split], calibration)
            scores = report(truth, probabilities, config.labels, owners(dialogues[split]), split, folder)
            figures |= split_figures(split, scores) | _calibration_errors(net, calibration, dialogues[split], split)
            figures |= _alone(net, calibration, dialogues[split], config.labels, split, folder)
    return Done("evaluate", {"reports": folder}, figures)


def _calibration_errors(
    net: FusionNet, calibration: Calibration, dialogues: Sequence[LabelledDialogue], split: str
) -> dict[str, float]:
    """ECE of the utterances with exactly each set of modalities, the others masked."""
    parts = {name: some for name in MODALITY_SETS if (some := with_exactly(dialogues, name))}
    return {
        f"{split}/ece of {name}": calibration_error(*judged(net, some, calibration)) for name, some in parts.items()
    }


def _alone(
    net: FusionNet,
    calibration: Calibration,
    dialogues: Sequence[LabelledDialogue],
    labels: Sequence[str],
    split: str,
    folder: Path,
) -> dict[str, float]:
    """Weighted F1 of each modality with the others masked; leaves a report of each."""
    figures = {}
    for modality in MODALITIES:
        if getattr(net.config, modality):
            found = judged(net, dialogues, calibration, modality)
            scores = report(*found, labels, owners(dialogues), f"{split}-{modality}", folder)
            figures[f"{split}/{modality} alone/weighted_f1"] = scores.weighted_f1.value
    return figures
