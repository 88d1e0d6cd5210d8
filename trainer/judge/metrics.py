"""How predictions are judged. Numpy; no torch."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from trainer.judge.comparison import Interval, Scores

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def weighted_f1(truth: Ints, predicted: Ints) -> float:
    """F1 per class, averaged by the number of true utterances of the class."""
    return float(_figures(truth, predicted, 1 + int(max(truth.max(), predicted.max())))[0])


def accuracy(truth: Ints, predicted: Ints) -> float:
    """Share of right predictions."""
    return float(np.mean(truth == predicted))


def class_f1(truth: Ints, predicted: Ints, classes: int) -> list[float]:
    """F1 of each class; 0 for a class that neither occurs nor is predicted."""
    return [float(f1) for f1 in _figures(truth, predicted, classes)[2:]]


def confusion_counts(truth: Ints, predicted: Ints, classes: int) -> tuple[tuple[int, ...], ...]:
    """How often class i was predicted as j: row i, column j."""
    counts = confusions(truth, predicted, [""] * len(truth), classes)[0]
    return tuple(tuple(int(n) for n in row) for row in counts)


def _figures(truth: Ints, predicted: Ints, classes: int) -> Floats:
    return confusion_figures(confusions(truth, predicted, [""] * len(truth), classes)[0])


def calibration_error(truth: Ints, probabilities: Floats, bins: int = 15) -> float:
    """Expected calibration error: mean gap of confidence and accuracy over equal bins of confidence."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(float(np.sum(right[places == b]) - np.sum(confidence[places == b]))) for b in range(bins)]
    return sum(gaps) / len(truth)


def bootstrap(counts: Floats, figures: Callable[[Floats], Floats], rounds: int = 1000, seed: int = 0) -> Floats:
    """95% bounds [2, F] of figures under resampling of whole dialogues.

    Utterances of one dialogue depend on each other, so dialogues are drawn, not utterances. ``counts`` [dialogues, ...]
    is what the figures are made of, dialogue by dialogue; ``figures`` gets sums of it [rounds, ...] and returns
    [rounds, F].
    """
    drawn = np.random.default_rng(seed).integers(len(counts), size=(rounds, len(counts)))
    often = np.stack([np.bincount(row, minlength=len(counts)) for row in drawn]).astype(np.float64)
    bounds: Floats = np.quantile(figures(np.tensordot(often, counts, axes=1)), (0.025, 0.975), axis=0)
    return bounds


def confusions(truth: Ints, predicted: Ints, dialogues: Sequence[str], classes: int) -> Floats:
    """How often class i was predicted as j in each dialogue, [dialogues, classes, classes]."""
    names, places = np.unique(np.asarray(dialogues), return_inverse=True)
    counts = np.zeros((len(names), classes, classes))
    np.add.at(counts, (places, truth, predicted), 1)
    return counts


def confusion_figures(counts: Floats) -> Floats:
    """Weighted F1, accuracy and the F1 of each class of confusion matrices [..., C, C], [..., 2 + C]."""
    true, predicted = counts.sum(axis=-1), counts.sum(axis=-2)
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    f1 = 2 * right / np.maximum(true + predicted, 1)  # 0 for a class that neither occurs nor is predicted
    every = np.maximum(true.sum(axis=-1), 1)
    weighted = (f1 * true).sum(axis=-1) / every
    return np.concatenate([weighted[..., None], (right.sum(axis=-1) / every)[..., None], f1], axis=-1)


def score(
    truth: Ints,
    probabilities: Floats,
    labels: Sequence[str],
    dialogues: Sequence[str],
    rounds: int = 1000,
    seed: int = 0,
) -> Scores:
    """Everything about one split: ``truth`` (n,), ``probabilities`` (n, C), the dialogue of each utterance."""
    counts = confusions(truth, probabilities.argmax(axis=1), dialogues, len(labels))
    matrix = counts.sum(axis=0)
    rows = zip(confusion_figures(matrix), *bootstrap(counts, confusion_figures, rounds, seed), strict=True)
    intervals = [Interval(float(value), float(low), float(high)) for value, low, high in rows]
    return Scores(
        weighted_f1=intervals[0],
        accuracy=intervals[1],
        class_f1=dict(zip(labels, intervals[2:], strict=True)),
        ece=calibration_error(truth, probabilities),
        confusion=tuple(tuple(int(n) for n in row) for row in matrix),
        utterances=len(truth),
        dialogues=len(counts),
    )


def paired_difference(counts: Floats, rounds: int = 2000, seed: int = 0) -> Interval:
    """Weighted F1 of the first minus the second of two models' confusion matrices, [dialogues, 2, C, C].

    Both are judged on the same draws of dialogues, so that what is hard for both makes the interval no wider.
    """

    def difference(sums: Floats) -> Floats:
        f1 = confusion_figures(sums)[..., 0]  # [..., 2]
        return f1[..., :1] - f1[..., 1:]

    low, high = bootstrap(counts, difference, rounds, seed)[:, 0]
    return Interval(float(difference(counts.sum(axis=0))[0]), float(low), float(high))
