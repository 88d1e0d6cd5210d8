"""The whole file in one strip, with the visible span as a frame."""

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from app.views.timeline.heights import Wish
from app.views.timeline.raster import device_size, draw, stacked
from app.views.timeline.spans import Floats
from app.views.timeline.tracks.base import Track
from app.views.timeline.viewport import Viewport

_HEIGHT = 40
_INSET = 5  # pixels above and below the strip
_FEW = 20  # changes; with more of them the whole strip is painted anew
_NARROWEST = 6.0  # pixels; the frame stays visible however short the visible span


class Overview(Track):
    """Each column stacks the emotions heard in it; gaps are silence."""

    key, title, hideable, pinned = "overview", "Overview", False, True

    _strip: QPixmap | None = None
    _strip_of: tuple[object, ...] = ()

    def wish(self) -> Wish:
        return Wish(_HEIGHT, _HEIGHT, rigid=True)

    _painted = 0  # changes of the content that the strip shows

    def view_of(self, view: Viewport) -> Viewport:
        """All of the file."""
        return Viewport.whole(view.duration, view.width)

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
        content, size = self.scene.content, device_size(painter, strip)
        key = (content, self.scene.look, view.duration, size)
        stale = content.changes[self._painted :]
        whole = Viewport.whole(view.duration, size[0])
        if self._strip is None or key != self._strip_of or len(stale) > _FEW:
            self._strip, self._strip_of = QPixmap(*size), key
            self._paint_strip(self._strip, content.label_cover.columns(whole.edges(size[0])), 0)
        else:
            for place in stale:
                first, last = _columns(whole, content.spans.starts[place], content.spans.ends[place])
                self._paint_strip(self._strip, content.labels_within(whole.edges(size[0])[first : last + 1]), first)
        self._painted = len(content.changes)

    def _paint_strip(self, strip: QPixmap, shares: Floats, first: int) -> None:
        """The columns from ``first`` on."""
        shares /= shares.sum(axis=0).clip(1.0)  # speakers who talk at once share the column
        canvas = QPainter(strip)
        place = QRect(first, 0, shares.shape[1], strip.height())
        draw(canvas, place, stacked(shares, strip.height()), self.scene.look.kinds(self.scene.content.labels))
        canvas.end()

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


def _columns(whole: Viewport, start: float, end: float) -> tuple[int, int]:
    """The first column that shows something of a span, and the one after the last."""
    first, last = int(whole.x_of(start)), int(whole.x_of(end)) + 1
    return max(0, min(first, round(whole.width) - 1)), max(1, min(last, round(whole.width)))
