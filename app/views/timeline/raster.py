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
    small = np.uint8 if rows < 256 else np.uint16  # the smaller the numbers, the faster the comparisons
    level = np.arange(rows - 1, -1, -1, dtype=small)[:, None]
    used = np.flatnonzero(shares.any(axis=1))
    numbers = np.append(used, len(shares))
    result = np.full((rows, shares.shape[1]), numbers[0], np.uint8)
    top = np.full(shares.shape[1], 0.5)
    for number, step in zip(used, np.diff(numbers).astype(np.uint8), strict=True):
        top += shares[number] * rows
        above = (level >= top.astype(small)).view(np.uint8)
        result += above if step == 1 else above * step
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


def fit_rows(bands: Pixels, rows: int) -> Pixels:
    """Scale uint8[bands, columns], lowest band first, to uint8[rows, columns], top row first.

    Interpolates when there are more rows than bands and takes the maximum when there are fewer. Whole numbers only,
    and no matrix product: its threads would make painting wait for whoever keeps the processor busy.
    """
    if rows <= len(bands):
        edges = np.arange(rows, -1, -1) * len(bands) // rows
        last, first = edges[:-1] - 1, edges[1:]
        result = bands[first]
        for step in range(1, int((last - first).max()) + 1):
            np.maximum(result, bands[np.minimum(first + step, last)], out=result)
        return result
    places = np.clip((rows - 0.5 - np.arange(rows)) * len(bands) / rows - 0.5, 0, len(bands) - 1)
    lower = np.minimum(places.astype(np.intp), len(bands) - 2)
    share = ((places - lower) * 256).astype(np.uint16)[:, None]
    wide = bands.astype(np.uint16)
    return np.asarray((wide[lower] * (256 - share) + wide[lower + 1] * share) >> 8, np.uint8)
