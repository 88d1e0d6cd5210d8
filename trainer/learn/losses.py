"""The extractors' loss L_FE, Eq. 9-13 of the paper, with our decisions as named options; class weights (torch)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize, relu

from trainer.config import TripletLossConfig

Triplets = tuple[Tensor, Tensor, Tensor]  # rows of anchors, positives and negatives, int64 (T,) each


@dataclass(frozen=True, slots=True)
class TripletLoss:
    """The parts of L_FE and their weighted sum, each a scalar."""

    total: Tensor
    adaptive_margin: Tensor  # L_AMT
    covariance: Tensor  # L_Cov
    variance: Tensor  # L_Var


def distances(rows: Tensor, kind: str) -> Tensor:
    """Euclidean distance of every pair of rows (N, d) -> (N, N), with a finite gradient at zero.

    "unit": of the L2-normalised rows, scaled to [0, 1] (decision); "raw": of the rows as they are.
    """
    if kind == "unit":
        return distances(normalize(rows, dim=-1), "raw") / 2
    return torch.cdist(rows, rows, compute_mode="donot_use_mm_for_euclid_dist")


def adaptive_margin(ap: Tensor, an: Tensor) -> Tensor:
    """Margin m = m_sim + m_dissim from anchor-positive and anchor-negative distances (N,). Eq. 10, 11."""
    similar = 1 + 2 / torch.exp(4 * ap)
    dissimilar = 1 + 2 / torch.exp(-4 * an + 4)
    return similar + dissimilar


def variance_loss(z: Tensor, times: Tensor, epsilon: float = 1e-4) -> Tensor:
    """Hinge on the standard deviation of each dimension of z (N, d), whose row i stands ``times[i]`` times.

    Eq. 12 with VICReg's hinge (decision).
    """
    centred, n = _centred(z, times)
    variance = (centred.pow(2) * times[:, None]).sum(dim=0) / (n - 1)
    return relu(1 - torch.sqrt(variance + epsilon)).mean()


def covariance_loss(z: Tensor, times: Tensor) -> Tensor:
    """Sum of squared off-diagonal covariances of z (N, d), divided by d; row i of z stands ``times[i]`` times.

    Eq. 13 with VICReg's square (decision).
    """
    centred, n = _centred(z, times)
    covariance = centred.T @ (centred * times[:, None]) / (n - 1)
    return (covariance.pow(2).sum() - covariance.diagonal().pow(2).sum()) / z.shape[1]


def _centred(z: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """Rows minus the mean of all, and how many all are."""
    n = times.sum()
    return z - (times @ z) / n, n


def triplet_loss(embeddings: Tensor, triplets: Triplets, config: TripletLossConfig) -> TripletLoss:
    """L_FE of the triplets (three index tensors (T,), T >= 2) among raw projector outputs (N, d). Eq. 9.

    Decisions, each an option: the margin carries no gradient (``margin="detached"``; "literal" lets it through, which
    pulls negatives closer than positives; "fixed" is FaceNet's), distances are taken on unit vectors.
    Anchors, positives and negatives are the same few rows again and again, so distances are taken once a pair of rows,
    and statistics count a row as often as it stands in the triplets.
    """
    anchor, positive, negative = triplets
    if not len(anchor):  # a part of a batch may have one class alone
        nothing = embeddings.sum() * 0
        return TripletLoss(nothing, nothing, nothing, nothing)
    all_pairs = distances(embeddings, config.distance)
    ap, an, pn = all_pairs[anchor, positive], all_pairs[anchor, negative], all_pairs[positive, negative]
    if config.margin == "fixed":
        amt = relu(ap - an + config.fixed_margin).mean()
    else:
        margin = adaptive_margin(ap, an)
        amt = (ap - (an + pn) / 2 + (margin.detach() if config.margin == "detached" else margin)).mean()
    times = [part.bincount(minlength=len(embeddings)).to(embeddings.dtype) for part in triplets]
    covariance = torch.stack([covariance_loss(embeddings, t) for t in times]).sum()
    variance = torch.stack([variance_loss(embeddings, t) for t in times]).sum()
    total = config.margin_weight * amt + config.covariance_weight * covariance + config.variance_weight * variance
    return TripletLoss(total, amt, covariance, variance)


def class_weights(labels: Iterable[int], classes: int, exponent: float) -> Tensor:
    """Weights [classes] of a cross-entropy: the inverse frequency to this power, 1 on average. Decision.

    Negative labels are no class; a class without an example counts as one with a single one.
    """
    counts = np.bincount([label for label in labels if label >= 0], minlength=classes)
    weights = (counts.sum() / np.maximum(counts, 1)) ** exponent
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)
