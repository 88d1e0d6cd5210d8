"""Which utterances or pictures make a batch, and which triplets a batch holds (torch)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from trainer.learn.losses import Triplets

_FEWEST = 2  # examples of a class in a batch: an anchor needs a positive


@dataclass(frozen=True, slots=True)
class BatchMix:
    """How many examples of which classes make a batch."""

    per_class: int  # on average
    at_once: int  # classes at most
    balance: float = 1.0  # 1: as many of every class; 0: as the corpus has them; between: a power of its counts


def class_batches(labels: Sequence[int], classes: int, mix: BatchMix, seed: int) -> Iterator[list[int]]:
    """One epoch of index lists with ``per_class`` examples of every class that has any, of ``at_once`` at most.

    An epoch ends when the largest class was seen once; smaller classes repeat, reshuffled each time around. With full
    balance every class weighs the same though MELD is 47% neutral; with less, larger classes get more of a batch and
    small ones repeat less. With more classes than ``at_once`` (people), every batch takes the next ones, as many of
    each, and an epoch has as many examples as the corpus. The same seed gives the same batches.
    """
    generator = np.random.default_rng(seed)
    known = np.asarray(labels)
    ends = np.bincount(known, minlength=classes).cumsum()[:-1]
    pools = [pool for pool in np.split(np.argsort(known, kind="stable"), ends) if len(pool)]
    queues = [_endless(pool, generator) for pool in pools]
    few = len(pools) <= mix.at_once
    sizes = _sizes([len(pool) for pool in pools], mix) if few else [mix.per_class] * len(pools)
    seen_once = max(len(pool) // size for pool, size in zip(pools, sizes, strict=True))
    steps = seen_once if few else len(known) // (mix.at_once * mix.per_class)
    groups = _groups(len(pools), mix.at_once, generator)
    for _ in range(max(1, steps)):
        chosen = range(len(pools)) if few else next(groups)
        yield [next(queues[place]) for place in chosen for _ in range(sizes[place])]


def _sizes(counts: Sequence[int], mix: BatchMix) -> list[int]:
    """Examples of each class in a batch."""
    shares = np.asarray(counts, float) ** (1 - mix.balance)
    exact = mix.per_class * len(counts) * shares / shares.sum()
    return [max(_FEWEST, round(size)) for size in exact.tolist()]


def _groups(classes: int, at_once: int, generator: np.random.Generator) -> Iterator[list[int]]:
    """Endless groups of different classes, shuffled anew each time around."""
    while True:
        order = generator.permutation(classes).tolist()
        yield from (order[start : start + at_once] for start in range(0, classes - at_once + 1, at_once))


def _endless(pool: np.ndarray, generator: np.random.Generator) -> Iterator[int]:
    while True:
        yield from (int(i) for i in generator.permutation(pool))


def semi_hard_triplets(embeddings: Tensor, labels: Tensor) -> Triplets:
    """Indices (anchor, positive, negative), each (T,), of every same-class pair of a batch with its semi-hard negative.

    As in FaceNet (the paper's [25]): the closest negative that is farther from the anchor than the positive is; where
    there is none, the farthest negative. ``embeddings`` (N, d), ``labels`` (N,). T is 0 when no class has two examples
    or there is one class only.
    """
    with torch.no_grad():
        unit = normalize(embeddings.float(), dim=1)
        distance = torch.cdist(unit, unit)
    same = labels[:, None] == labels[None, :]
    pairs = same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    anchor, positive = pairs.nonzero(as_tuple=True)
    usable = (~same).any(dim=1)[anchor]
    anchor, positive = anchor[usable], positive[usable]
    rows, negatives = distance[anchor], ~same[anchor]
    harder = negatives & (rows > distance[anchor, positive][:, None])
    nearest = rows.masked_fill(~harder, torch.inf).argmin(dim=1)
    farthest = rows.masked_fill(~negatives, -torch.inf).argmax(dim=1)
    return anchor, positive, torch.where(harder.any(dim=1), nearest, farthest)
