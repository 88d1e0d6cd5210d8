"""How embeddings are judged: linear probe, 11 nearest neighbours, effective rank. Numpy and scikit-learn; no torch.

scikit-learn is imported where it fits something: it takes as long to load as torch, and the steps that train no
extractor would wait for it at every start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.judge.metrics import Floats, Ints, accuracy, weighted_f1


@dataclass(frozen=True, slots=True)
class EmbeddingScores:
    """How well embeddings of unseen examples separate the classes, and whether they collapsed."""

    probe_accuracy: float
    probe_weighted_f1: float
    neighbours_accuracy: float
    neighbours_weighted_f1: float
    effective_rank: float


def fitted_judge(train: Floats, labels: Ints) -> Callable[[Floats, Ints], tuple[EmbeddingScores, Floats]]:
    """Linear probe and 11-NN on unit vectors, fitted on ``train`` (n, d), to judge unseen ones (k, d) and their labels.

    Beside the scores come the probe's probabilities, as of `fitted_probe`.
    """
    from sklearn.neighbors import KNeighborsClassifier

    near = KNeighborsClassifier(min(11, len(train))).fit(_unit(train), labels)
    probe = fitted_probe(train, labels)

    def judge(unseen: Floats, truth: Ints) -> tuple[EmbeddingScores, Floats]:
        probabilities = probe(unseen)
        by_probe, by_neighbours = probabilities.argmax(axis=1), near.predict(_unit(unseen))
        scores = EmbeddingScores(
            probe_accuracy=accuracy(truth, by_probe),
            probe_weighted_f1=weighted_f1(truth, by_probe),
            neighbours_accuracy=accuracy(truth, by_neighbours),
            neighbours_weighted_f1=weighted_f1(truth, by_neighbours),
            effective_rank=effective_rank(unseen),
        )
        return scores, probabilities

    return judge


def fitted_probe(train: Floats, labels: Ints) -> Callable[[Floats], Floats]:
    """A logistic regression on unit vectors (n, d) -> its probabilities (k, 1 + the highest label) of other vectors."""
    from sklearn.linear_model import LogisticRegression

    # Dimensions are not brought to one scale: L_FE leaves most of them next to empty, and noise would count as much.
    probe: Any = LogisticRegression(max_iter=2000).fit(_unit(train), labels)

    def probabilities(vectors: Floats) -> Floats:
        spread = np.zeros((len(vectors), 1 + int(labels.max())))
        spread[:, probe.classes_] = probe.predict_proba(_unit(vectors))
        return spread

    return probabilities


def effective_rank(embeddings: Floats) -> float:
    """Exponential of the entropy of the normalised singular values of centred embeddings (n, d); 1 when collapsed."""
    singular = np.linalg.svd(embeddings - embeddings.mean(axis=0), compute_uv=False)
    shares = singular / max(float(singular.sum()), 1e-12)
    shares = shares[shares > 1e-12]
    return float(np.exp(-np.sum(shares * np.log(shares))))


def _unit(rows: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1e-12)
