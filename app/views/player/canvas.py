"""The picture, letterboxed, with faces over it.

Painted by ourselves: Qt's own video widget is blank in grabs and offscreen.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.base import icons
from app.views.player.faces import FaceOnScreen
from app.views.player.overlay import on_screen, paint_faces

_GROUND = QColor("#0b0c0f")
_TITLE, _HINT, _FAINT = QColor("#d9dde5"), QColor("#8d96a6"), QColor("#4a515e")
_NOTICE = QColor(20, 22, 28, 225)


class Canvas(QWidget):
    """Shows the last picture it was given; converts and scales it only when it is painted, once."""

    clicked = Signal()
    face_menu_asked = Signal(object, QPoint)  # FaceOnScreen, where on the screen

    def __init__(self, colour_of: Callable[[str], QColor], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour_of = colour_of
        self._size = (1, 1)
        self._frame: QVideoFrame | None = None
        self._image: QImage | None = None
        self._faces: Sequence[FaceOnScreen] = ()
        self._page = ("film", "", "")
        self._notice = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 90)
        self.setAccessibleName("Picture")

    def sizeHint(self) -> QSize:
        """A small video."""
        return QSize(640, 360)

    def set_video_size(self, width: int, height: int) -> None:
        """Pixels of the video as shown: the measure of boxes and the picture's aspect."""
        self._size = (max(1, width), max(1, height))

    def set_page(self, icon: str, title: str, hint: str) -> None:
        """What is shown while there is no picture."""
        self._page = (icon, title, hint)
        self.update()

    @property
    def page_text(self) -> str:
        """What is said while there is no picture."""
        return " ".join(self._page[1:])

    def set_notice(self, sentence: str) -> None:
        """A sentence at the lower edge; "" takes it away."""
        self._notice = sentence
        self.update()

    def set_picture(self, picture: QImage | QVideoFrame | None) -> None:
        """Show a picture from the next painting on."""
        self._frame = picture if isinstance(picture, QVideoFrame) else None
        self._image = picture if isinstance(picture, QImage) else None
        self.update()

    def set_faces(self, faces: Sequence[FaceOnScreen]) -> None:
        """Draw these faces over the picture."""
        if faces or self._faces:
            self._faces = faces
            self.update()

    @property
    def faces(self) -> Sequence[FaceOnScreen]:
        """What is drawn over the picture."""
        return self._faces

    @property
    def has_picture(self) -> bool:
        """Whether it was given one."""
        return self._frame is not None or self._image is not None

    @property
    def image(self) -> QImage | None:
        """The picture on screen in its own size, upright; None without one."""
        if self._image is None and self._frame is not None:
            self._image = self._frame.toImage()
            self._frame = None
        return self._image if self._image is not None and not self._image.isNull() else None

    def picture_rect(self) -> QRectF:
        """Where the picture is: as large as fits, in the middle, aspect kept."""
        across, down = self._size
        scale = min(self.width() / across, self.height() / down)
        size = QSizeF(across * scale, down * scale)
        return QRectF(QPointF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2), size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture, faces, notice."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _GROUND)
        image = self.image
        if image is None:
            self._paint_page(painter)
        else:
            self._paint_picture(painter, image)
            paint_faces(painter, self.picture_rect(), self._size, self._faces, self._colour_of)
        if self._notice:
            self._paint_notice(painter)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the picture plays or pauses."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The smallest face under the pointer has a menu."""
        place = QPointF(event.pos())
        boxes = [(on_screen(face.box, self.picture_rect(), *self._size), face) for face in self._faces]
        hit = [(box.width() * box.height(), face) for box, face in boxes if box.contains(place)]
        if hit:
            self.face_menu_asked.emit(min(hit, key=lambda pair: pair[0])[1], event.globalPos())

    def _paint_picture(self, painter: QPainter, image: QImage) -> None:
        """The painter scales for half of what scaling beforehand costs, but leaves out pixels below half the size."""
        place = self.picture_rect().toAlignedRect()
        size = place.size() * self.devicePixelRatioF()
        if size.width() * 2 < image.width() and not size.isEmpty():
            modes = (Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
            image = image.scaled(size, *modes)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(place), image, QRectF(image.rect()))

    def _paint_page(self, painter: QPainter) -> None:
        icon, title, hint = self._page
        middle = QRectF(self.rect()).center()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icons.draw(painter, icon, _FAINT, QRectF(middle.x() - 26, middle.y() - 66, 52, 52))
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() + 3)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(_TITLE)
        wrap = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        across = max(0.0, self.width() - 32.0)
        drawn = painter.drawText(QRectF(16, middle.y() + 2, across, 60), wrap, title)
        painter.setFont(self.font())
        painter.setPen(_HINT)
        painter.drawText(QRectF(16, middle.y() + 10 + drawn.height(), across, 80), wrap, hint)

    def _paint_notice(self, painter: QPainter) -> None:
        wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        across = max(40.0, min(self.width() - 24.0, 620.0))
        room = QRectF((self.width() - across) / 2 + 12, 0, across - 24, self.height() - 24.0)
        text = painter.boundingRect(room, wrap, self._notice)
        text.moveBottom(self.height() - 20.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_NOTICE)
        painter.drawRoundedRect(text.adjusted(-12, -8, 12, 8), 8, 8)
        painter.setPen(_TITLE)
        painter.drawText(text, wrap, self._notice)
