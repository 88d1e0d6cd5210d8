"""Figures of agreement as painted rows: the value, its interval on a scale, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.base.outside import plain_tip
from app.base.theme import line, muted
from m2fnet_core.document.agreement import Measure

_ROW = 34
_WORD, _FIGURE, _INTERVAL, _GAP = 168.0, 52.0, 108.0, 12.0
_NARROW = 430  # pixels below which the interval's numbers are left out: the scale shows them
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Line:
    """One row. ``detail`` is what stands small under the word (counts); a share is shown in per cent."""

    word: str
    detail: str
    measure: Measure
    share: bool = False
    dot: QColor | None = None
    strong: bool = False


def figure(value: float, share: bool) -> str:
    """``0.62``, ``−0.10``, or ``83 %``."""
    words = f"{100 * value:.0f} %" if share else f"{value:.2f}"
    return words.removeprefix("-") if words in ("-0.00", "-0 %") else words.replace("-", "−")


def interval(measure: Measure, share: bool) -> str:
    """``0.51 to 0.72``; "" where there is none."""
    if measure.low is None or measure.high is None:
        return ""
    return f"{figure(measure.low, share)} to {figure(measure.high, share)}"


class Measures(QWidget):
    """Rows on one scale from ``low`` to 1."""

    def __init__(self, low: float = 0.0) -> None:
        super().__init__()
        self._rows: tuple[Line, ...] = ()
        self._low = low
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: Sequence[Line]) -> None:
        """Show these."""
        self._rows = tuple(rows)
        self.updateGeometry()
        self.setAccessibleDescription("; ".join(_spoken(row) for row in rows))
        reasons = [f"{row.word}: {row.measure.reason}" for row in rows if row.measure.reason]
        self.setToolTip(plain_tip("\n".join(reasons)))
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(460, _ROW * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(300, _ROW * len(self._rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        """All rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, row in enumerate(self._rows):
            self._paint_row(painter, QRectF(0, place * _ROW, self.width(), _ROW), row)
        painter.end()

    def _paint_row(self, painter: QPainter, rect: QRectF, row: Line) -> None:
        ink, faint = self.palette().color(QPalette.ColorRole.Text), muted(self.palette())
        left = 0.0
        if row.dot is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(row.dot)
            painter.drawRoundedRect(QRectF(0, rect.center().y() - 5, 10, 10), 3, 3)
            left = 16.0
        painter.setFont(_weighted(self.font(), row.strong))
        painter.setPen(ink)
        upper = QRectF(left, rect.top() + 1, _WORD - left, rect.height() / 2)
        painter.drawText(
            upper, _LEFT, painter.fontMetrics().elidedText(row.word, Qt.TextElideMode.ElideRight, int(upper.width()))
        )
        painter.setFont(_smaller(self.font()))
        painter.setPen(faint)
        painter.drawText(upper.translated(0, rect.height() / 2 - 3), _LEFT, row.detail)
        painter.setFont(_weighted(self.font(), row.strong))
        measure = row.measure
        rest = QRectF(_WORD, rect.top(), rect.width() - _WORD, rect.height())
        if measure.value is None:
            painter.setFont(_smaller(self.font()))
            painter.drawText(rest, _LEFT | Qt.TextFlag.TextWordWrap, measure.reason)
            return
        painter.setPen(ink)
        painter.drawText(
            QRectF(rest.left(), rest.top(), _FIGURE - 6, rest.height()), _RIGHT, figure(measure.value, row.share)
        )
        wide = self.width() >= _NARROW
        track = QRectF(rest.left() + _FIGURE + 6, rest.top(), 0, rest.height())
        track.setRight(rect.right() - 8 - (_INTERVAL + _GAP if wide else 0.0))
        self._paint_scale(painter, track, measure)
        if wide:
            painter.setFont(_smaller(self.font()))
            painter.setPen(faint)
            words = interval(measure, row.share) or "no interval"
            painter.drawText(QRectF(track.right() + _GAP, rest.top(), _INTERVAL, rest.height()), _LEFT, words)

    def _paint_scale(self, painter: QPainter, track: QRectF, measure: Measure) -> None:
        def x(value: float) -> float:
            return track.left() + (min(1.0, max(self._low, value)) - self._low) / (1.0 - self._low) * track.width()

        middle = track.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(line(self.palette()))
        painter.drawRoundedRect(QRectF(track.left(), middle - 1.5, track.width(), 3), 1.5, 1.5)
        if self._low < 0:
            painter.drawRect(QRectF(x(0.0) - 0.5, middle - 6, 1, 12))
        accent = self.palette().color(QPalette.ColorRole.Accent)
        if measure.low is not None and measure.high is not None:
            band = QColor(accent)
            band.setAlphaF(0.38)
            painter.setBrush(band)
            painter.drawRoundedRect(
                QRectF(x(measure.low), middle - 4, max(2.0, x(measure.high) - x(measure.low)), 8), 4, 4
            )
        painter.setBrush(accent)
        assert measure.value is not None
        painter.drawEllipse(QRectF(x(measure.value) - 5, middle - 5, 10, 10))


def _spoken(row: Line) -> str:
    if row.measure.value is None:
        return f"{row.word}: {row.measure.reason}"
    return f"{row.word}: {figure(row.measure.value, row.share)} {interval(row.measure, row.share)}".strip()


def _weighted(font: QFont, strong: bool) -> QFont:
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return made


def _smaller(font: QFont) -> QFont:
    made = QFont(font)
    made.setPointSizeF(font.pointSizeF() * 0.88)
    return made
