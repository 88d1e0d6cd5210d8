"""Tracks share the height."""

from hypothesis import given
from hypothesis import strategies as st

from app.views.timeline.heights import Wish, move_border, share

wishes = st.lists(
    st.builds(lambda least, more: Wish(least + more, least), st.integers(10, 60), st.integers(0, 200)),
    min_size=2,
    max_size=8,
)


@given(wishes, st.integers(0, 2000))
def test_the_height_is_filled_and_nobody_gets_less_than_the_least(tracks: list[Wish], available: int) -> None:
    heights = share(tracks, available)
    assert all(height >= wish.least for height, wish in zip(heights, tracks, strict=True))
    assert sum(heights) == max(available, sum(wish.least for wish in tracks))


def test_rigid_tracks_keep_their_height() -> None:
    assert share([Wish(40, 40, rigid=True), Wish(100, 20), Wish(50, 20)], 340) == [40, 200, 100]


@given(wishes, st.integers(100, 2000), st.integers(-500, 500), st.data())
def test_dragging_a_border_only_moves_height_around(
    tracks: list[Wish], available: int, by: int, data: st.DataObject
) -> None:
    heights = share(tracks, available)
    moved = move_border(heights, tracks, data.draw(st.integers(0, len(tracks) - 2)), by)
    assert sum(moved) == sum(heights)
    assert all(height >= wish.least for height, wish in zip(moved, tracks, strict=True))


def test_the_nearest_track_gives_first() -> None:
    tracks = [Wish(50, 20), Wish(50, 20), Wish(50, 20)]
    assert move_border([50, 50, 50], tracks, 0, 40) == [90, 20, 40]
    assert move_border([50, 50, 50], tracks, 1, -40) == [40, 20, 90]
