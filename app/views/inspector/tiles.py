"""Small pictures side by side, as many per row as fit: frames with their boxes, face crops with their weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.base.theme import muted

_GAP = 6
_CAPTION = 18
_RADIUS = 4.0


@dataclass(frozen=True, slots=True)
class Tile:
    """``boxes`` are rectangles in shares of the picture's width and height. ``time`` is where a click leads."""

    time: float
    caption: str
    tip: str
    image: QImage | None = None
    boxes: tuple[QRectF, ...] = ()
    weight: float | None = None


class Tiles(QWidget):
    """Tiles of one size. Pictures come in one by one; until then their places are shown."""

    clicked = Signal(float)  # seconds

    def __init__(self, width: int, captions: bool) -> None:
        super().__init__()
        self._tiles: list[Tile] = []
        self._least, self._aspect = width, 1.0
        self._caption = _CAPTION if captions else 0
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        return tuple(self._tiles)

    def set_tiles(self, tiles: Sequence[Tile], aspect: float = 1.0) -> None:
        """Show these places; ``aspect`` is width / height of the pictures."""
        self._tiles, self._aspect = list(tiles), aspect
        self.updateGeometry()
        self.update()

    def set_image(self, place: int, image: QImage) -> None:
        """A picture has been read."""
        self._tiles[place] = replace(self._tiles[place], image=image)
        self.update(self._rect(place).toAlignedRect())

    def hasHeightForWidth(self) -> bool:
        """More rows in a narrow panel."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all rows."""
        rows = -(-len(self._tiles) // self._columns(width))
        return max(0, rows * self._pitch(width) - _GAP)

    def sizeHint(self) -> QSize:
        """For the present width."""
        return QSize(self._least * 3 + 2 * _GAP, self.heightForWidth(max(self.width(), self._least)))

    def minimumSizeHint(self) -> QSize:
        """One column."""
        return QSize(self._least, 0)

    def _columns(self, width: int) -> int:
        return max(1, (width + _GAP) // (self._least + _GAP))

    def _tile_width(self, width: int) -> float:
        columns = self._columns(width)
        return (width - (columns - 1) * _GAP) / columns

    def _pitch(self, width: int) -> int:
        return round(self._tile_width(width) / self._aspect) + self._caption + _GAP

    def _rect(self, place: int) -> QRectF:
        """The tile's picture, without its caption."""
        wide = self._tile_width(self.width())
        row, column = divmod(place, self._columns(self.width()))
        return QRectF(column * (wide + _GAP), row * self._pitch(self.width()), wide, round(wide / self._aspect))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tiles that can be seen."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for place, tile in enumerate(self._tiles):
            rect = self._rect(place)
            if rect.adjusted(0, 0, 0, self._caption).intersects(QRectF(event.rect())):
                self._paint_tile(painter, rect, tile)
        painter.end()

    def _paint_tile(self, painter: QPainter, rect: QRectF, tile: Tile) -> None:
        outline = QPainterPath()
        outline.addRoundedRect(rect, _RADIUS, _RADIUS)
        painter.fillPath(outline, self.palette().color(QPalette.ColorRole.Mid))
        if tile.image is not None:
            painter.save()
            painter.setClipPath(outline)
            painter.drawImage(rect, tile.image)
            painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for box in tile.boxes:
            shown = QRectF(
                rect.left() + box.left() * rect.width(),
                rect.top() + box.top() * rect.height(),
                box.width() * rect.width(),
                box.height() * rect.height(),
            )
            painter.setPen(QPen(QColor("#ffffff"), 1.4))
            painter.drawRoundedRect(shown, 2, 2)
        if self._caption:
            self._paint_caption(painter, rect, tile)

    def _paint_caption(self, painter: QPainter, rect: QRectF, tile: Tile) -> None:
        if tile.weight is not None:
            accent = self.palette().color(QPalette.ColorRole.Accent)
            painter.fillRect(QRectF(rect.left(), rect.bottom() + 2, rect.width() * tile.weight, 2), accent)
        below = QRectF(rect.left(), rect.bottom() + 4, rect.width(), self._caption - 4)
        painter.setPen(muted(self.palette()))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, tile.caption)

    def event(self, event: QEvent) -> bool:
        """A tooltip per tile."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place(event.pos())
            QToolTip.showText(event.globalPos(), self._tiles[place].tip if place >= 0 else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tiles can be clicked."""
        over = self._place(event.position().toPoint()) >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go to the tile's frame."""
        place = self._place(event.position().toPoint())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self._tiles[place].time)

    def _place(self, position: QPoint) -> int:
        places = range(len(self._tiles))
        return next((place for place in places if self._rect(place).contains(position.toPointF())), -1)
