"""Which turns the network attended to when it judged the selected utterance."""

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen

from app.views.timeline.heights import Wish
from app.views.timeline.scene import Scene
from app.views.timeline.tracks.base import Track, say
from app.views.timeline.viewport import Viewport

_MOST = 40  # arcs; the strongest ones
_FAINTEST = 0.01  # weight below which an arc says nothing


class AttentionTrack(Track):
    """Arcs from the selected utterance to the turns it attended to; the stronger, the more opaque and thicker."""

    key, title = "attention", "Attention"
    about = "The turns that the dialogue network attended to when it judged the selected utterance."

    def wish(self) -> Wish:
        return Wish(52, 24)

    def paint(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        arcs = attended(self.scene)
        if not arcs:
            say(painter, rect, self._why_empty(), self.scene)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strongest = max(weight for _, weight in arcs)
        for time, weight in reversed(arcs):
            self._arc(painter, rect, view, time, weight / strongest)
        self._write_weights(painter, rect, view, arcs[:6])
        painter.restore()

    def _why_empty(self) -> str:
        if not self.scene.selected:
            return "Select an utterance to see which turns it attended to"
        return "Attention is hidden, too" if self.scene.blind else "No attention for this utterance yet"

    def _middle(self, rect: QRect, view: Viewport, time: float) -> float:
        """Left-right place of a time; far outside of the view it makes no difference how far."""
        return rect.left() + min(max(view.x_of(time), -4 * view.width), 5 * view.width)

    def _arc(self, painter: QPainter, rect: QRect, view: Viewport, time: float, strength: float) -> None:
        selection = self.scene.selection
        assert selection is not None
        if not view.overlaps(*selection) and not view.shows(time):
            return  # would only pass through
        ink = QColor(self.scene.look.accent)
        ink.setAlphaF(0.12 + 0.88 * strength)
        base = rect.bottom() - 4
        start, end = self._middle(rect, view, sum(selection) / 2), self._middle(rect, view, time)
        painter.setPen(QPen(ink, 1 + 2 * strength, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        reach = min(1.0, abs(end - start) / view.width) ** 0.5  # near turns get low arcs, far ones high
        rise = (6 + (rect.height() - 16) * reach) * 4 / 3  # a cubic reaches 3/4 of its handles
        path = QPainterPath(QPointF(start, base))
        path.cubicTo(QPointF(start, base - rise), QPointF(end, base - rise), QPointF(end, base))
        if end != start:
            painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(QPointF(end, base), 2 + 1.5 * strength, 2 + 1.5 * strength)

    def _write_weights(self, painter: QPainter, rect: QRect, view: Viewport, arcs: list[tuple[float, float]]) -> None:
        """The strongest weights in numbers, beside their dots, as far as they do not collide."""
        look = self.scene.look
        metrics = QFontMetrics(look.small)
        painter.setFont(look.small)
        painter.setPen(look.text)
        taken: list[QRect] = []
        for time, weight in arcs:
            text = f"{weight:.0%}"
            x = round(self._middle(rect, view, time)) + 7
            box = QRect(x, rect.bottom() - 3 - metrics.height(), metrics.horizontalAdvance(text) + 2, metrics.height())
            if rect.contains(box) and not any(box.adjusted(-8, 0, 8, 0).intersects(other) for other in taken):
                painter.fillRect(box, look.ground)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
                taken.append(box)


def attended(scene: Scene) -> list[tuple[float, float]]:
    """Middle and weight of the turns that the selected utterance attended to, the strongest first."""
    prediction, content = scene.selected_prediction, scene.content
    if prediction is None or prediction.attention is None or scene.selection is None:
        return []
    known = [(content.utterances[content.place[i]], w) for i, w in prediction.attention.items() if i in content.place]
    found = sorted((((u.start + u.end) / 2, w) for u, w in known if w >= _FAINTEST), key=lambda pair: -pair[1])
    return found[:_MOST]
