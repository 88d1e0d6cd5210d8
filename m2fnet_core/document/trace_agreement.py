"""How far several annotators' traces say the same, who answers how late, and what they say together.

Sources: Lin 1989, "A concordance correlation coefficient to evaluate reproducibility"; Shrout and Fleiss 1979 (ICC,
in `graded`); Nicolle et al. 2012, "Robust continuous prediction of human emotions" (delays of annotators by the best
correlation with the others). How to read them: docs/traces.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from m2fnet_core.document.graded import icc
from m2fnet_core.document.traces import RATE, Floats

REACH = 4.0  # seconds: how late or early annotators can be to each other
_LONG, _COARSE = 10_000, 5  # points from which on means of so many are looked at first
_LEAST = 2 * RATE  # shared points below which nothing is measured


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Several annotators' curves of one dimension together. NaN: too little is shared, or there is no spread.

    ``lags``: seconds that each annotator comes later than the others do, as found by correlation; ``mean`` float64[n]
    and ``aligned_icc`` are of the curves moved by that much.
    """

    mean: Floats
    lags: Mapping[str, float]
    shared: float  # seconds that all traced
    icc: float
    aligned_icc: float
    ccc: float  # mean over pairs of annotators, not moved


def aggregated(found: Mapping[str, Floats]) -> Aggregate:
    """Of the `curves` of one dimension."""
    lags = _lags(found)
    moved = {name: _moved(curve, -round(lags[name] * RATE)) for name, curve in found.items()}
    pairs = [ccc(one, other) for one, other in combinations(found.values(), 2)]
    shared = np.isfinite(np.array(list(found.values()))).all(0).sum() / RATE if found else 0.0
    mean = float(np.nanmean(pairs)) if np.isfinite(pairs).any() else np.nan
    return Aggregate(_mean(list(moved.values())), lags, float(shared), _icc(found), _icc(moved), mean)


def ccc(one: Floats, other: Floats) -> float:
    """Lin's concordance correlation coefficient of what both have; NaN without spread."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < _LEAST:
        return np.nan
    x, y = one[both], other[both]
    below = x.var() + y.var() + (x.mean() - y.mean()) ** 2
    return float(2.0 * ((x - x.mean()) * (y - y.mean())).mean() / below) if below > 0 else np.nan


def lag_of(one: Floats, other: Floats) -> float:
    """Seconds that ``one`` comes later than ``other`` (negative: earlier), where they correlate best; else 0.

    Long curves are first looked at coarsely, then around the best place of that.
    """
    coarse = _COARSE if len(one) > _LONG else 1
    reach = round(REACH * RATE)
    found = _best(_blocks(one, coarse), _blocks(other, coarse), range(-reach // coarse, reach // coarse + 1))
    if coarse > 1:
        found = _best(one, other, range((found - 1) * coarse, (found + 1) * coarse + 1))
    return found / RATE


def _best(one: Floats, other: Floats, steps: Iterable[int]) -> int:
    """The step at which they correlate best, of equals the one nearest to 0; 0 where they never do."""
    best, found = 0.0, 0
    for step in sorted(steps, key=abs):
        value = _correlation(one, other, step)
        if value > best + 1e-9:
            best, found = value, step
    return found


def _blocks(curve: Floats, size: int) -> Floats:
    """Means of ``size`` values each, NaN where one is missing; the rest at the end goes."""
    return curve if size == 1 else curve[: len(curve) // size * size].reshape(-1, size).mean(1)


def _correlation(one: Floats, other: Floats, step: int) -> float:
    x, y = (one[step:], other[: len(other) - step]) if step >= 0 else (one[:step], other[-step:])
    both = np.isfinite(x + y)
    if both.sum() < _LEAST:
        return 0.0
    x, y = x[both], y[both]
    x, y = x - x.mean(), y - y.mean()
    spread = np.sqrt((x * x).sum() * (y * y).sum())  # no matrix product: its threads wait for whoever is busy
    return float((x * y).sum() / spread) if spread > 1e-12 else 0.0


def _lags(found: Mapping[str, Floats]) -> dict[str, float]:
    """Each against the mean of the others; with two, each takes half of what lies between them."""
    lags = dict.fromkeys(found, 0.0)
    if len(found) < 2:
        return lags
    if len(found) == 2:
        (one, curve), (two, other) = found.items()
        lag = lag_of(curve, other)
        return {one: lag / 2, two: -lag / 2}
    for name, curve in found.items():
        lags[name] = lag_of(curve, _mean([other for key, other in found.items() if key != name]))
    return lags


def _moved(curve: Floats, by: int) -> Floats:
    """Later by so many points of the grid; what comes in is NaN."""
    moved = np.full_like(curve, np.nan)
    if by >= 0:
        moved[by:] = curve[: len(curve) - by]
    else:
        moved[:by] = curve[-by:]
    return moved


def _mean(found: Sequence[Floats]) -> Floats:
    """Of those that have a value."""
    table = np.array(found).reshape(len(found), -1)
    there = np.isfinite(table)
    number = there.sum(0)
    sums = np.where(there, table, 0.0).sum(0)
    return np.where(number > 0, sums / np.maximum(number, 1), np.nan)


def _icc(found: Mapping[str, Floats]) -> float:
    """ICC(2,1) over the points that all annotators have."""
    if len(found) < 2:
        return np.nan
    ratings = np.array(list(found.values())).T
    ratings = ratings[np.isfinite(ratings).all(1)]
    return float(icc(ratings, np.ones(len(ratings)))) if len(ratings) >= _LEAST else np.nan
