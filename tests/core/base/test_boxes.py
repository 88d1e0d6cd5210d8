import numpy as np
import pytest

from m2fnet_core.base.boxes import NONE, areas, clip, distinct, iou, matches, square


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def test_iou_of_equal_touching_and_half_shared_boxes() -> None:
    table = iou(boxes((0, 0, 10, 10)), boxes((0, 0, 10, 10), (10, 0, 20, 10), (5, 0, 15, 10)))
    assert table[0].tolist() == pytest.approx([1, 0, 1 / 3])


def test_a_box_turned_inside_out_has_no_area() -> None:
    assert areas(boxes((10, 0, 0, 10))).tolist() == [0]


def test_matches_pair_best_first_and_each_box_once() -> None:
    first = boxes((0, 0, 10, 10), (1, 0, 11, 10))
    assert matches(first, boxes((1, 0, 11, 10), (50, 50, 60, 60)), 0.3) == [(1, 0)]


def test_distinct_drops_what_lies_inside_a_better_box() -> None:
    found = boxes((0, 0, 100, 100), (20, 20, 60, 60), (200, 0, 240, 40))
    assert distinct(found, np.array([0.9, 0.8, 0.95], np.float32), 0.7).tolist() == [2, 0]


def test_square_keeps_the_centre_and_the_longer_side() -> None:
    assert square(boxes((0, 0, 10, 20))).tolist() == [[-5, 0, 15, 20]]


def test_clip_keeps_boxes_inside_the_picture() -> None:
    assert clip(boxes((-5, -5, 50, 5)), 20, 10).tolist() == [[0, 0, 20, 5]]


def test_nothing_goes_through_everything() -> None:
    assert not matches(NONE, NONE, 0.3)
    assert square(NONE).shape == clip(NONE, 5, 5).shape == (0, 4)
    assert len(distinct(NONE, np.zeros(0, np.float32), 0.7)) == 0
