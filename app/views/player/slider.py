"""A slim slider: the place in the medium, or the volume."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from app.base.theme import line

_KNOB = 6.0  # radius


class SlimSlider(QAbstractSlider):
    """Jumps to where it is pressed and follows the pointer. ``chosen`` comes from a person only, never from code."""

    chosen = Signal(int)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hovered = False
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setStatusTip(tip)
        self.actionTriggered.connect(lambda _action: self.chosen.emit(self.sliderPosition()))

    def sizeHint(self) -> QSize:
        """High enough to be hit."""
        return QSize(120, 16)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._choose(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer while the button is held."""
        if self.isSliderDown():
            self._choose(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the knob."""
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the knob."""
        self._hovered = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line, its part up to the value in the accent colour, a knob under the pointer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        active = self.isEnabled() and (self._hovered or self.isSliderDown() or self.hasFocus())
        thick = 5.0 if active else 3.0
        whole = QRectF(_KNOB, (self.height() - thick) / 2, max(0.0, self.width() - 2 * _KNOB), thick)
        painter.setBrush(line(self.palette()))
        painter.drawRoundedRect(whole, thick / 2, thick / 2)
        if self.isEnabled():
            painter.setBrush(self.palette().color(QPalette.ColorRole.Accent))
            place = self._place()
            painter.drawRoundedRect(QRectF(whole.topLeft(), QPointF(place, whole.bottom())), thick / 2, thick / 2)
            if active:
                painter.drawEllipse(QPointF(place, self.height() / 2), _KNOB, _KNOB)
        painter.end()

    def _place(self) -> float:
        share = (self.value() - self.minimum()) / max(1, self.maximum() - self.minimum())
        return _KNOB + share * (self.width() - 2 * _KNOB)

    def _choose(self, x: float) -> None:
        share = (x - _KNOB) / max(1.0, self.width() - 2 * _KNOB)
        value = self.minimum() + round(min(1.0, max(0.0, share)) * (self.maximum() - self.minimum()))
        self.setSliderPosition(value)  # an action of the slider, so `chosen` follows
