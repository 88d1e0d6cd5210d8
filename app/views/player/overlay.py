"""Face boxes and their area weights, painted over a picture."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from app.base.theme import readable_on
from app.base.words import percent
from app.views.player.faces import FaceOnScreen
from m2fnet_core.base.dialogue import Box

_EXACT, _BETWEEN = 2.2, 1.4  # line widths in logical pixels
_HALO = QColor(0, 0, 0, 130)
_GROUND = QColor(12, 14, 18, 205)
_DISMISSED = QColor("#8a93a3")
_ROUND = 4.0
_PAD = 5.0
_SMALLEST, _LARGEST = 8.0, 10.0  # points


def on_screen(box: Box, picture: QRectF, width: int, height: int) -> QRectF:
    """A box in pixels of a ``width`` x ``height`` video, in the coordinates of the rectangle that shows it."""
    x1, y1, x2, y2 = box
    across, down = picture.width() / width, picture.height() / height
    return QRectF(
        QPointF(picture.left() + x1 * across, picture.top() + y1 * down),
        QPointF(picture.left() + x2 * across, picture.top() + y2 * down),
    )


def paint_faces(
    painter: QPainter,
    picture: QRectF,
    size: tuple[int, int],
    faces: Sequence[FaceOnScreen],
    colour_of: Callable[[str], QColor],
) -> None:
    """Draw every face: the box, then all labels on top. ``size``: the video's width and height in pixels."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(picture)
    boxes = [on_screen(face.box, picture, *size) for face in faces]
    for face, box in zip(faces, boxes, strict=True):
        _paint_box(painter, box, _colour(face, colour_of), face.exact)
    painter.setFont(_label_font(painter.font(), picture))
    taken: list[QRectF] = []
    for face, box in sorted(zip(faces, boxes, strict=True), key=lambda pair: -pair[0].area_weight):
        text = label_of(face)
        label = place_label(_label_size(painter, text), box, picture, taken)
        taken.append(label)
        _paint_label(painter, label, text, _colour(face, colour_of), face.exact)
    painter.restore()


def label_of(face: FaceOnScreen) -> str:
    """Who it is, where a person said so, and the area weight, which stays the network's whatever was said."""
    who = "no face" if face.known.dismissed else face.known.name
    return f"{who} {percent(face.area_weight)}".strip()


def _colour(face: FaceOnScreen, colour_of: Callable[[str], QColor]) -> QColor:
    """A named face has its own speaker's colour, another one that of whoever speaks."""
    return _DISMISSED if face.known.dismissed else colour_of(face.known.name or face.speaker)


def place_label(size: QSizeF, box: QRectF, picture: QRectF, taken: Iterable[QRectF]) -> QRectF:
    """Where a label goes: above its box, below or inside it, within the picture and clear of labels ``taken``."""
    taken = tuple(taken)
    tops = (box.top() - size.height() - 2, box.bottom() + 2, box.top() + 3, box.bottom() - size.height() - 3)
    lefts = (box.left(), box.right() - size.width())
    places = [_inside(QRectF(QPointF(left, top), size), picture) for top in tops for left in lefts]
    wanted = [
        place
        for place, top in zip(places, (top for top in tops for _ in lefts), strict=True)
        if abs(place.top() - top) < 0.5
    ]
    free = (place for place in wanted if not any(place.intersects(other) for other in taken))
    return next(free, wanted[0] if wanted else places[0])


def _inside(label: QRectF, picture: QRectF) -> QRectF:
    left = max(picture.left(), min(label.left(), picture.right() - label.width()))
    top = max(picture.top(), min(label.top(), picture.bottom() - label.height()))
    return QRectF(QPointF(left, top), label.size())


def _label_font(font: QFont, picture: QRectF) -> QFont:
    font.setPointSizeF(min(_LARGEST, max(_SMALLEST, picture.height() / 45)))
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _label_size(painter: QPainter, text: str) -> QSizeF:
    metrics = QFontMetricsF(painter.font())
    return QSizeF(metrics.horizontalAdvance(text) + 2 * _PAD, metrics.height() + 2)


def _paint_box(painter: QPainter, box: QRectF, colour: QColor, exact: bool) -> None:
    width = _EXACT if exact else _BETWEEN
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_HALO, width + 2))
    painter.drawRoundedRect(box, _ROUND, _ROUND)
    pen = QPen(colour, width)
    if not exact:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawRoundedRect(box, _ROUND, _ROUND)


def _paint_label(painter: QPainter, place: QRectF, text: str, colour: QColor, exact: bool) -> None:
    """Dark or white on the speaker's colour; a quieter one, the colour on dark, where the box is interpolated."""
    ground, ink = (colour, readable_on(colour)) if exact else (_GROUND, colour.lighter(125))
    painter.setPen(QPen(_HALO, 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(place, _ROUND, _ROUND)
    painter.setPen(ink)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
