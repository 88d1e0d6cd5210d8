"""The study behind our reading of Eq. 9-13: which form of the margin separates classes, m2fnet section 2 (torch)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from trainer.config import TripletLossConfig
from trainer.judge.probes import fitted_judge
from trainer.learn.batches import semi_hard_triplets
from trainer.learn.losses import triplet_loss

CLASSES, WIDTH, MODES, NOISE = 6, 24, 3, 0.9


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of the table."""

    name: str
    loss: TripletLossConfig


VARIANTS = (
    Variant("literal margin, raw distance", TripletLossConfig(margin="literal", distance="raw")),
    Variant("literal margin, distance in [0, 1]", TripletLossConfig(margin="literal")),
    Variant("detached margin, distance in [0, 1]", TripletLossConfig()),
    Variant("detached margin, raw distance", TripletLossConfig(distance="raw")),
    Variant("FaceNet's fixed margin 0.2, distance in [0, 1]", TripletLossConfig(margin="fixed")),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Held-out figures of a variant: mean and spread (standard deviation) over seeds, and the effective rank."""

    variant: str
    neighbours: float
    spread: float
    probe: float
    rank: float


def toy_examples(count: int, seed: int, layout: int = 0) -> tuple[Tensor, Tensor]:
    """``count`` points (count, 24) of six classes of three overlapping modes each, and their classes (count,).

    ``layout`` places the modes; ``seed`` draws the points, so that training and held-out points share their modes.
    """
    centres = np.random.default_rng(layout).normal(size=(CLASSES, MODES, WIDTH))
    generator = np.random.default_rng([layout, seed])
    classes = generator.integers(CLASSES, size=count)
    modes = generator.integers(MODES, size=count)
    points = centres[classes, modes] + NOISE * generator.normal(size=(count, WIDTH))
    return torch.tensor(points, dtype=torch.float32), torch.tensor(classes)


def train_variant(loss: TripletLossConfig, steps: int, seed: int) -> nn.Module:
    """A small network from points (N, 24) to embeddings (N, 300), trained on semi-hard triplets of 60 points a step."""
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(WIDTH, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 300))
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    points, classes = toy_examples(3000, seed=1, layout=seed)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        rows = torch.randint(len(points), (60,), generator=generator)
        embeddings = net(points[rows])
        triplets = semi_hard_triplets(embeddings.detach(), classes[rows])
        optimiser.zero_grad()
        triplet_loss(embeddings, triplets, loss).total.backward()
        optimiser.step()
    return net


def judge_variant(variant: Variant, steps: int, seeds: int) -> Outcome:
    """Train with several seeds and judge each on held-out points."""
    rows = []
    for seed in range(seeds):
        net = train_variant(variant.loss, steps, seed)
        train, unseen = toy_examples(1500, seed=2, layout=seed), toy_examples(1500, seed=3, layout=seed)
        with torch.inference_mode():
            known, new = net(train[0]).double().numpy(), net(unseen[0]).double().numpy()
        judged, _ = fitted_judge(known, train[1].numpy())(new, unseen[1].numpy())
        rows.append((judged.neighbours_accuracy, judged.probe_accuracy, judged.effective_rank))
    means, spread = np.mean(rows, axis=0), np.std(rows, axis=0)
    return Outcome(variant.name, float(means[0]), float(spread[0]), float(means[1]), float(means[2]))


def margin_study(steps: int = 1500, seeds: int = 3, tell: Callable[[Outcome], None] = lambda _: None) -> list[Outcome]:
    """Every variant on the toy classes; ``tell`` hears each outcome as it comes."""
    outcomes = []
    for variant in VARIANTS:
        outcomes.append(judge_variant(variant, steps, seeds))
        tell(outcomes[-1])
    return outcomes


def as_markdown(outcomes: list[Outcome]) -> str:
    """The table for docs and for people."""
    head = "| variant | 11-NN accuracy | linear probe | effective rank |\n|---|---|---|---|\n"
    return head + "".join(
        f"| {o.variant} | {o.neighbours:.3f} ± {o.spread:.3f} | {o.probe:.3f} | {o.rank:.0f} |\n" for o in outcomes
    )
