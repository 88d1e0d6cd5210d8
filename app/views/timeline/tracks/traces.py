"""Lanes of valence and arousal: everybody's trace and, where there are several, their mean."""

from html import escape

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.base.theme import scaled, speaker_colour
from app.views.timeline.heights import Wish
from app.views.timeline.look import mix
from app.views.timeline.tracks.base import Track, heading, mark_selection
from app.views.timeline.viewport import Viewport
from m2fnet_core.document.content import Dimension
from m2fnet_core.document.traces import RATE, Floats

_LINES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
_NAMES = ("line", "dashes", "dots", "dashes and dots")  # so that nobody is told by the colour alone
_MARGIN = 4


class TracesTrack(Track):
    """One lane for each dimension that somebody traced; not there before anybody did."""

    key, title = "traces", "Traces"
    about = "Valence and arousal as people traced them while the video played."

    @property
    def there(self) -> bool:
        """Only with a trace."""
        return bool(self._lanes())

    def wish(self) -> Wish:
        number = max(1, len(self._lanes()))
        return Wish(scaled(56) * number, scaled(26) * number)

    def _lanes(self) -> tuple[Dimension, ...]:
        return self.scene.curves.dimensions

    def _lane(self, rect: QRect, number: int) -> QRect:
        lanes = max(1, len(self._lanes()))
        top, bottom = (rect.top() + rect.height() * n // lanes for n in (number, number + 1))
        return QRect(rect.left(), top, rect.width(), bottom - top)

    def paint(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        curves, look = self.scene.curves, self.scene.look
        for number, dimension in enumerate(self._lanes()):
            place = self._lane(rect, number)
            painter.fillRect(QRect(place.left(), place.center().y(), place.width(), 1), look.line)
            painter.fillRect(QRect(place.left(), place.bottom(), place.width(), 1), look.line)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for annotator, values in curves.of(dimension).items():
                self._line(painter, place, view, values, self._pen(annotator))
            mean = curves.mean(dimension)
            if mean is not None:
                self._line(painter, place, view, mean, QPen(look.text, 2.2))
            if curves.live is not None and curves.live[0] is dimension:
                self._line(painter, place, view, curves.live_values(), QPen(look.accent, 2.2))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        mark_selection(painter, rect, view, self.scene)

    def _pen(self, annotator: str) -> QPen:
        names = self.scene.curves.annotators
        colour = mix(self.scene.look.ground, QColor(speaker_colour(annotator, names)), 0.9)
        return QPen(colour, 1.4, _LINES[names.index(annotator) % len(_LINES)])

    def _line(self, painter: QPainter, place: QRect, view: Viewport, values: Floats, pen: QPen) -> None:
        """At most two points for each pixel; broken where nothing was traced."""
        first, last = max(0, int(view.start * RATE) - 1), min(len(values), int(view.end * RATE) + 2)
        if last - first < 1:
            return
        points = np.arange(first, last, max(1, (last - first) // max(1, 2 * place.width())))
        shown = values[points]
        inner = place.adjusted(0, _MARGIN, 0, -_MARGIN)
        xs = place.left() + view.xs_of(points / RATE)
        ys = inner.top() + (1.0 - shown) / 2 * inner.height()
        painter.setPen(pen)
        there = np.isfinite(shown)
        for run in np.split(np.flatnonzero(there), np.flatnonzero(np.diff(np.flatnonzero(there)) > 1) + 1):
            if len(run):
                painter.drawPolyline(QPolygonF([QPointF(xs[i], ys[i]) for i in run]))

    def paint_header(self, painter: QPainter, rect: QRect) -> None:
        """The dimension of each lane, and how far people agree."""
        for number, dimension in enumerate(self._lanes()):
            heading(painter, self._lane(rect, number), self.scene.curves.named(dimension), self.scene)

    def header_tip(self, point: QPoint, rect: QRect) -> str:
        """Who traced with which line, and the agreement in words."""
        curves = self.scene.curves
        told = [f"<b>{each.capitalize()}</b>: {escape(curves.told(each))}" for each in self._lanes()]
        names = [f"{escape(name)}: {_NAMES[k % len(_NAMES)]}" for k, name in enumerate(curves.annotators)]
        return "<br>".join([self.about, *told, *names])

    def tip(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        """Everybody's values there."""
        place = round(view.time_at(point.x() - rect.left()) * RATE)
        number = max(0, (point.y() - rect.top()) * len(self._lanes()) // max(1, rect.height()))
        if number >= len(self._lanes()):
            return ""
        dimension = self._lanes()[number]
        found = {
            name: values[place]
            for name, values in self.scene.curves.of(dimension).items()
            if place < len(values) and np.isfinite(values[place])
        }
        words = [f"{escape(name)}: {value:+.2f}" for name, value in found.items()]
        return "<br>".join([dimension.capitalize(), *words])
