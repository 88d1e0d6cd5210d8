"""How far two or more judges say the same: percent agreement, Cohen's kappa, Krippendorff's alpha, with intervals.

Sources: Cohen 1960, "A coefficient of agreement for nominal scales"; Krippendorff 2011, "Computing Krippendorff's
alpha-reliability" (nominal data, any number of judges, missing values); Efron and Tibshirani 1993, chapter 13
(percentile intervals). Formulas and how to read them: docs/agreement.md. Only numpy: the window computes this itself.

Everything is a function of a table of counts that adds up over utterances. So a resample is a sum of tables drawn
anew, and 2,000 of them are one matrix product.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

ROUNDS = 2000  # resamples behind an interval
_EDGES = (2.5, 97.5)  # percentiles of the resamples that are the interval's ends
_DIALOGUES = 10  # from this many on, whole dialogues are drawn: their utterances are not independent
_DEFINED = 0.95  # share of the resamples that must have a value
_TINY = 1e-9

Table = npt.NDArray[np.float64]  # [..., k, k] counts; rows are the first judge's labels, columns the second's
Statistic = Callable[[Table], npt.NDArray[np.float64]]  # [..., k, k] -> [...], NaN where it is undefined
Labels = Mapping[str, str]  # one judge's, by utterance


class Drawn(StrEnum):
    """What a resample is made of."""

    UTTERANCES = "utterances"
    DIALOGUES = "dialogues"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95 % interval. ``reason``: one sentence where the figure or the interval is missing."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """One label against all others. ``first`` and ``second`` count how often each judge said it, ``both`` both."""

    label: str
    first: int
    second: int
    both: int
    kappa: Measure


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two judges, on the utterances that have a label of both (``matched``)."""

    labels: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]  # [k][k], the first judge's label by row
    only_first: int
    only_second: int
    dialogues: int
    drawn: Drawn
    percent: Measure
    kappa: Measure
    alpha: Measure
    classes: tuple[ClassAgreement, ...]
    samples: Table = field(repr=False, compare=False)  # [ROUNDS, k, k], none without a match

    @property
    def matched(self) -> int:
        """Utterances with a label of both."""
        return sum(map(sum, self.table))

    @property
    def differing(self) -> int:
        """Of these, how many have two different ones."""
        return self.matched - sum(row[place] for place, row in enumerate(self.table))


@dataclass(frozen=True, slots=True)
class Joint:
    """Of any number of judges, on the utterances that have labels of at least two."""

    judges: int
    utterances: int
    alpha: Measure


def percent(table: Table) -> npt.NDArray[np.float64]:
    """Share of utterances with the same label."""
    return divided(np.trace(table, axis1=-2, axis2=-1), table.sum((-2, -1)))


def kappa(table: Table) -> npt.NDArray[np.float64]:
    """Cohen's kappa, (p_o - p_e) / (1 - p_e). NaN where agreement by chance is certain."""
    n = table.sum((-2, -1))
    by_chance = (table.sum(-1) * table.sum(-2)).sum(-1)
    return divided(n * np.trace(table, axis1=-2, axis2=-1) - by_chance, n * n - by_chance)


def alpha(coincidences: Table) -> npt.NDArray[np.float64]:
    """Krippendorff's alpha, 1 - D_o / D_e, of nominal data. NaN where only one label occurs."""
    values = coincidences.sum(-1)
    n = values.sum(-1)
    differing = n - np.trace(coincidences, axis1=-2, axis2=-1)
    expected = n * n - (values * values).sum(-1)
    return 1.0 - divided((n - 1.0) * differing, expected)


def alpha_of_two(table: Table) -> npt.NDArray[np.float64]:
    """Krippendorff's alpha from the table of two judges: every utterance gives two ordered pairs."""
    return alpha(table + np.swapaxes(table, -1, -2))


def one_against_rest(table: Table) -> Table:
    """[..., k, k] -> [..., k, 2, 2]: for each label the table of "it" and "another one"."""
    both = np.diagonal(table, axis1=-2, axis2=-1)
    first, second = table.sum(-1) - both, table.sum(-2) - both
    rest = table.sum((-2, -1))[..., None] - both - first - second
    return np.stack([np.stack([both, first], -1), np.stack([second, rest], -1)], -2)


def compare(
    first: Labels, second: Labels, labels: Sequence[str], dialogues: Mapping[str, str], seed: int = 0
) -> Agreement:
    """How far two judges agree. ``labels``: the label set, in order; others that occur come after it.

    ``dialogues``: each utterance's dialogue. The same ``seed`` gives the same intervals.
    """
    matched = sorted(first.keys() & second.keys())
    words = _words(labels, [*(first[u] for u in matched), *(second[u] for u in matched)])
    place = {word: number for number, word in enumerate(words)}
    tables = _by_dialogue(matched, dialogues, lambda u: (place[first[u]], place[second[u]]), len(words))
    whole = tables.sum(0)
    drawn = Drawn.DIALOGUES if len(tables) >= _DIALOGUES else Drawn.UTTERANCES
    sizes, parts = (np.ones(len(tables)), tables) if drawn is Drawn.DIALOGUES else _cells(whole)
    samples = _samples(sizes, parts, seed)
    return Agreement(
        words,
        tuple(tuple(int(count) for count in row) for row in whole),
        len(first) - len(matched),
        len(second) - len(matched),
        len(tables),
        drawn,
        _measured(percent, whole, samples, _nothing(whole, words)),
        _measured(kappa, whole, samples, _nothing(whole, words)),
        _measured(alpha_of_two, whole, samples, _nothing(whole, words)),
        _classes(whole, samples, words),
        samples,
    )


def measured(statistic: Statistic, pair: Agreement, undefined: str) -> Measure:
    """Another statistic of the same two judges. ``undefined``: the sentence for a table where it has no value."""
    whole = np.array(pair.table, float).reshape(len(pair.labels), len(pair.labels))
    return _measured(statistic, whole, pair.samples, undefined if pair.matched else _nothing(whole, pair.labels))


def difference(before: Agreement, after: Agreement, statistic: Statistic, seed: int = 0) -> Measure:
    """How much higher ``statistic`` is in ``after``; the two are resampled independently of each other."""
    values = [statistic(np.array(one.table, float).reshape(len(one.labels), -1)) for one in (before, after)]
    if not np.isfinite(values).all():
        return Measure(None, reason="One of the two has no value, so there is no difference to tell.")
    order = np.random.default_rng(seed).permutation(ROUNDS)
    spread = statistic(after.samples) - statistic(before.samples)[order]
    return _with_interval(float(values[1] - values[0]), spread)


def joint(judges: Sequence[Labels], labels: Sequence[str], dialogues: Mapping[str, str], seed: int = 0) -> Joint:
    """Krippendorff's alpha of any number of judges; an utterance that only one of them judged says nothing."""
    said = Counter(utterance for judge in judges for utterance in judge)
    units = sorted(utterance for utterance, times in said.items() if times > 1)
    words = _words(labels, [judge[u] for judge in judges for u in units if u in judge])
    counts = _counts(judges, units, words)
    names = {name: number for number, name in enumerate(sorted({dialogues.get(u, "") for u in units}))}
    if len(names) >= _DIALOGUES:
        where = np.array([names[dialogues.get(u, "")] for u in units])
        parts = np.stack([_coincidences(counts[where == number]).sum(0) for number in range(len(names))])
        sizes = np.ones(len(parts))
    else:
        patterns, times = np.unique(counts, axis=0, return_counts=True)
        parts, sizes = _coincidences(patterns), times.astype(float)
    whole = np.tensordot(sizes, parts, 1)
    samples = _samples(sizes, parts, seed)
    return Joint(len(judges), len(units), _measured(alpha, whole, samples, _nothing(whole, words)))


def _counts(judges: Sequence[Labels], units: Sequence[str], words: Sequence[str]) -> npt.NDArray[np.float64]:
    """[units, k]: how many judges said what."""
    place = {word: number for number, word in enumerate(words)}
    counts = np.zeros((len(units), len(words)))
    for row, utterance in enumerate(units):
        for judge in judges:
            if utterance in judge:
                counts[row, place[judge[utterance]]] += 1
    return counts


def _coincidences(counts: npt.NDArray[np.float64]) -> Table:
    """[units, k] how often each label was said -> [units, k, k] pairs of values, each utterance's weighted 1/(m-1)."""
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs -= counts[:, :, None] * np.eye(counts.shape[1])
    return np.asarray(pairs / np.maximum(counts.sum(1) - 1.0, 1.0)[:, None, None], np.float64)


def _words(labels: Sequence[str], used: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*labels, *sorted(set(used)))))


def _by_dialogue(
    utterances: Sequence[str], dialogues: Mapping[str, str], cell: Callable[[str], tuple[int, int]], k: int
) -> Table:
    """[dialogues, k, k], only those with a matched utterance."""
    names = {name: number for number, name in enumerate(sorted({dialogues.get(u, "") for u in utterances}))}
    tables = np.zeros((len(names), k, k))
    for utterance in utterances:
        tables[(names[dialogues.get(utterance, "")], *cell(utterance))] += 1
    return tables


def _cells(whole: Table) -> tuple[npt.NDArray[np.float64], Table]:
    """Utterances of one cell are alike: how many there are of each kind, and what one of them adds to the table."""
    sizes = whole.ravel()
    return sizes, np.eye(sizes.size).reshape(sizes.size, *whole.shape)


def _samples(sizes: npt.NDArray[np.float64], parts: Table, seed: int) -> Table:
    """Sums of as many parts as there are, drawn with replacement: [ROUNDS, k, k], empty where there are none.

    ``parts`` [p, k, k] are the different ones, ``sizes`` [p] how many there are of each.
    """
    n = int(sizes.sum())
    if n == 0:
        return np.zeros((0, *parts.shape[1:]))
    picked = np.random.default_rng(seed).multinomial(n, sizes / n, ROUNDS).astype(float)
    return np.asarray(np.tensordot(picked, parts, 1), np.float64)


def _measured(statistic: Statistic, whole: Table, samples: Table, undefined: str) -> Measure:
    value = float(statistic(whole))
    return _with_interval(value, statistic(samples)) if np.isfinite(value) else Measure(None, reason=undefined)


def _with_interval(value: float, spread: npt.NDArray[np.float64]) -> Measure:
    """``spread``: the value in each resample, NaN where it has none there."""
    defined = spread[np.isfinite(spread)]
    if len(defined) < _DEFINED * ROUNDS:
        missing = 100 * (1 - len(defined) / ROUNDS)
        return Measure(value, reason=f"Too few for an interval: {missing:.0f} % of the resamples have no value.")
    if np.ptp(defined) < _TINY:
        return Measure(value, reason="No interval: all resamples are alike.")
    low, high = np.percentile(defined, _EDGES)
    return Measure(value, float(low), float(high))


def _nothing(whole: Table, words: Sequence[str]) -> str:
    """Why a figure of the whole table has no value."""
    used = [word for word, count in zip(words, whole.sum(0) + whole.sum(1), strict=True) if count > 0]
    if not used:
        return "No utterance has a label of both."
    return f"Only {used[0]} was ever said: by chance alone there would be the same agreement, so it cannot be measured."


def _classes(whole: Table, samples: Table, words: Sequence[str]) -> tuple[ClassAgreement, ...]:
    wholes, drawn = one_against_rest(whole), one_against_rest(samples)
    found = []
    for place, word in enumerate(words):
        table = wholes[place]
        (both, first), (second, _) = table
        undefined = f"Nobody said {word}." if both + first + second == 0 else f"Both said {word} every time."
        measure = _measured(kappa, table, drawn[:, place], undefined)
        found.append(ClassAgreement(word, int(both + first), int(both + second), int(both), measure))
    return tuple(found)


def divided(part: Any, whole: Any) -> npt.NDArray[np.float64]:
    """Element by element, NaN where ``whole`` is nothing."""
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    there = whole > _TINY
    return np.where(there, part / np.where(there, whole, 1.0), np.nan)
