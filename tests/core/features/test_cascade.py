"""Our driver against facenet-pytorch's own MTCNN, and odd pictures."""

from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import torch

from m2fnet_core.base.boxes import iou
from m2fnet_core.features.cascade import Cascade
from m2fnet_core.nets.mtcnn import load_mtcnn
from tests.face_maker import portrait, with_faces

_VIDEO = Path(__file__).resolve().parents[3] / "../shared/data/video"


@cache
def cascade() -> Cascade:
    return Cascade(torch.device("cpu"))


@pytest.fixture(scope="module")
def library():  # noqa: ANN201 - facenet_pytorch.MTCNN, imported here because it brings torchvision
    from facenet_pytorch import MTCNN

    return MTCNN(keep_all=True)


def test_the_networks_answer_as_the_librarys(library) -> None:  # noqa: ANN001
    proposal, refinement, output = load_mtcnn(torch.device("cpu"))
    generator = torch.Generator().manual_seed(1)
    for ours, theirs, side in (
        (proposal, library.pnet, 40),
        (refinement, library.rnet, 24),
        (output, library.onet, 48),
    ):
        pictures = torch.randn(3, 3, side, side, generator=generator)
        shifts, scores = ours(pictures)
        expected = theirs(pictures)
        torch.testing.assert_close(shifts, expected[0], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(scores, expected[-1][:, 1], rtol=1e-4, atol=1e-5)


def test_finds_the_faces_that_the_library_finds_on_real_frames(library) -> None:  # noqa: ANN001
    if not _VIDEO.is_dir():
        pytest.skip("the folder ../shared/data is not on this machine")
    shared, ours, theirs = 0, 0, 0
    for name in ("three_person_conversation.mp4", "street_many_small_faces.mp4", "one_talking_head.mp4"):
        for picture in _frames(_VIDEO / name, (5, 60)):
            boxes, _ = library.detect(picture)
            found = cascade().detect([picture])[0].boxes
            best = iou(np.asarray(boxes, np.float32), found).max(axis=1)
            assert (best > 0.7).mean() > 0.8, name
            shared, ours, theirs = shared + int((best > 0.7).sum()), ours + len(found), theirs + len(boxes)
    assert shared >= 0.95 * theirs
    assert shared >= 0.95 * ours


def _frames(path: Path, numbers: tuple[int, ...]) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        frames = [
            f.to_ndarray(format="rgb24")
            for i, f in zip(range(max(numbers) + 1), container.decode(video=0), strict=False)
            if i in numbers
        ]
    return [cv2.resize(f, (640, round(f.shape[0] * 640 / f.shape[1])), interpolation=cv2.INTER_AREA) for f in frames]


def test_several_pictures_at_once_give_what_each_gives_alone() -> None:
    pictures = [with_faces((320, 240), places)[0] for places in ([(10, 10, 120)], [], [(5, 5, 100), (180, 60, 130)])]
    together = cascade().detect(pictures)
    assert [len(f) for f in together] == [1, 0, 2]
    for picture, found in zip(pictures, together, strict=True):
        alone = cascade().detect([picture])[0]
        np.testing.assert_allclose(alone.boxes, found.boxes, atol=0.05)
        np.testing.assert_allclose(alone.confidence, found.confidence, atol=1e-4)


def test_thirty_faces() -> None:
    picture, places = with_faces((720, 700), [(x * 118, y * 138, 115) for x in range(6) for y in range(5)])
    found = cascade().detect([picture])[0]
    assert len(found) == 30
    assert iou(places, found.boxes).max(axis=1).min() > 0.5


def test_boxes_stay_inside_the_picture_when_a_face_is_cut_off() -> None:
    picture = portrait()[:, 200:]
    boxes = cascade().detect([picture])[0].boxes
    assert len(boxes)
    assert boxes.min() >= 0
    assert (boxes[:, 2:] <= [picture.shape[1], picture.shape[0]]).all()


@pytest.mark.parametrize("size", [(1, 1), (19, 19), (20, 20), (1, 300), (21, 500)])
def test_pictures_too_small_or_narrow_for_a_face_have_none(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (*size, 3)).astype(np.uint8)
    assert len(cascade().detect([picture])[0]) == 0


def test_no_pictures_no_answers() -> None:
    assert cascade().detect([]) == cascade().follow([], []) == []


def test_follows_a_face_from_a_place_close_by_and_drops_what_is_none() -> None:
    picture, (place,) = with_faces((320, 240), [(100, 20, 160)])
    beside = place + np.array([12, -8, 12, -8])
    near = np.array([beside, [5, 150, 60, 205]], np.float32)
    found = cascade().follow([picture, picture], [near, near[:0]])
    assert [len(f) for f in found] == [1, 0]
    assert iou(place[None], found[0].boxes)[0, 0] > 0.7
