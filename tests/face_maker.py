"""Pictures with a real face on them: a public-domain portrait (Grace Hopper) that ships with matplotlib."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
_FACE = np.array([174, 110, 353, 335])  # x1, y1, x2, y2 in the portrait


@cache
def portrait() -> NDArray[np.uint8]:
    """uint8[600, 512, 3] RGB."""
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB))


def with_faces(
    size: tuple[int, int], places: Sequence[tuple[int, int, int]]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A grey picture of ``size`` (width, height) with the portrait ``width`` pixels wide at each (x, y, width).

    Returns it and where the faces are, float32 [n, 4].
    """
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    boxes = []
    for x, y, width in places:
        scale = width / portrait().shape[1]
        small = cv2.resize(portrait(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        part = picture[y : y + small.shape[0], x : x + small.shape[1]]
        part[:] = small[: part.shape[0], : part.shape[1]]
        boxes.append(_FACE * scale + np.array([x, y, x, y]))
    return picture, np.array(boxes, np.float32).reshape(-1, 4)
