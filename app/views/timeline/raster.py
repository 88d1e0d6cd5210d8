"""Pictures made of numbers: one column per device pixel, whatever the number of utterances or samples."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from app.views.timeline.look import Table

Pixels = NDArray[np.uint8]


def device_size(painter: QPainter, rect: QRect) -> tuple[int, int]:
    """Columns and rows of device pixels in ``rect``."""
    ratio = painter.device().devicePixelRatio()
    return max(1, round(rect.width() * ratio)), max(1, round(rect.height() * ratio))


def draw(painter: QPainter, rect: QRect, indexes: Pixels, table: Table) -> None:
    """Fill ``rect`` with uint8[rows, columns] looked up in a table of opaque colours."""
    rows, columns = indexes.shape
    image = QImage(indexes.data, columns, rows, columns, QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    painter.drawImage(rect, image.convertToFormat(QImage.Format.Format_RGB32))  # three times faster than unconverted


def stacked(shares: NDArray[np.float64], rows: int) -> Pixels:
    """Stack the shares of each column from the bottom up: uint8[rows, columns] of class numbers.

    ``shares`` is float64[k, columns]; where a column's shares add up to less than 1 the rest is number k.
    """
    used = np.flatnonzero(shares.any(axis=1))
    numbers = np.append(used, len(shares))
    tops = (np.cumsum(shares[used], axis=0) * rows + 0.5).astype(np.int16)
    level = np.arange(rows - 1, -1, -1, dtype=np.int16)[:, None]
    result = np.full((rows, shares.shape[1]), numbers[0], np.uint8)
    for top, step in zip(tops, np.diff(numbers).astype(np.uint8), strict=True):
        result += (level >= top).view(np.uint8) * step
    return result


def wave(low: NDArray[np.float32], high: NDArray[np.float32], rows: int) -> Pixels:
    """How much of each pixel lies between ``low`` and ``high`` (-1 to 1): uint8[rows, columns], 0 to 255.

    Every column shows at least one pixel, so that silence is a line and not nothing.
    """
    top, bottom = (1 - high) * (rows / 2), (1 - low) * (rows / 2)
    thin = np.maximum(0, 1 - (bottom - top)) / 2
    top, bottom = (top - thin).astype(np.float32), (bottom + thin).astype(np.float32)
    rows_from = np.arange(rows, dtype=np.float32)[:, None]
    inside = np.minimum(rows_from + 1, bottom) - np.maximum(rows_from, top)
    return np.asarray(np.clip(inside, 0, 1) * 255, np.uint8)


def resample_rows(bands: int, rows: int) -> NDArray[np.float32]:
    """A float32[rows, bands] matrix that scales ``bands`` (lowest first) to ``rows`` (top first).

    Interpolates when there are more rows than bands, averages when there are fewer.
    """
    centres = (rows - 0.5 - np.arange(rows)) * bands / rows - 0.5
    reach = max(1.0, bands / rows)
    weights = np.maximum(0, 1 - np.abs(np.arange(bands)[None, :] - np.clip(centres, 0, bands - 1)[:, None]) / reach)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
