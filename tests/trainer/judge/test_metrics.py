"""Figures against values worked out by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from trainer.judge.metrics import bootstrap, calibration_error, class_f1, score, weighted_f1
from trainer.judge.probes import effective_rank, fitted_judge


def test_weighted_f1_weighs_classes_by_their_true_count() -> None:
    truth, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    f0, f1 = 2 * 1 * (2 / 3) / (1 + 2 / 3), 2 * 0.5 * 1 / 1.5
    assert class_f1(truth, predicted, 2) == pytest.approx([f0, f1])
    assert weighted_f1(truth, predicted) == pytest.approx(0.75 * f0 + 0.25 * f1)


def test_figures_are_the_known_librarys() -> None:
    """Also with classes that nobody has, that nobody predicts, or neither."""
    generator = np.random.default_rng(0)
    for most in (1, 2, 5, 7):
        truth, predicted = generator.integers(most, size=40), generator.integers(7, size=40)
        known = f1_score(truth, predicted, labels=range(8), average=None, zero_division=0)
        assert class_f1(truth, predicted, 8) == pytest.approx(list(known))
        wanted = f1_score(truth, predicted, average="weighted", zero_division=0)
        assert weighted_f1(truth, predicted) == pytest.approx(wanted)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    probabilities = np.tile([0.9, 0.1], (10, 1))
    truth = np.array([0] * 6 + [1] * 4)
    assert calibration_error(truth, probabilities) == pytest.approx(0.3)
    assert calibration_error(np.zeros(10, dtype=int), np.tile([1.0, 0.0], (10, 1))) == 0


def test_bootstrap_draws_whole_dialogues() -> None:
    """A hundred utterances, half of them right: each a dialogue, or all in two."""

    def share(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return counts[:, :1] / counts[:, 1:]

    narrow = bootstrap(np.array([[1.0, 1.0]] * 50 + [[0.0, 1.0]] * 50), share)
    wide = bootstrap(np.array([[50.0, 50.0], [0.0, 50.0]]), share)
    assert wide[1, 0] - wide[0, 0] == 1
    assert 0.1 < narrow[1, 0] - narrow[0, 0] < 0.3


def test_score_reports_intervals_around_the_figures() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(3, size=300)
    probabilities = np.eye(3)[truth] * 0.5 + generator.dirichlet((1, 1, 1), 300) * 0.5
    scores = score(truth, probabilities, ("a", "b", "c"), [str(i // 10) for i in range(300)], rounds=200)
    for interval in (scores.weighted_f1, scores.accuracy, *scores.class_f1.values()):
        assert interval.low <= interval.value <= interval.high
    assert (scores.utterances, scores.dialogues) == (300, 30)
    assert sum(map(sum, scores.confusion)) == 300


def test_effective_rank_shows_collapse() -> None:
    generator = np.random.default_rng(0)
    assert effective_rank(generator.normal(size=(500, 20))) > 18
    assert effective_rank(np.outer(generator.normal(size=500), np.ones(20))) == pytest.approx(1, abs=0.01)


def test_embeddings_that_separate_classes_are_judged_well_and_noise_is_not() -> None:
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 50)
    good = 4 * np.eye(4)[labels] + generator.normal(size=(200, 4)) * 0.2
    noise = generator.normal(size=(200, 4))
    even, odd = np.arange(0, 200, 2), np.arange(1, 200, 2)
    separated, probabilities = fitted_judge(good[even], labels[even])(good[odd], labels[odd])
    mixed, _ = fitted_judge(noise[even], labels[even])(noise[odd], labels[odd])
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert min(separated.probe_accuracy, separated.neighbours_accuracy, separated.neighbours_weighted_f1) > 0.98
    assert max(mixed.probe_accuracy, mixed.neighbours_accuracy, mixed.probe_weighted_f1) < 0.5
