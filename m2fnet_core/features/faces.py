"""Faces on the frames of an utterance: boxes, confidence, area weights (torch)."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
import torch

from m2fnet_core.base.boxes import NONE, Boxes, areas, distinct, matches
from m2fnet_core.base.dialogue import FaceBox
from m2fnet_core.base.events import Hook, ignore
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import AreaWeight
from m2fnet_core.features.cascade import NOTHING, Cascade, Found, Picture
from m2fnet_core.media.frames import Frame

# Seconds around a fully searched frame in which faces are only followed. Within it a head moves by less than half its
# width, which the refining networks correct; frames further apart (low rates, spread choice) are all searched.
REACH = 0.1
_TICK = 1e-4  # seconds: what time stamps are rounded to
_SAME_FACE = 0.2  # IoU of two boxes, up to twice REACH apart, that are taken for one face
_ONE_FACE = 0.7  # share of the smaller box covered by a better one, above which it is no face of its own


class FaceFinder:
    """Finds faces on pictures of one size that follow each other in time. For one thread at a time."""

    def __init__(self, device: torch.device, hook: Hook = ignore, reach: float = REACH) -> None:
        """``reach``: see `REACH`. Raises CheckpointError when the installation lacks the networks' weights."""
        self._cascade = Cascade(device, hook=hook)
        self._reach = reach

    def find(
        self, pictures: Sequence[Picture], times: Sequence[float], cancel: CancelToken | None = None
    ) -> list[Found]:
        """Faces of each picture, in its pixels. ``times``: seconds, ascending. Time grows with the pictures' size.

        Some pictures are searched, the ones in between only around the places of the neighbours' faces.
        """
        keys = key_frames(times, self._reach)
        found = dict(zip(keys, self._cascade.detect([pictures[k] for k in keys], cancel), strict=True))
        near = between(found, len(pictures))
        asked = [i for i, boxes in enumerate(near) if len(boxes)]
        followed = self._cascade.follow([pictures[i] for i in asked], [near[i] for i in asked], cancel)
        for i, more in zip(asked, followed, strict=True):
            found[i] = _merged(found[i], more) if i in found else more
        return [found.get(i, NOTHING) for i in range(len(pictures))]


def scaled(picture: Picture, side: int) -> Picture:
    """The picture with its longer side at most ``side`` pixels, same aspect."""
    height, width = picture.shape[:2]
    ratio = side / max(height, width)
    if ratio >= 1:
        return picture
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def key_frames(times: Sequence[float], reach: float) -> list[int]:
    """As few frames as possible so that every frame is at most ``reach`` seconds from one of them."""
    keys: list[int] = []
    start = 0
    while start < len(times):
        key = start
        while key + 1 < len(times) and times[key + 1] - times[start] <= reach + _TICK:
            key += 1
        keys.append(key)
        start = key + 1
        while start < len(times) and times[start] - times[key] <= reach + _TICK:
            start += 1
    return keys


def between(found: dict[int, Found], frames: int) -> list[Boxes]:
    """Where to look for faces on each of ``frames`` frames, given the faces of the searched ones (by frame number).

    A face on two neighbouring searched frames is expected on the straight line between its places; one on a single
    one of them is expected to stand still up to the other, where it may have been overlooked. Before the first and
    after the last searched frame faces are expected where they were on it.
    """
    keys = sorted(found)
    if not keys:
        return [NONE] * frames
    near: list[list[Boxes]] = [[NONE] for _ in range(frames)]
    for left, right in pairwise(keys):
        moving, only_left, only_right = _linked(found[left].boxes, found[right].boxes)
        near[left].append(only_right)
        near[right].append(only_left)
        for i in range(left + 1, right):
            share = (i - left) / (right - left)
            near[i] += [(1 - share) * moving[0] + share * moving[1], only_left, only_right]
    for outside, key in ((range(keys[0]), keys[0]), (range(keys[-1] + 1, frames), keys[-1])):
        for i in outside:
            near[i] += [found[key].boxes, *near[key]]
    return [np.concatenate(boxes).astype(np.float32) for boxes in near]


def _linked(first: Boxes, second: Boxes) -> tuple[tuple[Boxes, Boxes], Boxes, Boxes]:
    """Boxes of the faces on both frames, row by row; those on the first alone; those on the second alone."""
    pairs = matches(first, second, _SAME_FACE)
    here, there = [i for i, _ in pairs], [j for _, j in pairs]
    return (first[here], second[there]), np.delete(first, here, axis=0), np.delete(second, there, axis=0)


def area_weights(boxes: Boxes, mode: AreaWeight) -> npt.NDArray[np.float32]:
    """Normalised areas of the faces of one frame, float32 [n] (Fig. 3: F = F1 W1 + F2 W2).

    ``sum``: shares that add up to 1. ``max``: relative to the largest face.
    """
    size = np.maximum(areas(boxes), 1e-6)
    whole = size.sum() if mode == "sum" else size.max(initial=0)
    return np.asarray(size / whole if len(size) else size, dtype=np.float32)


def face_boxes(frame: Frame, found: Found, mode: AreaWeight) -> tuple[FaceBox, ...]:
    """The faces of a frame for people: in pixels of the original picture, rounded to what a detector can mean."""
    boxes = np.round(found.boxes.astype(np.float64) / frame.scale, 1).tolist()
    rows = zip(boxes, found.confidence.tolist(), area_weights(found.boxes, mode).tolist(), strict=True)
    return tuple(
        FaceBox(frame.time, (x1, y1, x2, y2), round(confidence, 4), round(weight, 4))
        for (x1, y1, x2, y2), confidence, weight in rows
    )


def to_rows(boxes: Sequence[FaceBox]) -> list[list[float]]:
    """JSON-ready form, for the store."""
    return [[box.time, *box.box, box.confidence, box.area_weight] for box in boxes]


def from_rows(rows: Sequence[Sequence[float]]) -> tuple[FaceBox, ...]:
    """What `to_rows` was given."""
    return tuple(FaceBox(time, (x1, y1, x2, y2), sure, weight) for time, x1, y1, x2, y2, sure, weight in rows)


def _merged(first: Found, second: Found) -> Found:
    boxes = np.concatenate([first.boxes, second.boxes])
    confidence = np.concatenate([first.confidence, second.confidence])
    keep = distinct(boxes, confidence, _ONE_FACE)
    return Found(boxes[keep], confidence[keep])
