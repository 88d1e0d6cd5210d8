"""Changes of training clips and faces that keep their emotion; every draw comes from the given generator."""

import cv2
import numpy as np
from numpy.typing import NDArray

from m2fnet_core.media.mel import band_centres
from trainer.config import AudioStep, VisualStep

Sound = NDArray[np.float32]
Picture = NDArray[np.uint8]
_QUIET = 0.02  # of the peak: below it at both ends counts as silence


def trimmed(sound: Sound) -> Sound:
    """The clip without the silence at its ends, so that its length before the first word tells nothing."""
    loud = np.flatnonzero(np.abs(sound) > _QUIET * np.abs(sound).max(initial=0.0))
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound


def change_sound(sound: Sound, step: AudioStep, generator: np.random.Generator) -> Sound:
    """Speed, time warping (a speed that wanders), white Gaussian noise and level, as configured (paper 3.2.3)."""
    if step.time_warp or step.speed:
        sound = _warped(sound, step, generator)
    peak = float(np.abs(sound).max(initial=0.0))
    if step.noise:
        level = generator.uniform(0, step.noise) * peak
        sound = sound + level * generator.standard_normal(len(sound), dtype=np.float32)
    return (sound * generator.uniform(1 - step.gain, 1 + step.gain)).astype(np.float32)


def _warped(sound: Sound, step: AudioStep, generator: np.random.Generator) -> Sound:
    """Resample with a speed of 1 ± ``speed`` that wanders by ``time_warp``: four anchors, linear between them."""
    anchors = _around_one(step.speed, generator) * _around_one(step.time_warp, generator, 4)
    speeds = np.interp(np.linspace(0, 3, len(sound)), range(4), anchors)
    places = np.cumsum(speeds)
    wanted = np.arange(0, places[-1], 1.0)
    return np.interp(wanted, places, sound).astype(np.float32)


def stretched_levels(levels: Picture, most: float, generator: np.random.Generator) -> Picture:
    """A mel picture uint8 [128, n] with every frequency times 1 ± ``most``: another pitch, another vocal tract.

    What comes from above the highest band is the floor.
    """
    if not most:
        return levels
    hertz = band_centres()
    rows = np.interp(hertz / _around_one(most, generator), hertz, np.arange(len(hertz)), right=len(hertz))
    below = np.floor(rows).astype(int)
    share = (rows - below)[:, None]
    padded = np.pad(levels, ((0, 2), (0, 0)))
    mixed = (1 - share) * padded[below] + share * padded[below + 1]
    return np.asarray(np.rint(mixed), np.uint8)


def _around_one(most: float, generator: np.random.Generator, count: int = 1) -> NDArray[np.float64]:
    return generator.uniform(1 - most, 1 + most, count)


def cropped_levels(levels: Picture, columns: int, generator: np.random.Generator) -> Picture:
    """At most ``columns`` successive columns of a mel picture uint8 [128, n]."""
    first = int(generator.integers(0, max(0, levels.shape[1] - columns) + 1))
    return levels[:, first : first + columns]


def masked_levels(levels: Picture, masks: int, generator: np.random.Generator) -> Picture:
    """SpecAugment: bands of up to 24 mel channels and up to 40 columns set to the floor."""
    levels = levels.copy()
    for _ in range(masks):
        for axis, most in ((0, 24), (1, 40)):
            width = int(generator.integers(0, most + 1))
            first = int(generator.integers(0, max(1, levels.shape[axis] - width)))
            np.moveaxis(levels, axis, 0)[first : first + width] = 0
    return levels


def change_face(picture: Picture, step: VisualStep, size: int, generator: np.random.Generator) -> Picture:
    """Crop, mirror, colour, grey and cut-out, as configured, as a square of ``size`` pixels."""
    picture = _recropped(picture, step.crop, size, generator)
    if generator.random() < step.flip:
        picture = picture[:, ::-1]
    picture = _recoloured(picture, step.colour, grey=generator.random() < step.grey, generator=generator)
    if generator.random() < step.cutout:
        side = int(generator.integers(size // 8, size // 3 + 1))
        y, x = generator.integers(0, size - side + 1, 2)
        picture[y : y + side, x : x + side] = generator.integers(0, 256)
    return picture


def _recropped(picture: Picture, most: float, size: int, generator: np.random.Generator) -> Picture:
    """A turn of up to 10 degrees, a shift and a scale within ``most``, edges repeated."""
    height, width = picture.shape[:2]
    scale = size / max(height, width) * generator.uniform(1 - most, 1 + most)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), generator.uniform(-10, 10), scale)
    matrix[:, 2] += size / 2 - np.array([width / 2, height / 2]) + generator.uniform(-most, most, 2) * size / 4
    warped = cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, dtype=np.uint8)


def _recoloured(picture: Picture, most: float, *, grey: bool, generator: np.random.Generator) -> Picture:
    values = picture.astype(np.float32)
    shade = values.mean(axis=2, keepdims=True)
    saturation = 0.0 if grey else generator.uniform(1 - most, 1 + most)
    values = shade + saturation * (values - shade)
    centre = values.mean()
    values = (values - centre) * generator.uniform(1 - most, 1 + most) + centre * generator.uniform(1 - most, 1 + most)
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)
