"""Judging probabilities of a split: figures as JSON, and the confusion matrix as a picture.

matplotlib and scipy's optimiser are imported where they work: a training starts a second sooner without them.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from m2fnet_core.base.json_codec import plain
from trainer.judge.comparison import Scores
from trainer.judge.metrics import Floats, Ints, score

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def report(
    truth: Ints, probabilities: Floats, labels: Sequence[str], dialogues: Sequence[str], split: str, folder: Path
) -> Scores:
    """Scores of a split with bootstrap intervals over dialogues; writes ``split.json`` and ``split.png``."""
    scores = score(truth, probabilities, labels, dialogues)
    body = {"schema": 1, "split": split, "labels": list(labels), **plain(scores)}
    (folder / f"{split}.json").write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
    draw_confusion(scores, labels, split).savefig(folder / f"{split}.png", dpi=120)
    return scores


def draw_confusion(scores: Scores, labels: Sequence[str], title: str) -> "Figure":
    """Rows are true labels, columns predicted ones; colours are shares of the row, numbers are utterances."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    axes = figure.subplots()
    shares = [[n / max(1, sum(row)) for n in row] for row in scores.confusion]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for i, row in enumerate(scores.confusion):
        for j, count in enumerate(row):
            axes.text(j, i, str(count), ha="center", va="center", color="white" if shares[i][j] > 0.5 else "black")
    f1 = scores.weighted_f1
    axes.set_title(f"{title}: weighted F1 {f1.value:.3f} [{f1.low:.3f}, {f1.high:.3f}], n = {scores.utterances}")
    return figure


def calibrated_temperature(truth: Ints, logits: Floats) -> float:
    """The temperature that minimises the cross-entropy of ``logits`` (n, C). Bounds 0.25 and 8."""
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def surprise(temperature: float) -> float:
        return -float(log_softmax(logits / temperature, axis=1)[range(len(truth)), truth].mean())

    return float(minimize_scalar(surprise, bounds=(0.25, 8.0), method="bounded").x)
