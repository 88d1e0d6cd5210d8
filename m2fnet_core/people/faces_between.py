"""Faces between two frames on which they were detected. No torch."""

from collections.abc import Sequence

import numpy as np

from m2fnet_core.base.boxes import matches
from m2fnet_core.base.dialogue import Box, FaceBox

_SAME = 0.2  # IoU from which two boxes are taken for the same face
_FAR = 1.0  # seconds; samples further apart say nothing about what is between them
_LONE = 0.15  # seconds a face that the other sample lacks is still drawn


def between(before: Sequence[FaceBox], after: Sequence[FaceBox], time: float) -> list[FaceBox]:
    """Boxes at ``time`` from those of one frame before it and one frame after it (either may be empty).

    The same face moves evenly; one that only one of the frames has is drawn where it was, close to that frame only.
    """
    if before and after and after[0].time - before[0].time > _FAR:
        before = after = ()
    pairs = matches(_array(before), _array(after), _SAME)
    moving = [_moved(before[i], after[j], time) for i, j in pairs]
    lone = [face for i, face in enumerate(before) if i not in {i for i, _ in pairs}]
    lone += [face for j, face in enumerate(after) if j not in {j for _, j in pairs}]
    return moving + [face for face in lone if abs(face.time - time) <= _LONE]


def _array(faces: Sequence[FaceBox]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([face.box for face in faces], np.float32).reshape(-1, 4)


def _moved(first: FaceBox, second: FaceBox, time: float) -> FaceBox:
    length = second.time - first.time
    share = 0.0 if length <= 0 else min(1.0, max(0.0, (time - first.time) / length))

    def mix(a: float, b: float) -> float:
        return a + (b - a) * share

    x1, y1, x2, y2 = (mix(a, b) for a, b in zip(first.box, second.box, strict=True))
    box: Box = (x1, y1, x2, y2)
    weight, confidence = mix(first.area_weight, second.area_weight), mix(first.confidence, second.confidence)
    return FaceBox(time, box, confidence, weight)
