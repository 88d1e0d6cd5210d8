"""The time ruler."""

from PySide6.QtCore import QLineF, QPoint, QPointF, QRect
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from app.views.timeline.heights import Wish
from app.views.timeline.ticks import clock, ruler_ticks
from app.views.timeline.tracks.base import Track
from app.views.timeline.viewport import Viewport


class Ruler(Track):
    """Ticks and times; dragging along it scrubs."""

    key, title, hideable, pinned = "ruler", "", False, True

    def wish(self) -> Wish:
        height = QFontMetrics(self.scene.look.small).height() + 10
        return Wish(height, height, rigid=True)

    def paint(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        look = self.scene.look
        painter.fillRect(rect, look.header)
        metrics = QFontMetrics(look.small)
        fine: list[QLineF] = []
        strong: list[QLineF] = []
        baseline = rect.bottom() + 0.5
        painter.setFont(look.small)
        painter.setPen(look.muted)
        room = metrics.horizontalAdvance("00:00:00.00") + 22
        for tick in ruler_ticks(view, room):
            x = round(rect.left() + view.x_of(tick.time)) + 0.5
            lines, height = (fine, 4) if tick.label is None else (strong, 9)
            lines.append(QLineF(x, baseline - height, x, baseline))
            if tick.label is not None and x + 4 + metrics.horizontalAdvance(tick.label) < rect.right():
                painter.drawText(QPointF(x + 4, rect.bottom() - 6), tick.label)
        painter.setPen(QPen(look.line, 1))
        painter.drawLines(fine)
        painter.setPen(QPen(look.muted, 1))
        painter.drawLines(strong)

    def paint_header(self, painter: QPainter, rect: QRect) -> None:
        """Nothing of its own: the time at the playhead is written here, over the picture."""

    def tip(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        return f"{clock(view.time_at(point.x() - rect.left()), 2)}<br>Drag to move through the video."
