"""What a step says about the validation split after every epoch. No torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.judge.metrics import Floats, Ints, accuracy, class_f1, confusion_counts, weighted_f1


@dataclass(frozen=True, slots=True)
class Validation:
    """Figures of the validation split by name; its confusion matrix (rows true) where the task is to classify."""

    metrics: Mapping[str, float]
    confusion: tuple[tuple[int, ...], ...] = ()


def judged_classes(truth: Ints, probabilities: Floats, labels: Sequence[str]) -> Validation:
    """Weighted F1, accuracy, cross-entropy and per-class F1 of ``truth`` (n,) and ``probabilities`` (n, classes)."""
    predicted = probabilities.argmax(axis=1)
    surprise = -np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-12)).mean()
    figures = {"weighted_f1": weighted_f1(truth, predicted), "accuracy": accuracy(truth, predicted)}
    each = zip(labels, class_f1(truth, predicted, len(labels)), strict=True)
    metrics = {**figures, "cross_entropy": float(surprise), **{f"f1/{label}": f1 for label, f1 in each}}
    return Validation(metrics, confusion_counts(truth, predicted, len(labels)))
