"""The mel spectrogram: what the audio extractor hears."""

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from app.views.timeline.heights import Wish
from app.views.timeline.raster import device_size, draw, fit_rows
from app.views.timeline.ticks import clock
from app.views.timeline.tracks.base import EMPTY, Track, mark_selection, say, say_unread
from app.views.timeline.viewport import Viewport

_TOP = 8000.0  # Hz, where the highest band ends
_LABELLED = (8000, 4000, 2000, 1000, 500, 200)  # Hz


def height_of(hertz: float) -> float:
    """Where a frequency lies between the bottom (0) and the top (1): Slaney's mel scale, as the model's."""
    return _mel(hertz) / _mel(_TOP)


def hertz_at(height: float) -> float:
    """The inverse of `height_of`."""
    mel = height * _mel(_TOP)
    return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)


def _mel(hertz: float) -> float:
    return hertz * 3 / 200 if hertz < 1000 else 15 + 27 * float(np.log(hertz / 1000) / np.log(6.4))


class SpectrogramTrack(Track):
    """The model's own 128 mel bands, low frequencies at the bottom."""

    key, title = "spectrogram", "Spectrogram"
    about = "The 128 mel bands of the sound, as the audio extractor gets them. Drag the border below to make it higher."

    def wish(self) -> Wish:
        return Wish(110, 36) if self.scene.sound.there else EMPTY

    def paint(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        sound = self.scene.sound
        if sound.spectrogram is None:
            say(painter, rect, sound.note, self.scene)
            return
        columns, rows = device_size(painter, rect)
        bands = sound.spectrogram.slice(view.start, view.end, columns)
        draw(painter, rect, fit_rows(bands, rows), self.scene.look.loudness(*sound.levels))
        say_unread(painter, rect, view, self.scene)
        mark_selection(painter, rect, view, self.scene)

    def paint_header(self, painter: QPainter, rect: QRect) -> None:
        """The name, and frequencies along the right edge where there is room."""
        super().paint_header(painter, rect)
        if not self.scene.sound.there:
            return
        metrics = QFontMetrics(self.scene.look.small)
        named_until = rect.left() + 10 + metrics.horizontalAdvance(self.title)
        free_above = rect.top()
        painter.setPen(QPen(self.scene.look.muted, 1))
        for hertz in _LABELLED:
            y = round(rect.bottom() - height_of(hertz) * rect.height())
            text = f"{hertz // 1000} kHz" if hertz >= 1000 else f"{hertz} Hz"
            width = metrics.horizontalAdvance(text)
            box = QRect(rect.right() - 7 - width, y - metrics.height() // 2, width + 1, metrics.height())
            beside_name = box.left() > named_until + 8 or box.top() > rect.top() + metrics.height() + 4
            if box.top() < free_above or box.bottom() > rect.bottom() or not beside_name:
                continue
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            painter.drawLine(rect.right() - 4, y, rect.right(), y)
            free_above = box.bottom() + 2

    def tip(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        height = min(1.0, max(0.0, (rect.bottom() + 0.5 - point.y()) / rect.height()))
        return f"{clock(view.time_at(point.x() - rect.left()), 2)}, {hertz_at(height):,.0f} Hz".replace(",", " ", 2)
