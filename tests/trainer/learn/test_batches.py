"""Batches that weigh classes alike, and the triplets inside them."""

import torch
from torch.nn.functional import normalize

from trainer.learn.batches import BatchMix, class_batches, semi_hard_triplets


def test_every_batch_holds_every_class_equally_though_one_dominates() -> None:
    labels = [0] * 40 + [1] * 5 + [2] * 3
    batches = list(class_batches(labels, 3, BatchMix(4, 3), seed=0))
    assert len(batches) == 10
    for batch in batches:
        assert sorted(labels[i] for i in batch) == [0] * 4 + [1] * 4 + [2] * 4
    assert {i for batch in batches for i in batch} == set(range(48))


def test_less_balance_gives_a_large_class_more_of_every_batch() -> None:
    labels = [0] * 400 + [1] * 100 + [2] * 4
    for balance, sizes in ((0.0, [24, 6, 2]), (0.5, [19, 9, 2]), (1.0, [10, 10, 10])):
        batches = list(class_batches(labels, 3, BatchMix(10, 3, balance), seed=0))
        assert len(batches) == 400 // sizes[0]
        assert all([[labels[i] for i in batch].count(c) for c in range(3)] == sizes for batch in batches)


def test_the_seed_decides_the_batches() -> None:
    labels = [0, 1] * 10
    first, again, other = (list(class_batches(labels, 2, BatchMix(2, 2), seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_a_class_without_examples_is_left_out() -> None:
    assert all(set(batch) <= {0, 1} for batch in class_batches([0, 2], 3, BatchMix(2, 3), seed=0))


def test_of_many_people_every_batch_takes_others() -> None:
    labels = [person for person in range(11) for _ in range(5)]
    batches = list(class_batches(labels, 11, BatchMix(2, 4), seed=0))
    assert len(batches) == 55 // 8
    people = [{labels[i] for i in batch} for batch in batches]
    assert all(len(some) == 4 for some in people)
    assert not people[0] & people[1]
    assert len(set.union(*people)) == 11


def test_negative_is_the_closest_one_farther_than_the_positive() -> None:
    angles = torch.tensor([0.0, 0.2, 0.1, 0.3, 1.0])
    points = torch.stack([angles.cos(), angles.sin()], dim=1)
    anchor, positive, negative = semi_hard_triplets(points, torch.tensor([0, 0, 1, 1, 1]))
    found = {(int(a), int(p)): int(n) for a, p, n in zip(anchor, positive, negative, strict=True)}
    assert found[0, 1] == 3, "0.1 is nearer than the positive at 0.2, so 0.3 is the semi-hard one"
    assert found[1, 0] == 4, "from 0.2 both 0.1 and 0.3 are nearer than 0.0, so 1.0 is left"


def test_farthest_negative_stands_in_when_all_are_nearer_than_the_positive() -> None:
    points = normalize(torch.tensor([[1.0, 0.0], [-1.0, 0.01], [1.0, 0.2], [1.0, 0.1]]))
    anchor, positive, negative = semi_hard_triplets(points, torch.tensor([0, 0, 1, 1]))
    chosen = negative[(anchor == 0) & (positive == 1)]
    assert chosen.tolist() == [2]


def test_one_class_or_single_examples_give_no_triplet() -> None:
    points = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    for labels in (torch.zeros(4, dtype=torch.long), torch.arange(4)):
        assert all(len(part) == 0 for part in semi_hard_triplets(points, labels))
