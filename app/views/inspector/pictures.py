"""Reads the frames the network looked at and cuts out their faces, in a thread of the window's process."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage

from app.jobs.background import Emit
from m2fnet_core.base.dialogue import FaceBox
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.info import MediaInfo

_SAME = 1e-3  # seconds within which a face belongs to a frame


@dataclass(frozen=True, slots=True)
class Wanted:
    """Frames by their presentation times, ascending, and the faces on them. Sizes are device pixels."""

    media: MediaInfo
    times: tuple[float, ...]
    faces: tuple[FaceBox, ...]
    thumbnail: int
    crop: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame as a thumbnail, and the crops of its faces by their place among the wanted ones."""

    place: int
    image: QImage
    crops: tuple[tuple[int, QImage], ...]


def read_pictures(wanted: Wanted, emit: Emit, cancel: CancelToken) -> None:
    """Emit a Picture per frame. Raises MediaError when the file cannot be read (any more)."""
    from m2fnet_core.media.frames import FrameReader
    from m2fnet_core.media.index import frame_index

    index = frame_index(wanted.media)
    places = {index.nearest(time): place for place, time in enumerate(wanted.times)}
    cancel.check()
    with FrameReader(wanted.media, index) as reader:
        for frame in reader.read(sorted(places)):
            cancel.check()
            place = places[frame.number]
            emit(_picture(place, _image(frame.pixels), faces_of(wanted.times[place], wanted.faces), wanted))


def faces_of(time: float, faces: Sequence[FaceBox]) -> list[tuple[int, FaceBox]]:
    """Faces on the frame at ``time``, each with its place."""
    return [(place, face) for place, face in enumerate(faces) if abs(face.time - time) < _SAME]


def _picture(place: int, full: QImage, faces: Sequence[tuple[int, FaceBox]], wanted: Wanted) -> Picture:
    crops = tuple((number, _crop(full, face, wanted.crop)) for number, face in faces)
    size = QSize(wanted.thumbnail, wanted.thumbnail)
    thumbnail = full.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return Picture(place, thumbnail, crops)


def _crop(full: QImage, face: FaceBox, size: int) -> QImage:
    """A square around the face, filled with black where it leaves the picture."""
    x1, y1, x2, y2 = face.box
    side = max(8.0, x2 - x1, y2 - y1)
    left, top = (x1 + x2 - side) / 2, (y1 + y2 - side) / 2
    square = full.copy(QRect(round(left), round(top), round(side), round(side)))
    return square.scaled(size, size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _image(pixels: NDArray[np.uint8]) -> QImage:
    height, width, _ = pixels.shape
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
