"""The whole file in one strip, with the visible span as a frame."""

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from app.views.timeline.heights import Wish
from app.views.timeline.raster import device_size, draw, stacked
from app.views.timeline.tracks.base import Track
from app.views.timeline.viewport import Viewport

_HEIGHT = 40
_INSET = 5  # pixels above and below the strip
_NARROWEST = 6.0  # pixels; the frame stays visible however short the visible span


class Overview(Track):
    """Each column stacks the emotions heard in it; gaps are silence."""

    key, title, hideable, pinned = "overview", "Overview", False, True

    _strip: QPixmap | None = None
    _strip_of: tuple[object, ...] = ()

    def wish(self) -> Wish:
        return Wish(_HEIGHT, _HEIGHT, rigid=True)

    @staticmethod
    def frame(rect: QRect, view: Viewport) -> QRectF:
        """Where the frame of the visible span is."""
        whole = Viewport.whole(view.duration, rect.width())
        left, right = whole.x_of(view.start), whole.x_of(view.end)
        spread = max(0.0, _NARROWEST - (right - left)) / 2
        left = min(max(0.0, left - spread), rect.width() - _NARROWEST)
        return QRectF(rect.left() + left, rect.top() + 2, max(_NARROWEST, right - left), rect.height() - 4)

    def paint(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        strip = rect.adjusted(0, _INSET, 0, -_INSET)
        self._refresh(painter, strip, view)
        if self._strip is not None:
            painter.drawPixmap(strip, self._strip)
        self._paint_frame(painter, rect, view)

    def _refresh(self, painter: QPainter, strip: QRect, view: Viewport) -> None:
        """Paint the strip anew when anything it shows has changed; panning and zooming change nothing."""
        content, look = self.scene.content, self.scene.look
        key = (content, content.revision, look, view.duration, device_size(painter, strip))
        if key == self._strip_of:
            return
        columns, rows = key[-1]
        pixmap = QPixmap(columns, rows)
        shares = content.label_cover.columns(Viewport.whole(view.duration, columns).edges(columns))
        shares /= shares.sum(axis=0).clip(1.0)  # speakers who talk at once share the column
        canvas = QPainter(pixmap)
        draw(canvas, QRect(0, 0, columns, rows), stacked(shares, rows), look.kinds(content.labels))
        canvas.end()
        self._strip, self._strip_of = pixmap, key

    def _paint_frame(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        frame, veil = self.frame(rect, view), QColor(self.scene.look.header)
        veil.setAlpha(150)
        painter.fillRect(QRectF(rect.left(), rect.top(), frame.left() - rect.left(), rect.height()), veil)
        painter.fillRect(QRectF(frame.right(), rect.top(), rect.right() + 1 - frame.right(), rect.height()), veil)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.scene.look.accent, 1.5))
        painter.drawRoundedRect(frame.adjusted(0.75, 0, -0.75, 0), 3, 3)
        painter.restore()

    def paint_header(self, painter: QPainter, rect: QRect) -> None:
        """Nothing: the zoom buttons are here."""

    def tip(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        return "The whole video. Drag the frame to move, its edges to zoom, or click somewhere else."
