from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from m2fnet_core.bundle.info import VisualConfig
from m2fnet_core.features.frame_choice import chosen_frames
from m2fnet_core.features.visual import VisualVectors, face_crops, picture_batch, scaled_square
from m2fnet_core.media.frames import Frame
from m2fnet_core.nets.configs import ExtractorConfig
from m2fnet_core.nets.extractor import Extractor
from tests.face_maker import portrait, with_faces

CONFIG = VisualConfig(scene_size=64, face_size=48, detect_side=320)


@cache
def extractor() -> Extractor:
    torch.manual_seed(3)
    return Extractor(ExtractorConfig(embedding=20)).eval()


@cache
def vectors() -> VisualVectors:
    return VisualVectors(extractor(), CONFIG)


def frame(number: int, *places: tuple[int, int, int], scale: float = 1.0) -> Frame:
    return Frame(number, number / 25, with_faces((320, 240), places)[0], scale)


def embedded(*pictures: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return extractor()(picture_batch(pictures, torch.device("cpu"))).numpy()


def test_the_centred_frames_in_a_row() -> None:
    assert chosen_frames(range(100, 200), CONFIG) == list(range(142, 157))


def test_uniform_frames_are_spread_over_the_whole_utterance() -> None:
    spread = chosen_frames(range(100, 250), replace(CONFIG, choice="uniform"))
    assert len(spread) == 15
    assert set(np.diff(spread)) == {10}
    assert spread[0] == 105


@pytest.mark.parametrize("choice", ["centred", "uniform"])
def test_a_short_utterance_gives_the_frames_it_has(choice: str) -> None:
    assert chosen_frames(range(7, 11), replace(CONFIG, choice=choice)) == [7, 8, 9, 10]


def test_scene_is_the_largest_value_of_each_number_over_the_frames() -> None:
    frames = [frame(0), frame(1, (10, 10, 100)), frame(2, (150, 20, 150))]
    seen = vectors().compute(frames)
    assert seen is not None
    each = embedded(*(scaled_square(f.pixels, 64) for f in frames))
    np.testing.assert_allclose(seen.scene, each.max(axis=0), rtol=1e-4, atol=1e-4)


def test_the_mean_over_the_frames_is_a_setting() -> None:
    frames = [frame(0, (10, 10, 120)), frame(10), frame(20, (30, 30, 150))]
    seen = VisualVectors(extractor(), replace(CONFIG, pooling="mean")).compute(frames)
    alone = [VisualVectors(extractor(), CONFIG).compute([each]) for each in (frames[0], frames[2])]
    assert seen is not None
    each = embedded(*(scaled_square(f.pixels, 64) for f in frames))
    np.testing.assert_allclose(seen.scene, each.mean(axis=0), rtol=1e-4, atol=1e-4)
    faces = [one.faces for one in alone if one is not None]
    np.testing.assert_allclose(seen.faces, np.mean(faces, axis=0), rtol=1e-3, atol=1e-3)


def test_faces_are_weighted_by_area_within_a_frame_and_pooled_over_frames_that_have_some() -> None:
    frames = [frame(0, (10, 10, 120), (150, 20, 150)), frame(10), frame(20, (30, 30, 120))]
    seen = vectors().compute(frames)
    assert seen is not None
    assert seen.faces is not None
    assert {box.time for box in seen.boxes} == {0.0, 0.8}
    pooled = []
    for shown in (frames[0], frames[2]):
        mine = [box for box in seen.boxes if box.time == shown.time]
        assert sum(box.area_weight for box in mine) == pytest.approx(1, abs=1e-3)
        crops = face_crops(shown.pixels, np.array([box.box for box in mine], np.float32), CONFIG)
        pooled.append(sum(box.area_weight * row for box, row in zip(mine, embedded(*crops), strict=True)))
    np.testing.assert_allclose(seen.faces, np.max(pooled, axis=0), atol=0.05 * np.abs(seen.faces).max())


def test_a_face_and_its_mirror_image_have_one_vector_where_that_is_asked_for() -> None:
    pixels = frame(0, (20, 20, 180)).pixels
    plain = vectors().compute([Frame(0, 0.0, pixels)])
    mirrored = VisualVectors(extractor(), replace(CONFIG, mirror=True)).compute([Frame(0, 0.0, pixels)])
    assert mirrored is not None
    box = np.array([mirrored.boxes[0].box], np.float32)
    crop = face_crops(pixels, box, CONFIG)[0]
    own, other = embedded(crop, crop[:, ::-1])
    assert not np.allclose(own, other, atol=0.1 * np.abs(own).max())
    np.testing.assert_allclose(mirrored.faces, (own + other) / 2, atol=0.02 * np.abs(own).max())
    assert plain is not None
    np.testing.assert_array_equal(mirrored.scene, plain.scene)  # of faces alone


def test_no_face_no_vector_and_no_frame_nothing() -> None:
    seen = vectors().compute([frame(0), frame(1)])
    assert seen is not None
    assert seen.faces is None
    assert seen.boxes == ()
    assert seen.times == (0.0, 0.04)
    assert vectors().compute([]) is None


def test_boxes_are_pixels_of_the_original_picture_when_it_was_scaled_down() -> None:
    small, large = (vectors().compute([frame(0, (60, 20, 180), scale=s)]) for s in (1.0, 0.25))
    assert small is not None
    assert large is not None
    assert np.allclose(np.array(small.boxes[0].box) * 4, large.boxes[0].box, atol=0.5)


def test_unsure_faces_are_left_out() -> None:
    strict = VisualVectors(extractor(), replace(CONFIG, min_confidence=1.0))
    seen = strict.compute([frame(0, (10, 10, 150))])
    assert seen is not None
    assert seen.faces is None


def test_one_pixel_pictures() -> None:
    seen = vectors().compute([Frame(0, 0.0, np.zeros((1, 1, 3), np.uint8))])
    assert seen is not None
    assert np.isfinite(seen.scene).all()


def test_faces_of_a_huge_picture_come_back_in_its_pixels() -> None:
    picture, (place,) = with_faces((2500, 1900), [(200, 200, 1500)])
    seen = vectors().compute([Frame(0, 0.0, picture)])
    assert seen is not None
    assert np.abs(np.array(seen.boxes[0].box) - place).max() < 100


def test_a_long_thin_picture() -> None:
    seen = vectors().compute([Frame(0, 0.0, np.zeros((2, 3000, 3), np.uint8))])
    assert seen is not None
    assert seen.faces is None


def test_crops_are_square_moved_inside_the_picture_and_carry_their_margin() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[0:60, 0:60] = 255
    boxes = np.array([[0, 0, 50, 40], [-20, 10, 30, 60], [150, 50, 200, 100]], np.float32)
    crops = face_crops(picture, boxes, CONFIG)
    assert [crop.shape for crop in crops] == [(48, 48, 3)] * 3
    assert crops[0].min() == 255  # 50 pixels and a tenth on each side: 60, moved inside
    assert crops[2].max() == 0


def test_a_box_larger_than_the_picture_or_without_area_still_gives_a_crop() -> None:
    boxes = np.array([[-50, -50, 400, 400], [10, 10, 10, 10]], np.float32)
    assert [crop.shape for crop in face_crops(np.zeros((30, 90, 3), np.uint8), boxes, CONFIG)] == [(48, 48, 3)] * 2


def test_pictures_are_normalised_as_for_any_resnet() -> None:
    grey = np.full((8, 8, 3), 255, np.uint8)
    values = picture_batch([grey], torch.device("cpu"))
    assert values[0, :, 0, 0].tolist() == pytest.approx([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
    assert values.is_contiguous(memory_format=torch.channels_last)
    assert portrait().shape[2] == values.shape[1]
