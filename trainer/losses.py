"""The extractors' loss L_FE, Eq. 9-13 of the paper, with our decisions as named options; class weights (torch)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize, relu

from trainer.config import TripletLossConfig


@dataclass(frozen=True, slots=True)
class TripletLoss:
    """The parts of L_FE and their weighted sum, each a scalar."""

    total: Tensor
    adaptive_margin: Tensor  # L_AMT
    covariance: Tensor  # L_Cov
    variance: Tensor  # L_Var


def unit_distance(left: Tensor, right: Tensor) -> Tensor:
    """Euclidean distance of L2-normalised rows, scaled to [0, 1]. Shapes (N, d), (N, d) -> (N,). Decision."""
    return raw_distance(normalize(left, dim=-1), normalize(right, dim=-1)) / 2


def raw_distance(left: Tensor, right: Tensor) -> Tensor:
    """Euclidean distance of rows as they are, with a finite gradient at zero."""
    return (left - right).pow(2).sum(-1).clamp_min(1e-12).sqrt()


DISTANCES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"unit": unit_distance, "raw": raw_distance}


def adaptive_margin(ap: Tensor, an: Tensor) -> Tensor:
    """Margin m = m_sim + m_dissim from anchor-positive and anchor-negative distances (N,). Eq. 10, 11."""
    similar = 1 + 2 / torch.exp(4 * ap)
    dissimilar = 1 + 2 / torch.exp(-4 * an + 4)
    return similar + dissimilar


def variance_loss(z: Tensor, epsilon: float = 1e-4) -> Tensor:
    """Hinge on the standard deviation of each dimension of z (N, d). Eq. 12 with VICReg's hinge (decision)."""
    return relu(1 - torch.sqrt(z.var(dim=0) + epsilon)).mean()


def covariance_loss(z: Tensor) -> Tensor:
    """Sum of squared off-diagonal covariances of z (N, d), divided by d. Eq. 13 with VICReg's square (decision)."""
    n, d = z.shape
    centred = z - z.mean(dim=0)
    covariance = centred.T @ centred / (n - 1)
    return (covariance.pow(2).sum() - covariance.diagonal().pow(2).sum()) / d


def triplet_loss(anchor: Tensor, positive: Tensor, negative: Tensor, config: TripletLossConfig) -> TripletLoss:
    """L_FE of N triplets of raw projector outputs (N, d), N >= 2. Eq. 9.

    Decisions, each an option: the margin carries no gradient (``margin="detached"``; "literal" lets it through, which
    pulls negatives closer than positives; "fixed" is FaceNet's), distances are taken on unit vectors.
    """
    if not len(anchor):  # a part of a batch may have one class alone
        nothing = anchor.sum()
        return TripletLoss(nothing, nothing, nothing, nothing)
    distance = DISTANCES[config.distance]
    ap, an, pn = distance(anchor, positive), distance(anchor, negative), distance(positive, negative)
    if config.margin == "fixed":
        amt = relu(ap - an + config.fixed_margin).mean()
    else:
        margin = adaptive_margin(ap, an)
        amt = (ap - (an + pn) / 2 + (margin.detach() if config.margin == "detached" else margin)).mean()
    parts = (anchor, positive, negative)
    covariance = torch.stack([covariance_loss(z) for z in parts]).sum()
    variance = torch.stack([variance_loss(z) for z in parts]).sum()
    total = config.margin_weight * amt + config.covariance_weight * covariance + config.variance_weight * variance
    return TripletLoss(total, amt, covariance, variance)


def class_weights(labels: Iterable[int], classes: int, exponent: float) -> Tensor:
    """Weights [classes] of a cross-entropy: the inverse frequency to this power, 1 on average. Decision.

    Negative labels are no class; a class without an example counts as one with a single one.
    """
    counts = np.bincount([label for label in labels if label >= 0], minlength=classes)
    weights = (counts.sum() / np.maximum(counts, 1)) ** exponent
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)
