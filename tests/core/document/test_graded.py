"""Weighted kappa, ICC and alpha with MASI against published examples, and on a project."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.document.agreement import Table
from m2fnet_core.document.commands import Decide
from m2fnet_core.document.content import Decision
from m2fnet_core.document.graded import graded, icc, masi, weighted_alpha, weighted_kappa
from m2fnet_core.document.judges import Judge
from tests.core.document.desk import filled
from tests.core.document.test_agreement import COHEN, FOUR

SHROUT = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))  # 1979, table 2
WEIGHTS = ((0, 1, 3), (1, 0, 6), (3, 6, 0))  # Cohen 1968
BOTH = (Judge("Ann"), Judge("Bob"))


def four() -> Table:
    """Coincidences of Krippendorff's four observers, values 1 to 5."""
    table = np.zeros((5, 5))
    for unit in zip(*FOUR, strict=True):
        values = [int(value) - 1 for value in unit if str(value).isdigit()]
        for one, other in permutations(values, 2):
            table[one, other] += 1 / (len(values) - 1)
    return table


def test_cohens_weighted_example() -> None:
    assert weighted_kappa(np.array(COHEN, float), np.array(WEIGHTS, float)) == pytest.approx(0.348, abs=5e-4)


def test_shrouts_and_fleiss_six_targets_and_four_judges() -> None:
    assert icc(np.array(SHROUT, float), np.ones(6)) == pytest.approx(0.29, abs=5e-3)


def test_krippendorffs_four_observers_on_an_interval_scale() -> None:
    squares = np.subtract.outer(range(5), range(5)).astype(float) ** 2
    assert weighted_alpha(four(), squares) == pytest.approx(0.849, abs=5e-4)
    assert weighted_alpha(four(), 1 - np.eye(5)) == pytest.approx(0.743, abs=5e-4)  # nominal, as without weights


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [("ab", "ab", 0.0), ("a", "ab", 1 - 2 / 3 * 1 / 2), ("ab", "bc", 1 - 1 / 3 * 1 / 3), ("a", "b", 1.0)],
)
def test_masi_of_the_four_kinds_of_pairs(one: str, other: str, difference: float) -> None:
    assert masi(frozenset(one), frozenset(other)) == pytest.approx(difference)
    assert masi(frozenset(other), frozenset(one)) == pytest.approx(difference)


def test_of_a_project(tmp_path: Path) -> None:
    project = filled(tmp_path / "a.m2f", utterances=6)
    labels = ("joy", "joy", "anger", "anger", "fear", "neutral")
    levels = (1, 2, 3, 1, 2, None)
    said = [
        Decision(f"u{k}", "Ann", label, intensity=level)
        for k, (label, level) in enumerate(zip(labels, levels, strict=True))
    ]
    other = [replace(one, annotator="Bob") for one in said]
    other[0] = replace(other[0], second="surprise")
    other[4] = replace(other[4], label="joy")  # another label: its intensity is of something else
    project.do(Decide((*said, *other)))
    found = graded(project.document, BOTH, tuple(project.document.turns))
    project.close()
    assert (found.intensities, found.sets, found.several) == (4, 6, 1)
    assert found.kappa.value == pytest.approx(1.0)
    assert found.icc.value == pytest.approx(1.0)
    assert found.masi.value is not None
    assert 0.6 < found.masi.value < 1.0


def test_without_spread_there_is_a_sentence_instead_of_a_figure(tmp_path: Path) -> None:
    project = filled(tmp_path / "a.m2f")
    project.do(Decide(tuple(Decision(f"u{k}", who, "joy", intensity=2) for k in range(4) for who in ("Ann", "Bob"))))
    found = graded(project.document, BOTH, tuple(project.document.turns))
    project.close()
    assert (found.kappa.value, found.icc.value, found.masi.value) == (None, None, None)
    assert "no spread" in found.kappa.reason


def test_without_anything_in_common_there_is_none_either(tmp_path: Path) -> None:
    project = filled(tmp_path / "a.m2f")
    found = graded(project.document, BOTH, tuple(project.document.turns))
    project.close()
    assert (found.intensities, found.sets) == (0, 0)
    assert found.masi.reason == "No utterance has a label of both."
