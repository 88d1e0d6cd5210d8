from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from m2fnet_core.base.boxes import iou
from m2fnet_core.features.cascade import NOTHING, Cascade, Found
from m2fnet_core.features.faces import FaceFinder, area_weights, between, key_frames, scaled
from tests.face_maker import with_faces


@cache
def finder() -> FaceFinder:
    return FaceFinder(torch.device("cpu"))


def found(*rows: tuple[float, float, float, float]) -> Found:
    return Found(np.array(rows, np.float32).reshape(-1, 4), np.full(len(rows), 0.99, np.float32))


def moving(count: int, step: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    made = [with_faces((320, 240), [(20 + step * i, 15, 100), (210 - step * i, 100, 80)]) for i in range(count)]
    return [m[0] for m in made], [m[1] for m in made]


def test_finds_faces_where_they_are() -> None:
    pictures, places = moving(1, 0)
    (faces,) = finder().find(pictures, [0.0])
    assert len(faces) == 2
    assert iou(places[0], faces.boxes).max(axis=1).min() > 0.6


def test_faces_are_followed_between_the_searched_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = []
    detect = Cascade.detect
    monkeypatch.setattr(Cascade, "detect", lambda self, p, c=None: searched.extend(p) or detect(self, p, c))
    pictures, places = moving(15, 2)
    faces = finder().find(pictures, [i / 25 for i in range(15)])
    assert len(searched) == 3
    assert [len(f) for f in faces] == [2] * 15
    for here, f in zip(places, faces, strict=True):
        assert iou(here, f.boxes).max(axis=1).min() > 0.55


def test_frames_far_apart_in_time_are_all_searched() -> None:
    pictures, _ = moving(3, 45)
    assert [len(f) for f in finder().find(pictures, [0.0, 0.5, 1.0])] == [2, 2, 2]


def test_a_face_overlooked_on_a_searched_frame_is_found_from_its_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    detect = Cascade.detect
    blind = lambda self, p, c=None: [NOTHING, *detect(self, p[1:], c)]  # noqa: E731
    monkeypatch.setattr(Cascade, "detect", blind)
    pictures, _ = moving(10, 1)
    assert [len(f) for f in finder().find(pictures, [i / 25 for i in range(10)])] == [2] * 10


def test_no_face_on_any_frame_and_no_frames_at_all() -> None:
    grey = [with_faces((200, 150), [])[0]] * 6
    assert [len(f) for f in finder().find(grey, [i / 25 for i in range(6)])] == [0] * 6
    assert finder().find([], []) == []


@pytest.mark.parametrize(("rate", "keys"), [(25, [2, 7, 12]), (30, [3, 10, 14]), (60, [6, 14]), (5, list(range(15)))])
def test_key_frames_lie_within_reach_of_every_frame(rate: int, keys: list[int]) -> None:
    assert key_frames([i / rate for i in range(15)], 0.1) == keys


def test_between_draws_a_line_where_both_neighbours_have_the_face() -> None:
    near = between({1: found((0, 0, 10, 10)), 3: found((4, 0, 14, 10))}, 5)
    assert [boxes.tolist() for boxes in near] == [
        [[0, 0, 10, 10]],
        [],
        [[2, 0, 12, 10]],
        [],
        [[4, 0, 14, 10]],
    ]


def test_between_looks_for_a_face_of_one_neighbour_up_to_the_other() -> None:
    near = between({0: found((0, 0, 10, 10)), 2: found()}, 3)
    assert [len(boxes) for boxes in near] == [0, 1, 1]


def test_area_weights_add_up_to_one_or_are_relative_to_the_largest() -> None:
    boxes = found((0, 0, 30, 10), (0, 0, 10, 10)).boxes
    assert area_weights(boxes, "sum").tolist() == pytest.approx([0.75, 0.25])
    assert area_weights(boxes, "max").tolist() == pytest.approx([1, 1 / 3])
    assert len(area_weights(found().boxes, "sum")) == len(area_weights(found().boxes, "max")) == 0


def test_scaled_never_enlarges_and_keeps_at_least_a_pixel() -> None:
    assert scaled(np.zeros((50, 100, 3), np.uint8), 320).shape == (50, 100, 3)
    assert scaled(np.zeros((1, 4000, 3), np.uint8), 320).shape == (1, 320, 3)


_VIDEO = Path(__file__).resolve().parents[3] / "../shared/data/video"


def test_recall_on_real_frames_stays_above_98_percent() -> None:
    if not _VIDEO.is_dir():
        pytest.skip("the folder ../shared/data is not on this machine")
    from m2fnet_core.media.frames import FrameReader
    from m2fnet_core.media.probe import probe

    rows = [line.split(",") for line in (_VIDEO / "three_person_conversation.faces.csv").read_text().split()]
    with FrameReader(probe(_VIDEO / "three_person_conversation.mp4")) as reader:
        frames = list(reader.read(range(188, 203), 640))
    faces = finder().find([f.pixels for f in frames], [f.time for f in frames])
    hits, asked = 0, 0
    for frame, here in zip(frames, faces, strict=True):
        true = np.array([r[3:7] for r in rows if int(r[0]) == frame.number], np.float32) * np.float32(frame.scale)
        hits, asked = hits + int((iou(true, here.above(0.8).boxes).max(axis=1) > 0.4).sum()), asked + len(true)
    assert hits >= 0.98 * asked
