"""Edges snap and stop where they must; texts are cut between words."""

import pytest

from m2fnet_core.document.editing import SHORTEST, Bounds, can_split, moved_to_goal, snapped, split_text


def test_an_edge_snaps_to_the_nearest_goal_in_reach() -> None:
    assert snapped(1.04, (0.5, 1.0, 1.1), 0.05) == 1.0
    assert snapped(1.2, (0.5, 1.0), 0.05) == 1.2
    assert snapped(1.2, (), 0.05) == 1.2


def test_edges_stop_at_each_other_and_at_the_medium() -> None:
    bounds = Bounds(1.0, 2.0)
    assert bounds.with_start(-3) == Bounds(0.0, 2.0)
    assert bounds.with_start(5) == Bounds(2.0 - SHORTEST, 2.0)
    assert bounds.with_end(0.2, 10) == Bounds(1.0, 1.0 + SHORTEST)
    assert bounds.with_end(12, 10) == Bounds(1.0, 10)
    assert bounds.moved(-4, 10) == Bounds(0.0, 1.0)
    assert bounds.moved(40, 10) == Bounds(9.0, 10.0)


def test_a_body_snaps_by_its_nearer_edge() -> None:
    both = moved_to_goal(Bounds(1.03, 2.03), (1.0, 2.0), 0.05, 10)
    assert (both.start, both.end) == (pytest.approx(1.0), pytest.approx(2.0))
    moved = moved_to_goal(Bounds(1.2, 2.02), (2.0,), 0.05, 10)
    assert (moved.start, moved.end) == (pytest.approx(1.18), pytest.approx(2.0))
    assert moved_to_goal(Bounds(1.2, 2.2), (2.0,), 0.05, 10) == Bounds(1.2, 2.2)


def test_both_parts_of_a_split_are_long_enough() -> None:
    assert can_split(Bounds(1, 2), 1.5)
    assert not can_split(Bounds(1, 2), 1.01)
    assert not can_split(Bounds(1, 2), 2.5)


@pytest.mark.parametrize(
    ("text", "share", "parts"),
    [
        ("one two three", 0.5, ("one two", "three")),
        ("one two three", 0.3, ("one", "two three")),
        ("one two", 0.0, (None, "one two")),
        ("one two", 1.0, ("one two", None)),
        (None, 0.5, (None, None)),
        ("  ", 0.5, (None, None)),
    ],
)
def test_texts_are_cut_between_words(text: str | None, share: float, parts: tuple[str | None, str | None]) -> None:
    assert split_text(text, share) == parts
