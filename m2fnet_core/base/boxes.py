"""Arithmetic on boxes, float arrays [n, 4] of x1, y1, x2, y2 in pixels. No torch: the window uses it too."""

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float32]
NONE: Boxes = np.zeros((0, 4), dtype=np.float32)
NONE.flags.writeable = False


def areas(boxes: Boxes) -> npt.NDArray[np.float32]:
    """Square pixels, [n]; zero for a box turned inside out."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1], dtype=np.float32)


def overlap(first: Boxes, second: Boxes) -> npt.NDArray[np.float32]:
    """Shared area of every pair, square pixels, [n, m]."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.maximum(high - low, 0)
    return np.asarray(sides[..., 0] * sides[..., 1], dtype=np.float32)


def iou(first: Boxes, second: Boxes) -> npt.NDArray[np.float32]:
    """Intersection over union of every pair, [n, m]; 0 where both boxes are empty."""
    shared = overlap(first, second)
    union = areas(first)[:, None] + areas(second)[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), dtype=np.float32)


def matches(first: Boxes, second: Boxes, least: float) -> list[tuple[int, int]]:
    """Pairs (i, j) with an IoU of at least ``least``, best first, each box used once."""
    table = iou(first, second)
    pairs: list[tuple[int, int]] = []
    while table.size and table.max() >= least:
        i, j = (int(k) for k in np.unravel_index(int(table.argmax()), table.shape))
        pairs.append((i, j))
        table[i, :] = table[:, j] = -1
    return pairs


def square(boxes: Boxes) -> Boxes:
    """The smallest squares around the same centres."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2 if len(boxes) else np.zeros((0, 1), np.float32)
    return np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)


def clip(boxes: Boxes, width: int, height: int) -> Boxes:
    """The parts of the boxes inside a picture of that size."""
    return np.clip(boxes, 0, np.array([width, height, width, height], dtype=np.float32)).astype(np.float32)


def distinct(boxes: Boxes, scores: npt.NDArray[np.float32], most: float) -> npt.NDArray[np.intp]:
    """Indices to keep, best score first, so that no box covers more than ``most`` of the smaller of a pair.

    MTCNN's last suppression ("Min"): a box inside another one goes even when their IoU is small.
    """
    left = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    size = areas(boxes)
    while len(left):
        best, left = int(left[0]), left[1:]
        kept.append(best)
        smaller = np.maximum(np.minimum(size[best], size[left]), 1e-9)
        left = left[overlap(boxes[best : best + 1], boxes[left])[0] / smaller <= most]
    return np.array(kept, dtype=np.intp)
