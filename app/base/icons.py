"""The program's own icons, tinted with the palette's text colour so that they fit dark and light."""

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QToolButton

from m2fnet_core.base.folders import resource

_SIZES = (16, 24, 32, 48)
_MODES = (
    (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
    (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
)


def icon(name: str, palette: QPalette | None = None) -> QIcon:
    """A file of resources/icons in the palette's colours, its disabled form included."""
    palette = palette or QGuiApplication.palette()
    made = QIcon()
    for mode, group in _MODES:
        colour = palette.color(group, QPalette.ColorRole.ButtonText)
        for size in _SIZES:
            made.addPixmap(pixmap(name, colour, size), mode)
    return made


def pixmap(name: str, colour: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon in one colour, ``size`` logical pixels square on a screen of the given device pixel ratio."""
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _renderer(name, colour.name()).render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def draw(painter: QPainter, name: str, colour: QColor, rect: QRectF) -> None:
    """Paint the icon into ``rect``; drawn once per colour and size, then kept."""
    ratio = painter.device().devicePixelRatioF()
    key = f"m2fnet/{name}/{colour.name()}/{rect.width()}/{ratio}"
    picture = QPixmap()
    if not QPixmapCache.find(key, picture):
        picture = pixmap(name, colour, round(rect.width()), ratio)
        QPixmapCache.insert(key, picture)
    painter.drawPixmap(rect.topLeft(), picture)


def draw_sign(painter: QPainter, sign: str, colour: QColor, place: QRectF) -> None:
    """A letter or shape of the font in the middle of ``place``; its text is laid out once per size, then kept."""
    size = round(min(place.width(), place.height()))
    if sign and size > 0:
        picture = _sign(sign, colour.rgb(), size, painter.device().devicePixelRatioF())
        painter.drawImage(QPointF(place.center().x() - size / 2, place.center().y() - size / 2), picture)


@lru_cache(maxsize=512)
def _sign(sign: str, colour: int, size: int, ratio: float) -> QImage:
    side = round(size * ratio)
    picture = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    font = painter.font()
    font.setPixelSize(max(1, round(side * 0.75)))
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(picture.rect(), Qt.AlignmentFlag.AlignCenter, sign)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def button(name: str, tip: str) -> QToolButton:
    """A small flat button that shows only an icon; it never takes the keyboard from the player."""
    made = IconButton(name)
    made.setToolTip(tip)
    made.setStatusTip(tip)
    made.setAccessibleName(tip)
    return made


class IconButton(QToolButton):
    """Flat, in the colours of the palette; a click leaves the keyboard's focus where it is."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIcon(icon(name))

    def changeEvent(self, event: QEvent) -> None:
        """Tint anew for another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.setIcon(icon(self._name, self.palette()))


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    text = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))
