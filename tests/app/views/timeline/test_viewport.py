"""Seconds to pixels, and what zooming and panning keep in place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.timeline.viewport import SHORTEST, Viewport

durations = st.floats(0.05, 36_000)
shares = st.floats(0, 1)


@st.composite
def views(draw: st.DrawFn) -> Viewport:
    """Any reachable view."""
    whole = Viewport.whole(draw(durations), draw(st.floats(1, 4000)))
    start = draw(shares) * whole.duration
    return whole.spanning(start, start + draw(shares) * whole.duration)


def assert_allowed(view: Viewport) -> None:
    """The span lies in the file and is not shorter than what can be seen."""
    assert view.start >= 0
    assert view.end <= view.duration + 1e-9
    assert view.span >= min(SHORTEST, view.duration) - 1e-9


@given(views(), st.floats(-50, 50), st.floats(0.01, 100), shares)
def test_no_move_leaves_the_file(view: Viewport, seconds: float, factor: float, share: float) -> None:
    for moved in (view.moved(seconds), view.zoomed(factor, share * view.width), view.beginning(share * view.duration)):
        assert_allowed(moved)


@given(views(), shares)
def test_a_pixel_and_its_time_are_each_others_inverse(view: Viewport, share: float) -> None:
    time = view.start + share * view.span
    assert view.time_at(view.x_of(time)) == pytest.approx(time, abs=1e-6)


def test_zooming_keeps_what_is_under_the_cursor() -> None:
    view = Viewport.whole(100.0, 1000.0).spanning(40.0, 60.0)
    for factor in (2.0, 0.5):
        assert view.zoomed(factor, 250.0).x_of(45.0) == pytest.approx(250.0)


def test_zooming_out_stops_at_the_whole_file() -> None:
    view = Viewport.whole(100.0, 1000.0).spanning(1.0, 2.0).zoomed(1e-6, 300.0)
    assert view.is_whole
    assert (view.start, view.end) == (0.0, 100.0)


def test_pages_never_recentre() -> None:
    view = Viewport.whole(100.0, 1000.0).spanning(10.0, 20.0)
    assert view.paged(20.1).x_of(20.1) == pytest.approx(50.0)
    assert view.paged(9.9).x_of(9.9) == pytest.approx(950.0)


def test_another_width_keeps_the_span() -> None:
    view = Viewport.whole(100.0, 1000.0).spanning(10.0, 20.0).resized(500.0)
    assert (view.start, view.end, view.width) == (10.0, 20.0, 500.0)


def test_nothing_open_has_a_view_too() -> None:
    view = Viewport.whole(0.0, 0.0)
    assert view.time_at(view.x_of(3.0)) == 0.0
    assert view.zoomed(2.0, 0.0).span > 0
