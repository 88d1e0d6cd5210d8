"""Face boxes, area weights and labels, drawn into a picture. No torch, no Qt: OpenCV draws."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.dialogue import FaceBox
from m2fnet_core.document.formats.base import LabelChoice, Row, Sheet, labels_of
from m2fnet_core.people.faces_between import between

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]

# Red, green, blue; light enough for dark letters on them.
_COLOURS: tuple[Colour, ...] = (
    (190, 190, 190),
    (255, 205, 60),
    (190, 140, 255),
    (110, 170, 255),
    (120, 215, 110),
    (190, 190, 70),
    (255, 110, 100),
    (90, 215, 215),
    (255, 160, 70),
    (240, 140, 200),
)
_INK, _BOX = (16, 18, 22), (255, 255, 255)
_LETTERS = 26  # to the height of the picture
_SMALLEST = 11  # pixels
_BOLD = 600


class Painter:
    """Draws what a sheet says about the frames of its video, which come in order of time."""

    def __init__(self, sheet: Sheet, half_frame: float) -> None:
        """``half_frame``: seconds; boxes this close to a frame are its own."""
        self._colours = {label: _COLOURS[i % len(_COLOURS)] for i, label in enumerate(labels_of(sheet))}
        self._speaking = _Speaking([row for row in sheet.rows if row.label is not None])
        self._looked = sheet.faces
        self._times = [time for time, _ in sheet.faces]
        self._half = half_frame
        self._font = cv2.FontFace("sans")

    def paint(self, pixels: Pixels, time: float) -> None:
        """Draw into ``pixels`` (uint8[height, width, 3] RGB, contiguous) what belongs to the frame at ``time``."""
        size = max(_SMALLEST, pixels.shape[0] // _LETTERS)
        for face in self._faces(time):
            self._face(pixels, face, size)
        low = pixels.shape[0] - size // 2
        for row in reversed(self._speaking.at(time)):
            low -= self._caption(pixels, row, low, size) + size // 4

    def _faces(self, time: float) -> Iterable[FaceBox]:
        after = bisect_left(self._times, time - self._half)
        if after < len(self._times) and self._times[after] <= time + self._half:
            return self._looked[after][1]
        before = self._looked[after - 1][1] if after else ()
        return between(before, self._looked[after][1] if after < len(self._looked) else (), time)

    def _face(self, pixels: Pixels, face: FaceBox, size: int) -> None:
        x1, y1, x2, y2 = (round(value) for value in face.box)
        width = max(1, size // 12)
        cv2.rectangle(pixels, (x1, y1), (x2, y2), _INK, 3 * width, cv2.LINE_AA)
        cv2.rectangle(pixels, (x1, y1), (x2, y2), _BOX, width, cv2.LINE_AA)
        self._label(pixels, f"{face.area_weight:.0%}", x1, y1, size * 3 // 4, _BOX)

    def _caption(self, pixels: Pixels, row: Row, low: int, size: int) -> int:
        """Draw who speaks and what is felt, ending at the line ``low``; returns the height used."""
        label = row.label or ""
        if row.source is LabelChoice.MODEL and row.kept is not None:
            label += f" ({row.kept.prediction.probabilities.get(label, 0.0):.0%})"
        text = f"{row.speaker}: {label}" if row.speaker else label
        return self._label(pixels, text, size // 2, low, size, self._colours.get(row.label or "", _BOX))

    def _label(self, pixels: Pixels, text: str, x: int, low: int, size: int, ground: Colour) -> int:
        """Dark letters on a plate whose lower left corner is (x, low), moved into the picture; returns its height."""
        height, width = pixels.shape[:2]
        pad = size // 3
        across = cv2.getTextSize((width * 4, height), text, (0, 0), self._font, size, _BOLD)[2] + 2 * pad
        down = size + 2 * pad
        x, low = max(0, min(x, width - across)), max(down, min(low, height))
        cv2.rectangle(pixels, (x, low - down), (x + across, low), ground, cv2.FILLED)
        cv2.putText(pixels, text, (x + pad, low - pad - size // 6), _INK, self._font, size, _BOLD)
        return down


class _Speaking:
    """Who speaks, for times that ascend."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._coming: Iterator[Row] = iter(rows)
        self._next = next(self._coming, None)
        self._now: list[Row] = []

    def at(self, time: float) -> list[Row]:
        """Rows whose utterance goes on at ``time``."""
        while self._next is not None and self._next.turn.start <= time:
            self._now.append(self._next)
            self._next = next(self._coming, None)
        self._now = [row for row in self._now if time < row.turn.end]
        return self._now
