"""Plots of a project's labels, in the window's colours, and as PNG and SVG files."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QImageWriter, QPainter, QPalette, QTransform
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app.base.theme import emotion_colour, line, muted, readable_on
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.guard import refuse_overwriting

_TITLE_HEIGHT, _LEGEND_HEIGHT, _MARGIN = 30, 22, 12.0  # pixels, of a saved plot
_SCALE = 2.0  # of a PNG: sharp in print
_Counts = npt.NDArray[np.int64] | npt.NDArray[np.float64]


class Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """One plot that cannot be lost by zooming; draws itself anew for other colours."""

    def __init__(self, title: str) -> None:
        super().__init__(background="default")
        self.title = title
        self.labels: tuple[str, ...] = ()  # what the colours stand for
        self.setAccessibleName(title)
        self.setMouseEnabled(False, False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setFrameShape(self.Shape.NoFrame)
        self.getPlotItem().layout.setContentsMargins(2, 6, 10, 4)

    def bars(self, rows: Sequence[str], labels: Sequence[str], counts: _Counts) -> None:
        """Shares of each row's labels, [rows, labels], as bars of one length; the number stands behind them."""
        self._begin(partial(self.bars, rows, labels, counts))
        self.labels = tuple(labels)
        totals = counts.sum(1)
        for y, row in enumerate(counts):
            edges = np.concatenate([[0.0], np.cumsum(row) / max(1, totals[y])])
            for place, label in enumerate(labels):
                if row[place]:
                    colour = emotion_colour(label, tuple(labels))
                    width = edges[place + 1] - edges[place]
                    self._block(edges[place], y + 0.16, width, 0.68, colour)
                    if width > 0.07:
                        self._text(f"{row[place]:g}", edges[place] + width / 2, y + 0.5, readable_on(colour))
            self._text(f"{totals[y]:g}", 1.02, y + 0.5, muted(self.palette()), centred=False)
        self._axes([(y + 0.5, name) for y, name in enumerate(rows)], [(k / 4, f"{25 * k} %") for k in range(5)])
        self.setRange(QRectF(0, 0, 1.1, max(1, len(rows))), padding=0)
        self.getPlotItem().invertY(True)
        self.setFixedHeight(52 + 34 * max(1, len(rows)))

    def lengths(self, rows: Sequence[str], values: npt.NDArray[np.float64]) -> None:
        """Figures between 0 and 1, [rows], as bars from the left."""
        self._begin(partial(self.lengths, rows, values))
        ink, colour = muted(self.palette()), self.palette().color(QPalette.ColorRole.Accent)
        for y, value in enumerate(values):
            self._block(0, y + 0.2, float(value), 0.6, colour)
            self._text(f" {value:.2f}", float(value), y + 0.5, ink, centred=False)
        self._axes([(y + 0.5, name) for y, name in enumerate(rows)], [(k / 4, f"{k / 4:g}") for k in range(5)])
        self.setRange(QRectF(0, 0, 1.04, max(1, len(rows))), padding=0)
        self.getPlotItem().invertY(True)
        self.setFixedHeight(40 + 24 * max(1, len(rows)))

    def areas(self, edges: npt.NDArray[np.float64], labels: Sequence[str], seconds: _Counts, unit: str) -> None:
        """Labelled seconds of each stretch of time, [bins, labels], one upon the other."""
        self._begin(partial(self.areas, edges, labels, seconds, unit))
        self.labels = tuple(labels)
        below = np.zeros(len(seconds))
        for place, label in enumerate(labels):
            colour = emotion_colour(label, tuple(labels))
            for left, right, low, high in zip(edges[:-1], edges[1:], below, seconds[:, place], strict=True):
                if high > 0:
                    self._block(left, low, (right - left) * 0.94, high, colour)
            below += seconds[:, place]
        top = max(1e-6, float(below.max(initial=0.0)) * 1.05)
        step = round_step(top / 3)
        upwards = [(k * step, f"{k * step:g} s") for k in range(int(top / step) + 1)]
        self._axes(upwards, _time_ticks(float(edges[-1]), unit))
        self.setRange(QRectF(0, 0, float(edges[-1]), top), padding=0)
        self.setFixedHeight(220)

    def heat(self, rows: Sequence[str], columns: Sequence[str], counts: _Counts, across: str, down: str) -> None:
        """A table of counts; the shade is the share of the row. ``across`` and ``down`` say what the axes are."""
        self._begin(partial(self.heat, rows, columns, counts, across, down))
        accent, ground = (self.palette().color(role) for role in (QPalette.ColorRole.Accent, QPalette.ColorRole.Base))
        totals = np.maximum(counts.sum(1), 1)
        for y, row in enumerate(counts):
            for x, number in enumerate(row):
                colour = _mixed(ground, accent, 0.06 + 0.94 * float(number / totals[y]))
                self._block(x + 0.03, y + 0.04, 0.94, 0.92, colour)
                if number:
                    self._text(f"{number:g}", x + 0.5, y + 0.5, readable_on(colour))
        self._axes(
            [(y + 0.5, name) for y, name in enumerate(rows)], [(x + 0.5, name) for x, name in enumerate(columns)]
        )
        for side, words in (("bottom", across), ("left", down)):
            self.setLabel(side, words, color=muted(self.palette()).name(), **{"font-size": "9pt"})
        self.setRange(QRectF(0, 0, max(1, len(columns)), max(1, len(rows))), padding=0)
        self.getPlotItem().invertY(True)
        self.setFixedHeight(86 + 30 * max(1, len(rows)))

    def changeEvent(self, event: QEvent) -> None:
        """Other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._again is not None:
            self._again()

    def sizeHint(self) -> QSize:
        """As high as it was made."""
        return QSize(420, self.minimumHeight())

    _drawing: "_Drawing"
    _again: Callable[[], None] | None = None  # Qt tells of the palette before the constructor is done

    def _begin(self, again: Callable[[], None]) -> None:
        self._again = again
        self.clear()
        self._drawing = _Drawing(self._font())
        self.addItem(self._drawing)
        self.setBackground(self.palette().color(QPalette.ColorRole.Base))

    def _block(self, x: float, y: float, width: float, height: float, colour: QColor) -> None:
        self._drawing.blocks.append((QRectF(x, y, width, height), colour))

    def _text(self, words: str, x: float, y: float, colour: QColor, centred: bool = True) -> None:
        self._drawing.words.append((words, QPointF(x, y), colour, centred))

    def _axes(self, left: Sequence[tuple[float, str]], bottom: Sequence[tuple[float, str]]) -> None:
        ink = muted(self.palette())
        for name, ticks in (("left", left), ("bottom", bottom)):
            axis = self.getAxis(name)
            axis.setTicks([list(ticks)])
            axis.setTextPen(ink)
            axis.setPen(pg.mkPen(line(self.palette())))
            axis.setTickFont(self._font())
            axis.setStyle(tickLength=0, autoExpandTextSpace=True, hideOverlappingLabels=name == "bottom")

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        return font


class _Drawing(pg.GraphicsObject):  # type: ignore[misc]
    """Filled rectangles and words, in the plot's own units. One item: hundreds of them take pyqtgraph half a second."""

    def __init__(self, font: QFont) -> None:
        super().__init__()
        self._font = font
        self.blocks: list[tuple[QRectF, QColor]] = []
        self.words: list[tuple[str, QPointF, QColor, bool]] = []

    def boundingRect(self) -> QRectF:
        """Everything that can be in sight."""
        return QRectF(self.viewRect())

    def paint(self, painter: QPainter, *_: object) -> None:
        """Rectangles scale with the plot, words do not."""
        for place, colour in self.blocks:
            painter.fillRect(place, colour)
        to_pixels = painter.worldTransform()
        painter.setWorldTransform(QTransform())
        painter.setFont(self._font)
        height = painter.fontMetrics().height()
        for words, spot, colour, centred in self.words:
            width = painter.fontMetrics().horizontalAdvance(words) + 2
            at = to_pixels.map(spot) - QPointF(width / 2 if centred else 0, height / 2)
            painter.setPen(colour)
            painter.drawText(QRectF(at.x(), at.y(), width, height), Qt.AlignmentFlag.AlignCenter, words)
        painter.setWorldTransform(to_pixels)


def save_plot(plot: Plot, path: Path) -> None:
    """Write what is on screen as SVG, or as PNG of twice its size. Raises DocumentError."""
    data = _svg(plot) if path.suffix.lower() == ".svg" else _png(plot)
    try:
        refuse_overwriting(path, (path.suffix,), ())
        write_whole(path, data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DocumentError(f"{path} cannot be written ({reason}); choose another folder.") from error


def _svg(plot: Plot) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(_whole(plot))
    generator.setResolution(plot.logicalDpiX())  # axes are recorded pictures: another resolution would shrink them
    generator.setViewBox(QRectF(QPointF(), QSizeF(_whole(plot))))
    generator.setTitle(plot.title)
    painter = QPainter(generator)
    _paint(plot, painter)
    painter.end()
    buffer.close()
    return bytes(data.data())


def _png(plot: Plot) -> bytes:
    image = QImage(_whole(plot) * _SCALE, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(_SCALE)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint(plot, painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


def _whole(plot: Plot) -> QSize:
    """The plot with its title and what its colours mean, which a file has to say by itself."""
    return QSize(plot.width(), plot.height() + _TITLE_HEIGHT + (_LEGEND_HEIGHT if plot.labels else 0))


def _paint(plot: Plot, painter: QPainter) -> None:
    palette, size = plot.palette(), _whole(plot)
    painter.fillRect(QRectF(QPointF(), QSizeF(size)), palette.color(QPalette.ColorRole.Base))
    font = QFont(plot.font())
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(palette.color(QPalette.ColorRole.Text))
    painter.drawText(QPointF(_MARGIN, 20), plot.title)
    painter.setFont(plot.font())
    left = _MARGIN
    for name in plot.labels:
        painter.fillRect(QRectF(left, _TITLE_HEIGHT + 2, 10, 10), emotion_colour(name, plot.labels))
        painter.setPen(muted(palette))
        painter.drawText(QPointF(left + 15, _TITLE_HEIGHT + 12), name)
        left += 15 + painter.fontMetrics().horizontalAdvance(name) + 14
    area = QRectF(0, size.height() - plot.height(), plot.width(), plot.height())
    plot.scene().render(painter, area, plot.sceneRect())


def _time_ticks(length: float, unit: str) -> list[tuple[float, str]]:
    """Five marks: minutes of a video, or shares of its length."""
    places = [length * k / 4 for k in range(5)]
    if unit == "share":
        return [(place, f"{100 * place / length:.0f} %") for place in places]
    return [(place, f"{int(place // 60)}:{int(place % 60):02d}") for place in places]


def round_step(least: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 …"""
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(k * power for k in (1, 2, 5, 10) if k * power >= least * (1 - 1e-9)))


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    def part(a: float, b: float) -> float:
        return a + (b - a) * share

    return QColor.fromRgbF(
        part(one.redF(), other.redF()), part(one.greenF(), other.greenF()), part(one.blueF(), other.blueF())
    )


def legend(labels: Sequence[str]) -> QWidget:
    """What the colours mean."""
    from app.views.parts.widgets import label, row

    parts: list[QWidget | int] = []
    for name in labels:
        swatch = label("")
        swatch.setFixedSize(10, 10)
        swatch.setStyleSheet(f"background: {emotion_colour(name, tuple(labels)).name()}; border-radius: 3px;")
        parts += [swatch, label(name, "muted")]
    made = QWidget()
    layout = row(*parts, 1)
    layout.setSpacing(6)
    made.setLayout(layout)
    return made
