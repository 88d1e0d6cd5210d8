"""How a stored picture becomes the picture as shown: pixel aspect ratio, rotation, scale. No torch."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

import av
import numpy as np
from av.sidedata.sidedata import Type as SideData
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

Turn = tuple[int, bool]  # degrees clockwise, and whether left and right are exchanged before that


@dataclass(frozen=True, slots=True)
class Geometry:
    """``stored_width`` x ``stored_height`` in square pixels, then ``rotation`` (degrees clockwise).

    ``mirrored``: left and right are exchanged before that.
    """

    stored_width: int
    stored_height: int
    rotation: int
    mirrored: bool = False

    @classmethod
    def of(cls, stream: Any, frame: av.VideoFrame, turn: Turn) -> Self:
        """From a decoded frame and the stream's pixel aspect ratio."""
        width, height = frame.width, frame.height
        aspect = stream.sample_aspect_ratio or Fraction(1)
        if aspect > 1:  # stretch, never shrink: no stored pixel is lost
            width = round(width * aspect)
        elif 0 < aspect < 1:
            height = round(height / aspect)
        return cls(width, height, *turn)

    @property
    def width(self) -> int:
        """Pixels across of the picture as shown."""
        return self.stored_height if self.rotation % 180 else self.stored_width

    @property
    def height(self) -> int:
        """Pixels down of the picture as shown."""
        return self.stored_width if self.rotation % 180 else self.stored_height

    def scaled(self, width: int | None) -> "Geometry":
        """The geometry whose shown picture is ``width`` across, same aspect; never larger than it is."""
        if width is None or width >= self.width:
            return self
        ratio = width / self.width
        return Geometry(
            max(1, round(self.stored_width * ratio)),
            max(1, round(self.stored_height * ratio)),
            self.rotation,
            self.mirrored,
        )


class Converter:
    """Turns decoded frames into upright RGB arrays; keeps the scaler's tables between frames of one size."""

    def __init__(self) -> None:
        self._scaler = VideoReformatter()

    def rgb(self, frame: av.VideoFrame, geometry: Geometry) -> NDArray[np.uint8]:
        """uint8[height, width, 3], contiguous."""
        same = (frame.width, frame.height) == (geometry.stored_width, geometry.stored_height)
        converted = self._scaler.reformat(
            frame,
            geometry.stored_width,
            geometry.stored_height,
            "rgb24",
            interpolation=Interpolation.POINT if same else Interpolation.AREA,
        )
        pixels = converted.to_ndarray()
        upright = np.rot90(pixels[:, ::-1] if geometry.mirrored else pixels, -(geometry.rotation // 90))
        return np.ascontiguousarray(upright)


def turn_of(frame: av.VideoFrame) -> Turn:
    """Degrees clockwise and whether mirrored before that, from the frame's display matrix. To be asked once a stream.

    PyAV 18.1 ties a frame and its side data into a circle: frames that were asked pile up in memory.

    The matrix maps stored (x, y) to shown (a x + c y, b x + d y); FFmpeg's libavutil/display.h. What is neither
    turned by a right angle nor mirrored is shown at the nearest that is.
    """
    data = frame.side_data.get(SideData.DISPLAYMATRIX)
    if data is None:
        return 0, False
    a, b, _, c, d, *_ = np.frombuffer(bytes(data), np.int32).tolist()
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return round(np.degrees(np.arctan2(b - c, a + d)) / 90) * 90 % 360, mirrored
