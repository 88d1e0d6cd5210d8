"""Painted rows with bars: probabilities, contributions, attention."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.base import icons
from app.base.theme import muted, readable_on, scaled

_ROW = 24
_BAR = 8.0
_GAP = 8.0
_HINT = 16  # pixels for the key
_MARK = 14.0
_DOT = 13  # pixels of one that holds a sign
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a word, a bar of ``value`` (None: nothing was there), and the figure as a person reads it."""

    key: str
    word: str
    value: float | None
    figure: str
    colour: QColor
    tip: str = ""
    dot: QColor | None = None
    strong: bool = False
    hint: str = ""  # the key that chooses it
    mark: str = ""  # name of an icon beside the word
    sign: str = ""  # in the dot: a colour alone says nothing


class Bars(QWidget):
    """Rows of bars, all on one scale. ``diverging``: zero is in the middle."""

    clicked = Signal(str)  # the key of a row

    def __init__(self, word_width: int, diverging: bool = False, clickable: bool = False) -> None:
        super().__init__()
        self._rows: tuple[Bar, ...] = ()
        self._full = 1.0
        self._word_width, self._diverging, self._clickable = word_width, diverging, clickable
        self._hovered = -1
        self.setMouseTracking(clickable)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[Bar, ...]:
        return self._rows

    def set_rows(self, rows: Sequence[Bar], full: float = 1.0) -> None:
        """Show these, and paint the ones that are other than before; ``full`` fills a bar's track."""
        before, after = self._rows, tuple(rows)
        if after == before and full == self._full:
            return
        if len(after) != len(before):
            self.updateGeometry()
        if len(after) != len(before) or full != self._full:
            self.update()
        for place, pair in enumerate(zip(after, before, strict=False)):
            if pair[0] != pair[1]:
                self._update_row(place)
        self._rows, self._full = after, full
        self.setAccessibleDescription("; ".join(f"{bar.word} {bar.figure}" for bar in after))

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(240, scaled(_ROW) * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(160, scaled(_ROW) * len(self._rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows that are stale."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, bar in enumerate(self._rows):
            if not event.region().intersects(self._row_rect(place)):
                continue
            rect = QRectF(self._row_rect(place))
            if place == self._hovered:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self.palette().color(QPalette.ColorRole.AlternateBase))
                painter.drawRoundedRect(rect, 4, 4)
            self._paint_row(painter, rect, bar)
        painter.end()

    def _row_rect(self, place: int) -> QRect:
        return QRect(0, place * scaled(_ROW), self.width(), scaled(_ROW))

    def _update_row(self, place: int) -> None:
        self.update(self._row_rect(place))

    def _paint_row(self, painter: QPainter, rect: QRectF, bar: Bar) -> None:
        palette = self.palette()
        font = painter.font()
        font.setBold(bar.strong)
        painter.setFont(font)
        figures = painter.fontMetrics().horizontalAdvance("−100 %") + 4.0
        words = QRectF(rect.left() + 2, rect.top(), scaled(self._word_width), rect.height())
        if bar.hint:
            painter.setPen(muted(palette))
            painter.drawText(words, _LEFT, bar.hint)
            words.setLeft(words.left() + scaled(_HINT))
        if bar.dot is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(bar.dot)
            size = float(scaled(_DOT))
            if bar.sign:
                place = QRectF(words.left() - 1, words.center().y() - size / 2, size, size)
                painter.drawEllipse(place)
                icons.draw_sign(painter, bar.sign, readable_on(bar.dot), place)
            else:
                painter.drawEllipse(QPointF(words.left() + 4, words.center().y()), 4, 4)
            words.setLeft(words.left() + (size + 3 if bar.sign else 14))
        text = palette.color(QPalette.ColorRole.Text)
        painter.setPen(text if bar.value is not None or bar.hint else muted(palette))
        if bar.mark:
            icons.draw(
                painter, bar.mark, text, QRectF(words.right() - _MARK, words.center().y() - _MARK / 2, _MARK, _MARK)
            )
            words.setRight(words.right() - _MARK - 2)
        shown = painter.fontMetrics().elidedText(bar.word, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, _LEFT, shown)
        track = QRectF(rect.left() + 2 + scaled(self._word_width) + _GAP, rect.center().y() - _BAR / 2, 0, _BAR)
        track.setRight(rect.right() - figures - _GAP)
        self._paint_bar(painter, track, bar)
        painter.setPen(text if bar.strong else muted(palette))
        painter.drawText(QRectF(rect.right() - figures - 2, rect.top(), figures, rect.height()), _RIGHT, bar.figure)

    def _paint_bar(self, painter: QPainter, track: QRectF, bar: Bar) -> None:
        line = self.palette().color(QPalette.ColorRole.Mid)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(line)
        if bar.value is not None or not (self._diverging or bar.hint):
            painter.drawRoundedRect(track, 3, 3)
        if bar.value is None:
            return
        painter.setBrush(bar.colour)
        share = max(-1.0, min(1.0, bar.value / self._full)) if self._full else 0.0
        if self._diverging:
            middle = track.center().x()
            end = middle + share * track.width() / 2
            filled = QRectF(min(middle, end), track.top(), abs(end - middle), _BAR)
            painter.drawRoundedRect(filled, 2, 2)
            painter.fillRect(QRectF(middle - 0.75, track.top() - 3, 1.5, _BAR + 6), muted(self.palette()))
        elif share > 0:
            painter.drawRoundedRect(QRectF(track.left(), track.top(), max(3.0, track.width() * share), _BAR), 3, 3)

    def event(self, event: QEvent) -> bool:
        """Tooltips per row, and the highlight of the row under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place(event.pos())
            tip = self._rows[place].tip if place >= 0 else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Rows that can be clicked light up."""
        self._hover(self._place(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a row."""
        place = self._place(event.position().toPoint())
        if self._clickable and place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self._rows[place].key)

    def _hover(self, place: int) -> None:
        if self._clickable and place != self._hovered:
            for stale in (self._hovered, place):
                self._update_row(stale)
            self._hovered = place
            self.setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)

    def _place(self, position: QPoint) -> int:
        place = position.y() // scaled(_ROW)
        return place if 0 <= place < len(self._rows) else -1
