"""Agreement that knows of more and less: weighted kappa and ICC of intensities, alpha with MASI of sets of labels.

Sources: Cohen 1968, "Weighted kappa"; Shrout and Fleiss 1979, "Intraclass correlations" (case 2, single ratings);
Krippendorff 2011 (alpha with any difference function); Passonneau 2006, "Measuring agreement on set-valued items".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fnet_core.document.agreement import Measure, Table, compare, divided, measured
from m2fnet_core.document.content import Document
from m2fnet_core.document.judges import Judge, decisions_by, said_by

Floats = npt.NDArray[np.float64]
Sets = Mapping[str, frozenset[str]]  # one judge's, by utterance
LEVELS = (1, 2, 3)  # of an intensity
_SQUARES = np.subtract.outer(LEVELS, LEVELS).astype(float) ** 2
_RATINGS = np.array([(first, second) for first in LEVELS for second in LEVELS], float)  # of the cells of a table
_JOIN = " + "


@dataclass(frozen=True, slots=True)
class Graded:
    """Of two judges. ``intensities``: utterances with the same label and an intensity of both; ``sets``: with labels of
    both, of which ``several`` have a second label of at least one.
    """

    intensities: int
    kappa: Measure
    icc: Measure
    sets: int
    several: int
    masi: Measure


def weighted_kappa(table: Table, weights: Floats) -> Floats:
    """[..., k, k] -> [...]: 1 - (weighted disagreement / that by chance). ``weights`` [k, k], 0 on the diagonal."""
    by_chance = table.sum(-1)[..., :, None] * table.sum(-2)[..., None, :]
    n = table.sum((-2, -1))
    return 1.0 - divided(n * (weights * table).sum((-2, -1)), (weights * by_chance).sum((-2, -1)))


def weighted_alpha(coincidences: Table, differences: Floats) -> Floats:
    """[..., k, k] -> [...]: Krippendorff's alpha with a difference function [k, k], 0 on the diagonal."""
    values = coincidences.sum(-1)
    n = values.sum(-1)
    expected = values[..., :, None] * values[..., None, :]
    found = (n - 1.0) * (differences * coincidences).sum((-2, -1))
    return 1.0 - divided(found, (differences * expected).sum((-2, -1)))


def icc(ratings: Floats, times: Floats) -> Floats:
    """ICC(2,1), absolute agreement, single ratings: [...]. ``ratings`` [n, judges], ``times`` [..., n] of each row."""
    judges, n = ratings.shape[1], times.sum(-1)
    columns = divided(times @ ratings, n[..., None])  # [..., judges] means
    grand = columns.mean(-1)
    rows = judges * (times * (ratings.mean(1) - grand[..., None]) ** 2).sum(-1)
    between = n * ((columns - grand[..., None]) ** 2).sum(-1)
    whole = (times * ((ratings - grand[..., None, None]) ** 2).sum(-1)).sum(-1)
    rest = divided(whole - rows - between, (n - 1.0) * (judges - 1))
    row, column = divided(rows, n - 1.0), between / (judges - 1)
    return divided(row - rest, row + (judges - 1) * rest + judges * divided(column - rest, n))


def masi(one: frozenset[str], other: frozenset[str]) -> float:
    """How different two sets are, 0 (the same) to 1 (nothing in common): 1 - Jaccard x monotonicity."""
    shared = one & other
    if one == other:
        return 0.0
    monotonicity = 2 / 3 if shared in (one, other) else 1 / 3
    return 1.0 - monotonicity * len(shared) / len(one | other)


def graded(document: Document, judges: tuple[Judge, Judge], among: Collection[str]) -> Graded:
    """Of two judges on the utterances ``among``. The network has neither intensities nor sets of more than one."""
    dialogues = {utterance: document.turns[utterance].medium for utterance in among}
    first, second = (sets_by(document, judge, among) for judge in judges)
    levels = [_levels(document, judge, among) for judge in judges]
    same = [u for u in levels[0].keys() & levels[1].keys() if levels[0][u][0] == levels[1][u][0]]
    one, other = ({u: level[u][1] for u in same} for level in levels)
    degrees = compare(one, other, [str(level) for level in LEVELS], dialogues)
    mine, theirs = ({u: _JOIN.join(sorted(said)) for u, said in judge.items()} for judge in (first, second))
    sets = compare(mine, theirs, (), dialogues)
    parts = [frozenset(word.split(_JOIN)) for word in sets.labels]
    differences = np.array([[masi(a, b) for b in parts] for a in parts]).reshape(len(parts), len(parts))
    why = "There is no spread: all gave the same, so agreement beyond chance cannot be measured."
    return Graded(
        degrees.matched,
        measured(lambda table: weighted_kappa(table, _SQUARES), degrees, why),
        measured(lambda table: icc(_RATINGS, table.reshape(*table.shape[:-2], -1)), degrees, why),
        sets.matched,
        sum(len(first[u]) > 1 or len(second[u]) > 1 for u in first.keys() & second.keys()),
        measured(lambda table: weighted_alpha(table + np.swapaxes(table, -1, -2), differences), sets, why),
    )


def sets_by(document: Document, judge: Judge, among: Collection[str]) -> Sets:
    """A judge's label and second label of each utterance that has one."""
    if judge.annotator is None:
        return {utterance: frozenset((label,)) for utterance, label in said_by(document, judge, among).items()}
    decisions = decisions_by(document, judge, among)
    return {u: frozenset(word for word in (said.label, said.second) if word) for u, said in decisions.items()}


def _levels(document: Document, judge: Judge, among: Collection[str]) -> dict[str, tuple[str | None, str]]:
    """Label and intensity by utterance."""
    decisions = {} if judge.annotator is None else decisions_by(document, judge, among)
    return {u: (said.label, str(said.intensity)) for u, said in decisions.items() if said.intensity is not None}
