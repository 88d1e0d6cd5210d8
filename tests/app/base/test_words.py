"""Numbers as a person reads them."""

import pytest

from app.base.words import clock, percent, time_left
from m2fnet_core.base.wording import count


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0:00.00"), (59.999, "1:00.00"), (61.25, "1:01.25"), (3723.4, "1:02:03.40"), (-1, "0:00.00")],
)
def test_clock(seconds: float, words: str) -> None:
    assert clock(seconds) == words


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0 %"), (1, "100 %"), (0.094, "9.4 %"), (0.0996, "10 %"), (0.351, "35 %")]
)
def test_percent(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (12.4, "12 s"), (59.6, "1 min"), (150, "2 min"), (4800, "1 h 20 min")]
)
def test_time_left(seconds: float, words: str) -> None:
    assert time_left(seconds) == words


def test_count() -> None:
    assert (count(1, "notice"), count(2, "notice"), count(0, "notice")) == ("1 notice", "2 notices", "0 notices")
