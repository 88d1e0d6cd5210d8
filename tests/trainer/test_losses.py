"""The extractor loss: Eq. 9-13 and what the decisions change."""

import math

import pytest
import torch

from trainer.config import TripletLossConfig
from trainer.losses import adaptive_margin, class_weights, covariance_loss, triplet_loss, unit_distance, variance_loss


def test_distance_of_unit_vectors_lies_between_zero_and_one() -> None:
    left = torch.tensor([[3.0, 0.0], [2.0, 0.0], [1.0, 0.0]])
    right = torch.tensor([[1.0, 0.0], [-5.0, 0.0], [0.0, 9.0]])
    assert unit_distance(left, right).tolist() == pytest.approx([0.0, 1.0, math.sqrt(2) / 2], abs=1e-5)


def test_margin_follows_the_printed_equations() -> None:
    ap, an = torch.tensor([0.0, 0.5]), torch.tensor([1.0, 0.25])
    expected = [1 + 2 + 1 + 2, 1 + 2 / math.exp(2) + 1 + 2 / math.exp(3)]
    assert adaptive_margin(ap, an).tolist() == pytest.approx(expected, rel=1e-5)


def test_variance_loss_is_zero_once_every_dimension_spreads() -> None:
    generator = torch.Generator().manual_seed(0)
    spread = 3 * torch.randn(200, 4, generator=generator)
    assert variance_loss(spread).item() == 0
    assert variance_loss(torch.zeros(200, 4)).item() == pytest.approx(1 - 0.01, abs=1e-3)


def test_covariance_loss_counts_only_what_lies_off_the_diagonal() -> None:
    column = torch.tensor([-1.0, 0.0, 1.0])
    copies = torch.stack([column, column], dim=1)
    assert covariance_loss(copies).item() == pytest.approx((1 + 1) / 2)
    assert covariance_loss(torch.stack([column, torch.zeros(3)], dim=1)).item() == 0


def _one_step(margin: str) -> tuple[float, float]:
    """Anchor-positive and anchor-negative distance after gradient steps on the embeddings themselves."""
    config = TripletLossConfig(margin=margin, covariance_weight=0, variance_weight=0)
    generator = torch.Generator().manual_seed(1)
    anchor = torch.randn(2, 8, generator=generator).requires_grad_()
    positive = (anchor.detach() + 0.3 * torch.randn(2, 8, generator=generator)).requires_grad_()
    negative = torch.randn(2, 8, generator=generator).requires_grad_()
    optimiser = torch.optim.SGD([anchor, positive, negative], lr=0.02)
    for _ in range(200):
        optimiser.zero_grad()
        triplet_loss(anchor, positive, negative, config).total.backward()
        optimiser.step()
    return unit_distance(anchor, positive).mean().item(), unit_distance(anchor, negative).mean().item()


def test_detached_margin_pulls_positives_together_and_pushes_negatives_apart() -> None:
    ap, an = _one_step("detached")
    assert ap < 0.05
    assert an > 0.9


def test_literal_margin_settles_where_the_paper_equations_put_its_optimum() -> None:
    ap, an = _one_step("literal")
    assert an < ap + 0.35, "literal: negatives are not pushed away from positives"
    assert ap > 0.2


def test_total_is_the_weighted_sum_of_the_parts() -> None:
    generator = torch.Generator().manual_seed(2)
    a, p, n = (torch.randn(6, 5, generator=generator) for _ in range(3))
    loss = triplet_loss(a, p, n, TripletLossConfig())
    expected = 20 * loss.adaptive_margin + 5 * loss.covariance + loss.variance
    assert loss.total.item() == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize("margin", ["detached", "literal", "fixed"])
@pytest.mark.parametrize("distance", ["unit", "raw"])
def test_gradient_is_finite_where_anchor_and_positive_coincide(margin: str, distance: str) -> None:
    same = torch.ones(3, 4).requires_grad_()
    config = TripletLossConfig(margin=margin, distance=distance)
    triplet_loss(same, same * 1, same * 1, config).total.backward()
    assert same.grad is not None
    assert torch.isfinite(same.grad).all()


def test_rare_classes_weigh_more_as_the_exponent_says() -> None:
    labels = [0] * 8 + [1] * 2 + [-100]
    assert class_weights(labels, 3, 0.0).tolist() == [1, 1, 1]
    none, half = class_weights(labels, 2, 1.0), class_weights(labels, 2, 0.5)
    assert (none[1] / none[0]).item() == pytest.approx(4)
    assert (half[1] / half[0]).item() == pytest.approx(2)
    assert half.mean().item() == pytest.approx(1)
