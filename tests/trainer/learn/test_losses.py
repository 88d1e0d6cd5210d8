"""The extractor loss: Eq. 9-13 and what the decisions change."""

import math

import pytest
import torch

from trainer.config import TripletLossConfig
from trainer.learn.losses import (
    Triplets,
    adaptive_margin,
    class_weights,
    covariance_loss,
    distances,
    triplet_loss,
    variance_loss,
)


def triplets_of(rows: int) -> Triplets:
    """Row i of each third of the rows with row i of the others."""
    return tuple(torch.arange(rows).chunk(3))


def test_distance_of_unit_vectors_lies_between_zero_and_one() -> None:
    rows = torch.tensor([[3.0, 0.0], [1.0, 0.0], [-5.0, 0.0], [0.0, 9.0]])
    assert distances(rows, "unit")[0].tolist() == pytest.approx([0.0, 0.0, 1.0, math.sqrt(2) / 2], abs=1e-5)
    assert distances(rows, "raw")[0].tolist() == pytest.approx([0.0, 2.0, 8.0, math.sqrt(90)])


def test_margin_follows_the_printed_equations() -> None:
    ap, an = torch.tensor([0.0, 0.5]), torch.tensor([1.0, 0.25])
    expected = [1 + 2 + 1 + 2, 1 + 2 / math.exp(2) + 1 + 2 / math.exp(3)]
    assert adaptive_margin(ap, an).tolist() == pytest.approx(expected, rel=1e-5)


def test_variance_loss_is_zero_once_every_dimension_spreads() -> None:
    generator, once = torch.Generator().manual_seed(0), torch.ones(200)
    spread = 3 * torch.randn(200, 4, generator=generator)
    assert variance_loss(spread, once).item() == 0
    assert variance_loss(torch.zeros(200, 4), once).item() == pytest.approx(1 - 0.01, abs=1e-3)


def test_covariance_loss_counts_only_what_lies_off_the_diagonal() -> None:
    column, once = torch.tensor([-1.0, 0.0, 1.0]), torch.ones(3)
    copies = torch.stack([column, column], dim=1)
    assert covariance_loss(copies, once).item() == pytest.approx((1 + 1) / 2)
    assert covariance_loss(torch.stack([column, torch.zeros(3)], dim=1), once).item() == 0


def test_statistics_count_a_row_as_often_as_it_stands_in_the_triplets() -> None:
    z, times = torch.randn(5, 3, generator=torch.Generator().manual_seed(3)), torch.tensor([3, 0, 1, 2, 1])
    written_out = z.repeat_interleave(times, dim=0)
    for loss in (variance_loss, covariance_loss):
        expected = loss(written_out, torch.ones(len(written_out))).item()
        assert loss(z, times.float()).item() == pytest.approx(expected, rel=1e-5)
    assert variance_loss(z, times.float()).item() == pytest.approx(
        torch.relu(1 - (written_out.var(dim=0) + 1e-4).sqrt()).mean().item(), rel=1e-5
    )


def _one_step(margin: str) -> tuple[float, float]:
    """Anchor-positive and anchor-negative distance after gradient steps on the embeddings themselves."""
    config = TripletLossConfig(margin=margin, covariance_weight=0, variance_weight=0)
    generator = torch.Generator().manual_seed(1)
    anchor = torch.randn(2, 8, generator=generator)
    positive = anchor + 0.3 * torch.randn(2, 8, generator=generator)
    rows = torch.cat([anchor, positive, torch.randn(2, 8, generator=generator)]).requires_grad_()
    optimiser = torch.optim.SGD([rows], lr=0.02)
    for _ in range(200):
        optimiser.zero_grad()
        triplet_loss(rows, triplets_of(6), config).total.backward()
        optimiser.step()
    a, p, n = triplets_of(6)
    found = distances(rows, "unit")
    return found[a, p].mean().item(), found[a, n].mean().item()


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
    loss = triplet_loss(torch.randn(18, 5, generator=generator), triplets_of(18), TripletLossConfig())
    expected = 20 * loss.adaptive_margin + 5 * loss.covariance + loss.variance
    assert loss.total.item() == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize("margin", ["detached", "literal", "fixed"])
@pytest.mark.parametrize("distance", ["unit", "raw"])
def test_gradient_is_finite_where_anchor_and_positive_coincide(margin: str, distance: str) -> None:
    same = torch.ones(9, 4).requires_grad_()
    config = TripletLossConfig(margin=margin, distance=distance)
    triplet_loss(same, triplets_of(9), config).total.backward()
    assert same.grad is not None
    assert torch.isfinite(same.grad).all()


def test_rare_classes_weigh_more_as_the_exponent_says() -> None:
    labels = [0] * 8 + [1] * 2 + [-100]
    assert class_weights(labels, 3, 0.0).tolist() == [1, 1, 1]
    none, half = class_weights(labels, 2, 1.0), class_weights(labels, 2, 0.5)
    assert (none[1] / none[0]).item() == pytest.approx(4)
    assert (half[1] / half[0]).item() == pytest.approx(2)
    assert half.mean().item() == pytest.approx(1)
