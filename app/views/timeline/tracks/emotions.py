"""The probability of every emotion over time."""

import numpy as np
from PySide6.QtCore import QLineF, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from app.base import icons
from app.base.theme import readable_on, scaled, sign_of
from app.views.timeline.heights import Wish
from app.views.timeline.look import table_of
from app.views.timeline.raster import device_size, draw, stacked
from app.views.timeline.spans import NOISE
from app.views.timeline.tips import utterance_tip
from app.views.timeline.tracks.base import Track, heading, mark_selection, say
from app.views.timeline.viewport import Viewport


class EmotionsTrack(Track):
    """Probabilities stacked to 100 %, one step per utterance; columns that hold several utterances show their mean."""

    key, title = "emotions", "Emotions"
    about = "The probability of every emotion, stacked to 100 %; paler while it is provisional."

    def wish(self) -> Wish:
        line = QFontMetrics(self.scene.look.small).height() + 1
        return Wish(96, max(32, -(-len(self.scene.content.labels) // 2) * line + 7))

    def paint(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        content, look = self.scene.content, self.scene.look
        if not content.predictions:
            say(painter, rect, "Predictions are hidden" if self.scene.blind else "No predictions yet", self.scene)
            return
        columns, rows = device_size(painter, rect)
        mixed = content.probability_cover.columns(view.edges(columns))
        shares, pale = mixed[:-1], mixed[-1]
        total = shares.sum(axis=0)
        known = total > NOISE
        shares = np.where(known, shares / np.where(known, total, 1.0), 0.0)
        indexes = stacked(shares, rows)
        indexes[:, known & (pale > total / 2)] += len(content.labels) + 1
        firm, pale_ones = ([look.fill(label, content.labels, p) for label in content.labels] for p in (False, True))
        draw(painter, rect, indexes, table_of([*firm, look.ground, *pale_ones, look.ground]))
        self._paint_scale(painter, rect)
        mark_selection(painter, rect, view, self.scene)

    def _paint_scale(self, painter: QPainter, rect: QRect) -> None:
        ink = QColor(self.scene.look.ground)
        ink.setAlpha(90)
        painter.setPen(QPen(ink, 1))
        for part in (0.25, 0.5, 0.75):
            y = round(rect.bottom() - part * rect.height()) + 0.5
            painter.drawLine(QLineF(rect.left(), y, rect.right() + 1, y))

    def paint_header(self, painter: QPainter, rect: QRect) -> None:
        """The legend in two columns, below the name where there is room for both."""
        look, labels = self.scene.look, self.scene.content.labels
        metrics = QFontMetrics(look.small)
        rows, line = -(-len(labels) // 2), metrics.height() + 1
        top = rect.top() + metrics.height() + 8
        if top + rows * line <= rect.bottom() + 1 or not labels:
            heading(painter, rect, self.title, self.scene)
        else:
            top = rect.top() + 3
        size = scaled(10)
        painter.setFont(look.small)
        for i, label in enumerate(labels):
            column, row = divmod(i, rows)
            width = (rect.width() - 12) // 2
            box = QRect(rect.left() + 10 + column * width, top + row * line, width, line)
            swatch = QRect(box.left(), box.center().y() - size // 2 + 1, size, size)
            fill = look.fill(label, labels)
            painter.fillRect(swatch, fill)
            icons.draw_sign(painter, sign_of(label, labels), readable_on(fill), QRectF(swatch))
            painter.setPen(look.text)
            text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, width - size - 6)
            painter.drawText(box.adjusted(size + 4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def tip(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        """Every probability of the utterance under the pointer."""
        utterance = self.scene.content.at(view.time_at(point.x() - rect.left()))
        return "" if utterance is None else utterance_tip(self.scene, utterance, len(self.scene.content.labels))
