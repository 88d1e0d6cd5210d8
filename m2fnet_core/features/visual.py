"""Frames of an utterance -> scene vector and faces vector, Eq. 4 and Fig. 3 (torch)."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from m2fnet_core.base.boxes import Boxes
from m2fnet_core.base.devices import BatchRunner, device_of
from m2fnet_core.base.dialogue import FaceBox
from m2fnet_core.base.events import Hook, ignore
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import FramePooling, VisualConfig
from m2fnet_core.features.cascade import Found, Picture
from m2fnet_core.features.colours import DEVIATION, MEAN
from m2fnet_core.features.faces import FaceFinder, area_weights, face_boxes, scaled
from m2fnet_core.features.vectors import Vector
from m2fnet_core.media.frames import Frame
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.onnx_extractor import OnnxExtractor

_BATCH = 64
VisualExtractor = Extractor | OnnxExtractor


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What an utterance's frames show. ``scene`` and ``faces`` float32 [embedding]; ``faces`` None without a face."""

    scene: Vector
    faces: Vector | None
    boxes: tuple[FaceBox, ...]
    times: tuple[float, ...]  # presentation times of all frames looked at


def face_crops(picture: Picture, boxes: Boxes, config: VisualConfig) -> list[Picture]:
    """What the boxes show, each with its margin, as squares of ``face_size`` pixels.

    A square that would leave the picture is moved inside; one larger than the picture is cut, and so stretched.
    """
    return [
        scaled_square(picture[y1:y2, x1:x2], config.face_size)
        for x1, y1, x2, y2 in crop_corners(picture, boxes, config)
    ]


def scaled_square(picture: Picture, size: int) -> Picture:
    """The picture stretched to a square: averaged where it shrinks, interpolated where it grows."""
    shrinks = picture.shape[0] >= size and picture.shape[1] >= size
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (size, size), interpolation=how), dtype=np.uint8)


def picture_batch(pictures: Sequence[Picture], device: torch.device) -> Tensor:
    """Equally large pictures as the extractor wants them: float [B, 3, H, W], normalised, channels last."""
    values = torch.from_numpy(np.stack(pictures)).to(device).permute(0, 3, 1, 2).float()
    mean, deviation = (torch.tensor(v, device=device)[:, None, None] * 255 for v in (MEAN, DEVIATION))
    return (values - mean) / deviation


def face_vectors(
    extractor: VisualExtractor, faces: Sequence[Picture], config: VisualConfig, device: torch.device
) -> Tensor:
    """Faces as `face_crops` gives them -> their vectors, float [B, embedding].

    Decision: with ``config.mirror`` the mean of two vectors, the second of the mirrored face, since a mirrored face
    expresses the same.
    """
    images = picture_batch(faces, device)
    vectors: Tensor = extractor(images)
    return (vectors + extractor(images.flip(-1))) / 2 if config.mirror else vectors


def over_frames(vectors: NDArray[np.float32], pooling: FramePooling) -> NDArray[np.float32]:
    """Vectors of frames [..., frames, d] -> one, float32 [..., d]: the paper's maximum of each number, or the mean."""
    pooled = vectors.max(axis=-2) if pooling == "max" else vectors.mean(axis=-2)
    return np.asarray(pooled, np.float32)


class VisualVectors:
    """Scene and faces vectors by an extractor, faces found by MTCNN."""

    def __init__(self, extractor: VisualExtractor, config: VisualConfig, hook: Hook = ignore) -> None:
        """Raises CheckpointError when the installation lacks MTCNN's weights."""
        self._config = config
        self._extractor = extractor
        self._scenes: BatchRunner[Picture, Vector] = BatchRunner(extractor, self._scene_vectors, _BATCH, hook)
        self._crops: BatchRunner[Picture, Vector] = BatchRunner(extractor, self._face_vectors, _BATCH, hook)
        self._finder = FaceFinder(device_of(extractor), hook)

    def compute(self, frames: Sequence[Frame], cancel: CancelToken | None = None) -> Seen | None:
        """Vectors of an utterance's frames (ascending, of one size); None without a frame. Raises Cancelled.

        Faces are found, and the scene taken, on pictures scaled down once to ``detect_side``; faces are cut out of
        the pictures as they are.
        """
        if not frames:
            return None
        times = tuple(frame.time for frame in frames)
        pictures = [frame.pixels for frame in frames]
        small = [scaled(picture, self._config.detect_side) for picture in pictures]
        found = [
            f.above(self._config.min_confidence).enlarged(picture.shape[1] / s.shape[1])
            for f, picture, s in zip(self._finder.find(small, times, cancel), pictures, small, strict=True)
        ]
        scenes = self._scenes.run([scaled_square(p, self._config.scene_size) for p in small], cancel)
        faces = self._faces(pictures, found, cancel)
        pairs = zip(frames, found, strict=True)
        boxes = tuple(box for frame, f in pairs for box in face_boxes(frame, f, self._config.area_weight))
        return Seen(over_frames(np.stack(scenes), self._config.pooling), faces, boxes, times)

    def _faces(self, pictures: Sequence[Picture], found: Sequence[Found], cancel: CancelToken | None) -> Vector | None:
        """Faces weighted by area and added within a frame, then pooled over the frames that have one."""
        crops = [crop for p, f in zip(pictures, found, strict=True) for crop in face_crops(p, f.boxes, self._config)]
        if not crops:
            return None
        weights = np.concatenate([area_weights(f.boxes, self._config.area_weight) for f in found])
        vectors = np.stack(self._crops.run(crops, cancel)) * weights[:, None]
        starts = np.cumsum([0, *(len(f) for f in found if len(f))])[:-1]
        return over_frames(np.add.reduceat(vectors, starts, axis=0), self._config.pooling)

    def _scene_vectors(self, pictures: Sequence[Picture], device: torch.device) -> list[Vector]:
        return list(self._extractor(picture_batch(pictures, device)).float().cpu().numpy())

    def _face_vectors(self, crops: Sequence[Picture], device: torch.device) -> list[Vector]:
        return list(face_vectors(self._extractor, crops, self._config, device).float().cpu().numpy())


def crop_corners(picture: Picture, boxes: Boxes, config: VisualConfig) -> list[tuple[int, int, int, int]]:
    """The crops' x1, y1, x2, y2 in whole pixels, at least one pixel large."""
    limits = np.array([picture.shape[1], picture.shape[0]], dtype=np.int64)
    sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0, keepdims=True) * (1 + 2 * config.face_margin)
    size = np.clip(np.round(sides), 1, limits).astype(np.int64)
    low = np.round((boxes[:, :2] + boxes[:, 2:] - size) / 2).astype(np.int64)
    low = np.clip(low, 0, limits - size)
    return [(int(x), int(y), int(x + w), int(y + h)) for (x, y), (w, h) in zip(low, size, strict=True)]
