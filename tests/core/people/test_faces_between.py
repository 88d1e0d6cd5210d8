"""Faces on the frames between two that were looked at: drawn evenly, and nowhere that nobody can know."""

import pytest

from m2fnet_core.base.dialogue import FaceBox
from m2fnet_core.people.faces_between import between


def face(time: float, left: float, weight: float = 0.5, confidence: float = 0.9) -> FaceBox:
    """40 pixels wide and high, at the top."""
    return FaceBox(time, (left, 0.0, left + 40.0, 40.0), confidence, weight)


def lefts(faces: list[FaceBox]) -> list[float]:
    return [each.box[0] for each in faces]


@pytest.mark.parametrize(("time", "left"), [(1.0, 10.0), (1.25, 15.0), (1.5, 20.0)])
def test_a_face_moves_evenly_and_its_weight_with_it(time: float, left: float) -> None:
    (moved,) = between([face(1.0, 10.0, weight=0.2)], [face(1.5, 20.0, weight=0.8)], time)
    share = (time - 1.0) / 0.5
    assert moved.time == time
    assert moved.box == pytest.approx((left, 0.0, left + 40.0, 40.0))
    assert moved.area_weight == pytest.approx(0.2 + 0.6 * share)


def test_two_faces_do_not_change_places() -> None:
    moved = between([face(0.0, 0.0), face(0.0, 200.0)], [face(0.5, 208.0), face(0.5, 4.0)], 0.25)
    assert sorted(lefts(moved)) == pytest.approx([2.0, 204.0])


def test_one_that_comes_or_goes_is_drawn_close_to_where_it_was_seen() -> None:
    before, after = [face(0.0, 0.0)], [face(0.5, 0.0), face(0.5, 200.0)]
    assert len(between(before, after, 0.1)) == 1
    assert len(between(before, after, 0.4)) == 2
    assert len(between(before, [], 0.1)) == 1
    assert between(before, [], 0.2) == []
    assert between([], [], 0.2) == []


def test_frames_far_apart_say_nothing_of_what_is_between() -> None:
    assert between([face(0.0, 0.0)], [face(1.1, 0.0)], 0.5) == []
    assert len(between([face(0.0, 0.0)], [face(0.9, 0.0)], 0.5)) == 1
