"""From a level to a colour: the fixed map that makes a picture of a mel spectrogram. No torch."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

LEVELS = 256
MEAN = (0.485, 0.456, 0.406)  # ImageNet's, as for any ResNet input
DEVIATION = (0.229, 0.224, 0.225)


@cache
def colour_map() -> NDArray[np.float32]:
    """Red, green and blue in [0, 1] of 256 levels, float32[256, 3], from black to white.

    Green's cubehelix (half a turn from blue-green, 1.5 turns): perceived brightness rises evenly with the level, so
    that no step in the sound looks larger than another. Decision: the paper names no map.
    """
    level = np.linspace(0.0, 1.0, LEVELS)
    angle = 2.0 * np.pi * (0.5 / 3.0 + 1.0 - 1.5 * level)
    swing = level * (1.0 - level) / 2.0
    across = np.array([[-0.14861, 1.78277], [-0.29227, -0.90649], [1.97294, 0.0]])  # weights of cosine and sine
    colours = level[:, None] + swing[:, None] * (np.stack([np.cos(angle), np.sin(angle)], axis=1) @ across.T)
    return _frozen(np.clip(colours, 0.0, 1.0))


@cache
def normalised_colour_map() -> NDArray[np.float32]:
    """`colour_map` as the extractor wants it, float32[256, 3]."""
    return _frozen((colour_map() - np.array(MEAN)) / np.array(DEVIATION))


def _frozen(table: NDArray[np.float64]) -> NDArray[np.float32]:
    result = np.asarray(table, np.float32)
    result.setflags(write=False)
    return result
