"""What every track of the timeline has in common."""

from abc import ABC, abstractmethod

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from app.views.timeline.heights import Wish
from app.views.timeline.scene import Scene
from app.views.timeline.viewport import Viewport

EMPTY = Wish(26, 26, rigid=True)  # a track that will never have anything to show
_SAYING = 160  # pixels that a short sentence needs


class Track(ABC):
    """One row of the timeline. It paints itself from the scene and keeps no state that matters.

    ``key`` names it in settings, ``title`` on screen, ``about`` explains it; ``hideable`` tracks can be switched off;
    ``pinned`` ones stay on top while the others scroll.
    """

    key: str
    title: str
    about: str = ""
    hideable = True
    pinned = False

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @property
    def there(self) -> bool:
        """False while there is nothing that the track is about, so that it takes no room."""
        return True

    @abstractmethod
    def wish(self) -> Wish:
        """The height it would like by itself."""

    def view_of(self, view: Viewport) -> Viewport:
        """The span of media time that the track shows while the others show this one."""
        return view

    @abstractmethod
    def paint(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        """Paint the visible span into ``rect``, whose width is the viewport's. The ground is already there."""

    def paint_header(self, painter: QPainter, rect: QRect) -> None:
        """Paint the name to the left of the track."""
        heading(painter, rect, self.title, self.scene)

    def header_tip(self, point: QPoint, rect: QRect) -> str:
        """What the tooltip on the header says (rich text), or ""."""
        return self.about

    def utterance_at(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        """The id of the utterance drawn under ``point``, or ""."""
        return ""

    def tip(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        """What the tooltip at ``point`` says (rich text), or ""."""
        return ""


def heading(painter: QPainter, rect: QRect, text: str, scene: Scene) -> None:
    """The track's name, in the upper left corner of its header."""
    painter.setFont(scene.look.small)
    painter.setPen(scene.look.muted)
    metrics = QFontMetrics(scene.look.small)
    box = rect.adjusted(10, 0, -6, 0)
    box.setHeight(min(rect.height(), metrics.height() + 8))
    painter.drawText(
        box, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    )


def say(painter: QPainter, rect: QRect, text: str, scene: Scene) -> None:
    """One quiet sentence in the middle of an empty track."""
    painter.setFont(scene.look.small)
    painter.setPen(scene.look.muted)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def say_unread(painter: QPainter, rect: QRect, view: Viewport, scene: Scene) -> None:
    """Say what is going on in the part of a track whose sound was not read yet."""
    known = round(min(max(0.0, view.x_of(scene.sound.seconds)), view.width))
    if scene.sound.note and view.width - known > _SAYING:
        say(painter, rect.adjusted(known, 0, 0, 0), scene.sound.note, scene)


def mark_selection(painter: QPainter, rect: QRect, view: Viewport, scene: Scene, tint: bool = False) -> None:
    """Lines where the selected utterance starts and ends, and with ``tint`` a veil between them."""
    if scene.selection is None or not view.overlaps(*scene.selection):
        return
    left, right = (rect.left() + view.x_of(t) for t in scene.selection)
    ink = QColor(scene.look.accent)
    if tint:
        ink.setAlpha(34)
        painter.fillRect(QRectF(left, rect.top(), right - left, rect.height()), ink)
    ink.setAlpha(200)
    for x in (left, right):
        painter.fillRect(QRectF(x - 0.5, rect.top(), 1, rect.height()), ink)
