"""The widget the tracks are painted on."""

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from app.views.timeline.navigation import Navigation
from app.views.timeline.rows import Row, Rows
from app.views.timeline.scene import Scene
from app.views.timeline.ticks import clock
from app.views.timeline.viewport import Viewport

_AROUND = 8  # pixels around a span that its marks may reach
_HEAD = 6  # pixels: half the width of the playhead's head


class Canvas(QWidget):
    """Keeps a picture of all tracks and repaints only the stale ones; the playhead is drawn over the picture.

    It decides nothing: `Pointer` watches its mouse and wheel, `Timeline` tells it what is stale.
    """

    def __init__(self, scene: Scene, rows: Rows, navigation: Navigation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene, self.rows, self.navigation = scene, rows, navigation
        self.header_width = 150
        self._picture = QPixmap()
        self.stale: set[str] = set()  # keys of the tracks that must be painted again
        self._parts: dict[str, QRect] = {}  # of stale tracks, where not all of them is stale
        self._bare = True  # headers and borders are stale, too
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(900, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(360, 120)

    # Geometry

    def track_rect(self, row: Row) -> QRect:
        """Where the row's track is painted, right of its header."""
        return QRect(self.header_width, row.top, max(1, self.width() - self.header_width), row.height - 1)

    def header_rect(self, row: Row) -> QRect:
        return QRect(0, row.top, self.header_width - 1, row.height - 1)

    def row_of(self, key: str) -> Row | None:
        """None while the track is hidden."""
        return next((row for row in self.rows.placed if row.track.key == key), None)

    def place_rows(self) -> None:
        """Arrange the rows again and repaint everything."""
        self.rows.arrange(self.height())
        self.refresh()

    # Painting

    def refresh(self, keys: Iterable[str] | None = None) -> None:
        """Repaint these tracks, or everything."""
        self._bare = self._bare or keys is None
        stale = self._keys() if keys is None else set(keys)
        self.stale |= stale
        self._parts = {key: part for key, part in self._parts.items() if key not in stale}
        self.update()

    def refresh_span(self, key: str, start: float, end: float) -> None:
        """Repaint a track where it shows this span of media time."""
        row, view = self.row_of(key), self.navigation.view
        if row is None:
            return
        rect, view = self.track_rect(row), row.track.view_of(view)
        if not view.overlaps(start, end):
            return
        left, right = (rect.left() + view.x_of(time) for time in (start, end))
        part = QRect(round(left) - _AROUND, rect.top(), round(right - left) + 2 * _AROUND, rect.height())
        part = part.intersected(rect)
        if key not in self.stale:
            self.stale.add(key)
            self._parts[key] = part
        elif key in self._parts:
            self._parts[key] = self._parts[key].united(part)
        self.update(part)

    def refresh_view(self) -> None:
        """Another span is visible: repaint all tracks, but none of the headers."""
        self.refresh(self._keys())

    def _keys(self) -> set[str]:
        return {track.key for track in self.rows.tracks}

    def move_playhead(self, time: float) -> None:
        """Repaint the few pixels where the playhead was and where it is now."""
        for moment in (self.navigation.time, time):
            for area in self._playhead_areas(moment):
                self.update(area)

    def _playhead_areas(self, time: float) -> list[QRect]:
        view, left = self.navigation.view, self.header_width
        areas = [QRect(left + round(view.x_of(time)) - _HEAD - 2, 0, 2 * _HEAD + 4, self.height())]
        areas += [self.header_rect(row) for row in self.rows.placed if row.track.key == "ruler"]
        whole = Viewport.whole(view.duration, view.width)
        areas.append(QRect(left + round(whole.x_of(time)) - 3, 0, 6, self.rows.pinned_height()))
        return areas

    def paintEvent(self, event: QPaintEvent) -> None:
        self.bring_up_to_date()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self.navigation.view.duration > 0:
            self._paint_playhead(painter)
        if self.hasFocus():  # Page up and down act here; the headers say so, for tracks are never covered
            painter.setClipping(False)
            painter.fillRect(QRect(0, 0, 3, self.height()), self.scene.look.accent)
        painter.end()

    def bring_up_to_date(self) -> None:
        """Paint the stale tracks into the picture."""
        ratio = self.devicePixelRatioF()
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        if self._picture.size() != size or self._picture.devicePixelRatio() != ratio:
            self._picture = QPixmap(size)
            self._picture.setDevicePixelRatio(ratio)
            self.stale, self._bare, self._parts = self._keys(), True, {}
        if not self.stale:
            return
        painter = QPainter(self._picture)
        if self.navigation.view.duration > 0:
            self._paint_rows(painter)
        else:
            self._paint_empty(painter)
        painter.end()
        self.stale, self._bare, self._parts = set(), False, {}

    def _paint_rows(self, painter: QPainter) -> None:
        for row in self.rows.placed:
            if row.track.key in self.stale:
                self._paint_row(painter, row)
        bottom = max((row.bottom for row in self.rows.placed), default=0)
        painter.fillRect(QRect(0, bottom, self.width(), self.height() - bottom), self.scene.look.ground)

    def _paint_row(self, painter: QPainter, row: Row) -> None:
        look, header, track = self.scene.look, self.header_rect(row), self.track_rect(row)
        free = QRect(0, 0 if row.pinned else self.rows.pinned_height(), self.width(), self.height())
        painter.save()
        painter.setClipRect(QRect(0, row.top, self.width(), row.height).intersected(free))
        if self._bare:
            painter.fillRect(QRect(0, row.top, self.width(), row.height), look.line)  # what stays of it are the borders
            painter.fillRect(header, look.header)
            row.track.paint_header(painter, header)
        painter.setClipRect(track.intersected(free).intersected(self._parts.get(row.track.key, track)))
        painter.fillRect(track, look.ground)
        row.track.paint(painter, track, self.navigation.view)
        painter.restore()

    def _paint_empty(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), self.scene.look.ground)
        painter.setPen(self.scene.look.muted)
        painter.setFont(self.scene.look.font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Open a video to see its timeline")

    def _paint_playhead(self, painter: QPainter) -> None:
        view, look = self.navigation.view, self.scene.look
        overview, ruler = self.rows.placed[:2]
        x = self.header_width + Viewport.whole(view.duration, view.width).x_of(self.navigation.time)
        painter.setPen(QPen(look.text, 1))
        painter.drawLine(QLineF(x, overview.top + 4, x, overview.bottom - 5))
        painter.setFont(look.font)
        painter.drawText(
            self.header_rect(ruler).adjusted(10, 0, -8, 0),
            Qt.AlignmentFlag.AlignVCenter,
            clock(self.navigation.time, 2),
        )
        if not view.shows(self.navigation.time):
            return
        painter.setClipRect(QRect(self.header_width, ruler.top, self.width(), self.height()))
        self._paint_line(painter, self.header_width + view.x_of(self.navigation.time), ruler.bottom)

    def _paint_line(self, painter: QPainter, x: float, top: int) -> None:
        """The playhead from its head on the ruler down, on whole device pixels."""
        look, ratio = self.scene.look, self.devicePixelRatioF()
        wide, left = max(1, round(1.5 * ratio)) / ratio, round(x * ratio) / ratio
        painter.fillRect(QRectF(left - 1, top - 2, wide + 2, self.height()), look.ground)
        painter.fillRect(QRectF(left, top - 3, wide, self.height()), look.text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.text)
        x, high, low = left + wide / 2, top - 13, top - 7
        shape = [(x - _HEAD, high), (x + _HEAD, high), (x + _HEAD, low), (x, top - 1), (x - _HEAD, low)]
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in shape]))
