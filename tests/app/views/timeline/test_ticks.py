"""The ruler's ticks."""

from itertools import pairwise

import pytest

from app.views.timeline.ticks import clock, ruler_ticks
from app.views.timeline.viewport import Viewport


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [
        (0.0, 0, "00:00:00"),
        (59.6, 0, "00:01:00"),
        (3_661.25, 2, "01:01:01.25"),
        (59.999, 2, "00:01:00.00"),
        (-1.0, 0, "00:00:00"),
        (360_000.0, 0, "100:00:00"),
    ],
)
def test_times_are_written_as_a_clock_shows_them(seconds: float, decimals: int, text: str) -> None:
    assert clock(seconds, decimals) == text


@pytest.mark.parametrize("span", [0.1, 0.7, 3.0, 24.0, 100.0, 1_000.0, 36_000.0])
def test_labels_have_room_and_lie_on_round_times(span: float) -> None:
    view = Viewport.whole(36_000.0, 1200.0).spanning(0.0, span)
    labelled = [tick for tick in ruler_ticks(view, 90.0) if tick.label is not None]
    assert 2 <= len(labelled) <= 1200 / 90 + 1
    assert len({tick.label for tick in labelled}) == len(labelled)
    gaps = {round(b.time - a.time, 6) for a, b in pairwise(labelled)}
    assert len(gaps) == 1


def test_all_ticks_are_in_view() -> None:
    view = Viewport.whole(1_000.0, 1200.0).spanning(333.0, 444.0)
    ticks = ruler_ticks(view, 90.0)
    assert all(view.shows(tick.time) for tick in ticks)
    assert ticks[0].time - view.start < 15
