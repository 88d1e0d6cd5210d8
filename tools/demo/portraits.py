"""The demo's people: public-domain portraits, cut out of their backgrounds, with a mouth that opens."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from skimage.data import astronaut

Pixels = NDArray[np.uint8]

# Outlines by hand, in pixels of the portraits; GrabCut finds the edge near them.
_HOPPER = (
    "16,600 16,545 28,460 54,398 122,364 160,346 186,331 199,320 203,308 194,296 172,288 160,262 157,215 156,172 "
    "150,150 150,125 166,92 178,60 200,40 240,24 280,24 320,40 346,66 356,88 371,92 370,130 369,172 374,195 372,240 "
    "358,288 340,300 331,312 336,322 360,334 430,362 486,388 498,420 506,470 509,540 508,600"
)
_COLLINS = (
    "25,512 22,440 24,330 40,280 62,244 108,220 118,208 112,190 125,165 160,150 186,150 180,128 160,112 154,80 165,45 "
    "190,24 230,14 268,20 292,44 300,80 298,108 278,128 258,160 290,190 305,215 306,236 345,265 360,300 362,346 "
    "400,344 440,350 472,372 490,400 503,450 505,512"
)
_MARGIN = 48  # transparent pixels added around a portrait, for shadows


@dataclass(frozen=True, slots=True)
class Mouth:
    """Where the lips meet, in pixels of the portrait; ``curve`` is how far the corners lie below the middle."""

    x: float
    y: float
    half_width: float
    reach: float  # how far below the lips the skin moves along
    curve: float
    widest: float  # opening


@dataclass(frozen=True, slots=True)
class Portrait:
    """``pixels`` uint8[h, w, 4], colours multiplied by alpha; ``face`` is the middle of the face."""

    pixels: Pixels
    face: tuple[float, float]
    mouth: Mouth

    def speaking(self, opening: float) -> Pixels:
        """``pixels`` with the mouth open by ``opening`` (0…1)."""
        pixels = self.pixels.copy()
        if opening > 0.03:
            _open(pixels, self.mouth, opening * self.mouth.widest)
        return pixels


def hopper() -> Portrait:
    """Rear Admiral Grace Hopper, photograph of the U.S. Navy, as matplotlib ships it."""
    file = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    picture = np.asarray(Image.open(file).convert("RGB"))
    return Portrait(_cut_out(picture, _HOPPER, 11), _moved(264, 215), Mouth(*_moved(265, 280), 46, 60, 3, 12))


def collins() -> Portrait:
    """Astronaut Eileen Collins, photograph of NASA, as scikit-image ships it."""
    picture = astronaut()
    for x, y, reach in ((161, 224, 26), (246, 330, 34)):  # a detector takes lining and zip there for faces
        picture = _softened(picture, x, y, reach)
    return Portrait(_cut_out(picture, _COLLINS, 17), _moved(224, 108), Mouth(*_moved(224, 149), 19, 32, -4, 7))


def _softened(picture: Pixels, x: int, y: int, reach: int) -> Pixels:
    """``picture`` blurred around a point, less and less up to ``reach`` pixels away."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    share = np.clip(1.6 - 1.6 * np.hypot(columns - x, rows - y) / reach, 0, 1)[:, :, None]
    blurred = cv2.GaussianBlur(picture, (0, 0), 4)
    return np.asarray(picture * (1 - share) + blurred * share, np.uint8)


def _moved(x: float, y: float) -> tuple[float, float]:
    return x + _MARGIN, y + _MARGIN


def _cut_out(picture: Pixels, outline: str, unsure: int) -> Pixels:
    """``picture`` with transparency around the person, whose edge lies within ``unsure`` / 2 pixels of ``outline``."""
    height, width = picture.shape[:2]
    picture = cv2.fastNlMeansDenoisingColored(picture, None, 4, 4, 5, 15)  # grain that moves costs megabytes
    points = [(int(x), int(y)) for x, y in (point.split(",") for point in outline.split())]
    drawn = Image.new("L", (width, height))
    ImageDraw.Draw(drawn).polygon(points, fill=255)
    inside = np.asarray(drawn)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (unsure, unsure))
    margin = np.pad(inside, unsure, mode="edge")
    surely = cv2.erode(margin, brush)[unsure:-unsure, unsure:-unsure]
    guess = np.where(cv2.dilate(inside, brush) > 0, cv2.GC_PR_BGD, cv2.GC_BGD).astype(np.uint8)
    guess[inside > 0] = cv2.GC_PR_FGD
    guess[surely > 0] = cv2.GC_FGD
    cv2.setRNGSeed(1)
    scratch = np.zeros((2, 1, 65))
    cv2.grabCut(picture[:, :, ::-1].copy(), guess, None, scratch[0], scratch[1], 6, cv2.GC_INIT_WITH_MASK)
    person = ((guess == cv2.GC_FGD) | (guess == cv2.GC_PR_FGD)).astype(np.float32)
    soft = cv2.GaussianBlur(person, (0, 0), 2.2)
    cut = _carried_on(picture, np.clip((soft - 0.5) * 2.2 + 0.42, 0, 1))
    return np.pad(cut, ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)))


def _carried_on(picture: Pixels, alpha: NDArray[np.float32]) -> Pixels:
    """Colours of the person beyond the edge, so that nothing of the old background shines through there."""
    firm = (alpha > 0.95).astype(np.float32)
    weight = cv2.GaussianBlur(firm, (0, 0), 4) + 1e-6
    around = cv2.GaussianBlur(picture * firm[:, :, None], (0, 0), 4) / weight[:, :, None]
    colours = np.where(firm[:, :, None] > 0, picture, around)
    return np.dstack((colours * alpha[:, :, None], alpha * 255)).round().clip(0, 255).astype(np.uint8)


def _open(pixels: Pixels, mouth: Mouth, gap: float) -> None:
    """Move lower lip and chin down by up to ``gap`` pixels and show the dark between the lips, in place."""
    wide = round(mouth.half_width * 2)
    top, left = round(mouth.y - mouth.half_width / 2), round(mouth.x) - wide
    rows, columns = np.mgrid[top : round(mouth.y + mouth.reach), left : left + 2 * wide].astype(np.float64)
    across = (columns - mouth.x) / mouth.half_width
    below = rows - mouth.y - mouth.curve * across**2
    depth = np.clip(below / mouth.reach, 0, 1)
    lips = np.clip(1 - across**2, 0, 1) ** 0.8
    shift = np.where(below > 0, gap * lips * (1 - depth) ** 2 * (1 + 2 * depth), 0)
    source = np.maximum(rows - top - shift, 0)
    upper = np.floor(source).astype(int)
    part = (source - upper)[:, :, None]
    area = pixels[top : top + rows.shape[0], left : left + 2 * wide, :3]
    lower = np.minimum(upper + 1, area.shape[0] - 1)
    places = np.arange(area.shape[1])[None, :]
    moved = area[upper, places] * (1 - part) + area[lower, places] * part
    hole = np.clip((shift - below) / 1.2, 0, 1) * np.clip(below / 1.2, 0, 1)
    dark = np.array([46, 16, 16]) + np.array([60, 24, 22]) * np.clip(below / gap - 0.45, 0, 1)[:, :, None]
    area[:] = (moved * (1 - hole[:, :, None]) + dark * hole[:, :, None]).round().astype(np.uint8)
