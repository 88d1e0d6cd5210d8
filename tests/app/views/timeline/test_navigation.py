"""When the timeline follows the playhead, and when it leaves the user alone."""

import pytest

from app.views.timeline.navigation import Navigation


@pytest.fixture
def navigation() -> Navigation:
    """100 s, of which 20 to 30 s are visible and the playhead is at 25 s."""
    made = Navigation()
    made.open(100.0)
    made.view = made.view.resized(1000.0)
    made.follow(25.0)
    made.show(made.view.spanning(20.0, 30.0))
    return made


def play(navigation: Navigation, start: float, end: float) -> None:
    """The playhead moves as in playback."""
    for frame in range(round(start * 25), round(end * 25) + 1):
        navigation.follow(frame / 25)


def test_the_view_stays_while_the_playhead_is_in_it(navigation: Navigation) -> None:
    play(navigation, 25.0, 30.0)
    assert navigation.view.start == 20.0


def test_a_page_is_turned_when_the_playhead_leaves(navigation: Navigation) -> None:
    starts = set()
    for frame in range(25 * 25, 55 * 25):
        navigation.follow(frame / 25)
        starts.add(round(navigation.view.start, 3))
        assert navigation.view.shows(frame / 25)
    assert len(starts) == 4  # pages, not scrolling


def test_playing_backwards_turns_pages_too(navigation: Navigation) -> None:
    navigation.follow(20.1)
    navigation.follow(19.9)
    assert navigation.view.end == pytest.approx(20.4)


def test_who_looks_elsewhere_is_left_alone(navigation: Navigation) -> None:
    navigation.show(navigation.view.spanning(60.0, 70.0))
    navigation.follow(25.0)
    play(navigation, 25.0, 40.0)
    assert navigation.view.start == 60.0


def test_following_begins_again_when_the_playhead_comes_into_view(navigation: Navigation) -> None:
    navigation.show(navigation.view.spanning(26.0, 28.0))
    play(navigation, 25.0, 28.5)
    assert navigation.view.shows(28.5)


def test_a_jump_is_shown_wherever_the_user_looks(navigation: Navigation) -> None:
    navigation.show(navigation.view.spanning(60.0, 70.0))
    navigation.follow(5.0)
    assert navigation.view.start == pytest.approx(4.5)


def test_a_span_is_revealed_unless_part_of_it_is_visible(navigation: Navigation) -> None:
    navigation.reveal(29.0, 40.0)
    assert navigation.view.start == 20.0
    navigation.reveal(50.0, 52.0)
    assert navigation.view.x_of(50.0) == pytest.approx(50.0)
