"""Searching many spans, and integrals over them, against the plain way of doing it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.timeline.spans import Cover, Spans, one_hot

pairs = st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 30)), max_size=30)


def spans_of(made: list[tuple[float, float]]) -> Spans:
    """Sorted spans of (start, length)."""
    ordered = sorted((start, start + length) for start, length in made)
    return Spans(np.array([a for a, _ in ordered], float), np.array([b for _, b in ordered], float))


@given(pairs, st.floats(-10, 130), st.floats(0.1, 50))
def test_within_finds_all_that_overlap(made: list[tuple[float, float]], start: float, length: float) -> None:
    spans = spans_of(made)
    expected = [i for i in range(len(spans)) if spans.starts[i] < start + length and spans.ends[i] > start]
    assert spans.within(start, start + length).tolist() == expected


@given(pairs, st.floats(-10, 130))
def test_at_prefers_the_latest_to_start(made: list[tuple[float, float]], time: float) -> None:
    spans = spans_of(made)
    covering = [i for i in range(len(spans)) if spans.starts[i] <= time < spans.ends[i]]
    found = spans.at(time)
    if covering:
        assert found is not None
        assert spans.starts[found] == max(spans.starts[i] for i in covering)


def test_at_takes_the_nearest_within_reach() -> None:
    spans = Spans(np.array([1.0, 3.0]), np.array([2.0, 4.0]))
    assert spans.at(2.4) is None
    assert spans.at(2.4, slack=0.5) == 0
    assert spans.at(2.7, slack=0.8) == 1


@given(pairs, st.floats(-5, 50), st.floats(1, 100), st.integers(1, 40))
def test_columns_hold_the_share_of_time_that_is_covered(
    made: list[tuple[float, float]], start: float, length: float, columns: int
) -> None:
    spans = spans_of(made)
    codes = np.arange(len(spans)) % 3
    edges = np.linspace(start, start + length, columns + 1)
    expected = np.zeros((3, columns))
    for a, b, code in zip(spans.starts, spans.ends, codes, strict=True):
        overlap = np.minimum(b, edges[1:]) - np.maximum(a, edges[:-1])
        expected[code] += np.maximum(0, overlap) / np.diff(edges)
    np.testing.assert_allclose(Cover(spans, one_hot(codes, 3)).columns(edges), expected, atol=1e-6)


def test_no_spans_cover_nothing() -> None:
    assert not Cover(spans_of([]), np.zeros((2, 0))).columns(np.linspace(0, 1, 5)).any()
    assert spans_of([]).at(0.0) is None


def test_a_column_between_two_spans_is_empty() -> None:
    cover = Cover(Spans(np.array([0.0, 10_000.0]), np.array([1.0, 10_001.0])), np.ones((1, 2)))
    assert cover.columns(np.array([0.0, 1.0, 10_000.0, 10_001.0]))[0] == pytest.approx([1.0, 0.0, 1.0], abs=1e-6)
