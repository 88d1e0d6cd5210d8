"""Curves of a training: losses by batch, validation figures by epoch with the best one marked."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFont

from app.base.theme import line, muted
from app.views.parts.plots import round_step

_COLOURS = ("#4a86e8", "#dd4b4b", "#3fae9f", "#e8b923", "#b06be0", "#8a93a3")
_HEIGHT, _NAMES_HEIGHT = 200, 20  # pixels
_FAR = 20  # times
_DECADES = [
    [(float(k), f"{10.0**k:g}") for k in range(-6, 7)],
    [(k + float(np.log10(m)), "") for k in range(-6, 7) for m in range(2, 10)],
]


class Curves(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Lines over one axis. A hundred thousand points are thinned out to what the width can show."""

    def __init__(self, name: str, across: str, few: bool = False) -> None:
        """``few``: each place has a dot."""
        super().__init__(background="default")
        self.setAccessibleName(name)
        self._across = across
        self._lines: dict[str, pg.PlotDataItem] = {}
        self._best = pg.ScatterPlotItem(size=13, symbol="star", pen=None, brush=pg.mkBrush("#e8b923"))
        self._best.setZValue(1)  # above the lines
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFixedHeight(_HEIGHT)
        self._steep = False  # the height is logarithmic
        self._dot = "o" if few else None
        self.addItem(self._best)
        self._paint()

    def show_lines(self, x: Sequence[float], lines: Mapping[str, Sequence[float]], best: float | None = None) -> None:
        """Lines by name over the same places; ``best``: the place to mark on the first line."""
        for name in [name for name in self._lines if name not in lines]:
            self.removeItem(self._lines.pop(name))
        for name in [name for name in lines if name not in self._lines]:
            self._lines[name] = self._line()
        self._name_lines()
        places = np.array(x, dtype=np.float64)  # a copy: what a plot shows could not grow
        heights = {name: np.array(values, dtype=np.float64) for name, values in lines.items()}
        if self._set_steep(_far_apart(heights.values())):
            heights = {name: np.where(values > 0, values, np.nan) for name, values in heights.items()}
        for name in lines:
            self._lines[name].setData(places, heights[name])
        step = max(1.0, round_step(float(np.ptp(places)) / 10)) if len(places) > 1 else 1.0  # nobody counts half epochs
        self.getAxis("bottom").setTickSpacing(step, step)
        if len(places):
            self.setXRange(places[0], max(places[-1], places[0] + 1))  # one place alone has no width of its own
        first = next(iter(lines.values()), ())
        marked = [(x[place], first[place]) for place in np.flatnonzero(places == best).tolist()] if first else []
        self._best.setData(pos=np.array(marked).reshape(-1, 2))

    def values(self, name: str) -> list[float]:
        """What a line shows; empty without such a line."""
        shown = self._lines.get(name)
        return [] if shown is None or shown.yData is None else [float(value) for value in shown.yData]

    def changeEvent(self, event: QEvent) -> None:
        """Other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_lines"):
            self._paint()

    def _set_steep(self, steep: bool) -> bool:
        if steep != self._steep:
            self._steep = steep
            self.setLogMode(y=steep)
            self.getAxis("left").setTicks(_DECADES if steep else None)  # its own labels would lie upon each other
        return steep

    def _line(self) -> pg.PlotDataItem:
        taken = {line.opts["pen"].color().name() for line in self._lines.values()}
        colour = QColor(next((colour for colour in _COLOURS if colour not in taken), _COLOURS[0]))
        made = self.plot(pen=pg.mkPen(colour), symbol=self._dot)  # a wider pen paints ten times slower
        made.setSymbolSize(5)
        made.setSymbolBrush(colour)
        made.setSymbolPen(None)
        made.setDownsampling(auto=True, method="mean")
        made.setClipToView(True)
        return made

    def _name_lines(self) -> None:
        """Above the plot: inside, names would lie on what they name."""
        names = (
            f'<span style="color: {line.opts["pen"].color().name()}">●</span> {name}'
            for name, line in self._lines.items()
        )
        self.setTitle(" &nbsp; ".join(names), size="8pt", color=muted(self.palette()).name(), justify="right")
        self.getPlotItem().layout.setRowFixedHeight(0, _NAMES_HEIGHT)

    def _paint(self) -> None:
        ink = muted(self.palette())
        self.setBackground(self.palette().color(self.backgroundRole()))
        self._name_lines()
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setTextPen(ink)
            axis.setPen(pg.mkPen(line(self.palette())))
            axis.setTickFont(font)
        self.setLabel("bottom", self._across, color=ink.name(), **{"font-size": "8pt"})  # a pen would recolour it


def _far_apart(lines: Iterable[npt.NDArray[np.float64]]) -> bool:
    """Whether one scale would press some of the lines flat, as the total of L_FE does with its parts."""
    means = [mean for values in lines if len(values) and (mean := float(values.mean())) > 0]
    return len(means) > 1 and max(means) > _FAR * min(means)
