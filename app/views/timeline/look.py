"""The timeline's colours and fonts, derived from the palette so that they fit dark and light alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor, QFont, QPalette

from app.base.theme import emotion_colour, is_dark, line, muted

Table = tuple[int, ...]  # up to 256 opaque colours, 0xffRRGGBB

# Loudness from silence to full, as the spectrogram shows it; picked by hand so that lightness changes evenly.
_NIGHT = ("#0c0b16", "#241a47", "#54246f", "#8e2f79", "#c8426a", "#ee6b50", "#fba453", "#fde39a")
_DAY = ("#fbfaf7", "#ece3f0", "#cfc3e6", "#a9a2da", "#7d80c6", "#5a5aa9", "#433680", "#261a4d")


@dataclass(frozen=True)
class Look:
    """Colours and fonts that every track uses."""

    dark: bool
    ground: QColor  # behind the tracks
    header: QColor
    text: QColor
    muted: QColor  # secondary text
    line: QColor  # grids and borders
    accent: QColor  # selection, attention, the frame of the overview
    font: QFont
    small: QFont

    @classmethod
    def of(cls, palette: QPalette, font: QFont) -> "Look":
        """The look that goes with a widget's palette and font."""
        role = QPalette.ColorRole
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * 0.9)
        ground, text, accent = (palette.color(r) for r in (role.Base, role.Text, role.Accent))
        header = palette.color(role.Window)
        return cls(is_dark(palette), ground, header, text, muted(palette), line(palette), accent, font, small)

    def fill(self, label: str, labels: tuple[str, ...], pale: bool = False) -> QColor:
        """The ground of an utterance with this prediction; paler while the prediction is provisional."""
        return _fill(self.ground.rgb(), label, labels, pale)

    @property
    def unknown(self) -> QColor:
        """The ground of utterances without a prediction, where there is no room for an outline."""
        return mix(self.ground, self.text, 0.28)

    def kinds(self, labels: tuple[str, ...]) -> Table:
        """The colours that go with `Content.kinds`, and last the ground."""
        fills = [self.fill(label, labels, pale) for pale in (False, True) for label in labels]
        return table_of([*fills, self.unknown, self.ground])

    @property
    def wave(self) -> QColor:
        """The waveform while somebody speaks."""
        return QColor("#7fc4e8" if self.dark else "#2f78a8")

    def loudness(self, low: int, high: int) -> Table:
        """The spectrogram's colours: the darkest up to ``low``, the brightest from ``high`` on (of 0 to 255)."""
        return _loudness(_NIGHT if self.dark else _DAY, low, high)


def mix(ground: QColor, colour: QColor, share: float) -> QColor:
    """``share`` of ``colour`` over ``ground``, opaque."""
    pairs = ((ground.red(), colour.red()), (ground.green(), colour.green()), (ground.blue(), colour.blue()))
    return QColor(*(round(a + (b - a) * share) for a, b in pairs))


@lru_cache(maxsize=256)
def _fill(ground: int, label: str, labels: tuple[str, ...], pale: bool) -> QColor:
    return mix(QColor(ground), emotion_colour(label, labels), 0.38 if pale else 0.88)


@lru_cache(maxsize=64)
def ramp(colours: tuple[str, ...]) -> Table:
    """256 colours that run through the given ones at equal distances."""
    anchors = np.array(table_of([QColor(c) for c in colours]))
    where = np.linspace(0, len(anchors) - 1, 256)
    result = np.full(256, 0xFF000000, np.uint32)
    for shift in (16, 8, 0):
        part = np.interp(where, np.arange(len(anchors)), anchors >> shift & 0xFF)
        result |= part.round().astype(np.uint32) << np.uint32(shift)
    return tuple(result.tolist())


@lru_cache(maxsize=8)
def _loudness(colours: tuple[str, ...], low: int, high: int) -> Table:
    return tuple(ramp(colours)[min(max(0, (value - low) * 255 // (high - low)), 255)] for value in range(256))


def table_of(colours: Iterable[QColor]) -> Table:
    """A colour per index."""
    return tuple(c.rgb() | 0xFF000000 for c in colours)
