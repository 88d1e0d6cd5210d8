"""Which utterances or pictures make a batch, and which triplets a batch holds (torch)."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize


def balanced_batches(labels: Sequence[int], classes: int, per_class: int, seed: int) -> Iterator[list[int]]:
    """One epoch of index lists with ``per_class`` examples of every class that has any.

    An epoch ends when the largest class was seen once; smaller classes repeat, reshuffled each time around, so every
    class weighs the same though MELD is 47% neutral. The same seed gives the same batches.
    """
    generator = np.random.default_rng(seed)
    known = np.asarray(labels)
    pools = [np.flatnonzero(known == c) for c in range(classes)]
    pools = [pool for pool in pools if len(pool)]
    steps = max(1, max(len(pool) for pool in pools) // per_class)
    queues = [_endless(pool, generator) for pool in pools]
    for _ in range(steps):
        yield [next(queue) for queue in queues for _ in range(per_class)]


def _endless(pool: np.ndarray, generator: np.random.Generator) -> Iterator[int]:
    while True:
        yield from (int(i) for i in generator.permutation(pool))


def semi_hard_triplets(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
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
