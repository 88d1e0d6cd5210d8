"""The slider beside the picture with which a trace is drawn while the video plays."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QSlider, QStyle, QVBoxLayout, QWidget

from app.models.editing.tracing import Tracing
from app.views.parts.widgets import label, push
from m2fnet_core.document.content import Dimension

STEPS = 100  # of the slider on each side of neutral
_SINGLE, _PAGE = 4, 20  # of an arrow key and of Page up or down
_NOTCH = 120  # Qt's units
_ENDS = {Dimension.VALENCE: ("pleasant", "unpleasant"), Dimension.AROUSAL: ("excited", "calm")}


class TraceSlider(QSlider):
    """Goes at once to where it is pressed or dragged."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold anywhere."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer while the button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def _follow(self, event: QMouseEvent) -> None:
        place = round(event.position().y())
        self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), place, self.height(), True))


class TracePad(QWidget):
    """There while something is traced. The wheel over the picture moves it, too."""

    def __init__(self, tracing: Tracing, picture: QWidget) -> None:
        super().__init__()
        self._tracing = tracing
        self.slider = TraceSlider(Qt.Orientation.Vertical)
        self.slider.setRange(-STEPS, STEPS)
        self.slider.setSingleStep(_SINGLE)
        self.slider.setPageStep(_PAGE)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBothSides)
        self.slider.setTickInterval(STEPS // 2)
        self.slider.setAccessibleName("Trace")
        self.title, self.high, self.low = label("", "section"), label("", "muted"), label("", "muted")
        self.end = push("End", "End the recording; undo takes it back")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        for part in (self.title, self.high):
            layout.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.slider, 1, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.low, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.end, 0, Qt.AlignmentFlag.AlignHCenter)
        self.slider.valueChanged.connect(lambda value: tracing.set_value(value / STEPS))
        self.end.clicked.connect(tracing.stop)
        tracing.changed.connect(self._show)
        picture.installEventFilter(self)
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel over the picture."""
        if event.type() != QEvent.Type.Wheel or self._tracing.head is None:
            return False
        assert isinstance(event, QWheelEvent)
        self.slider.setValue(self.slider.value() + round(event.angleDelta().y() / _NOTCH * _SINGLE))
        return True

    def _show(self) -> None:
        """Keys go to the slider while it is there, and back to where they went before."""
        dimension = self._tracing.dimension
        self.setVisible(dimension is not None)
        if dimension is None:
            return
        self.title.setText(dimension.capitalize())
        high, low = _ENDS[dimension]
        self.high.setText(f"+ {high}")
        self.low.setText(f"− {low}")
        self.slider.setAccessibleName(dimension.capitalize())
        self.slider.setAccessibleDescription(f"From {low} (-{STEPS}) to {high} ({STEPS}); Up and Down, or the wheel")
        self.slider.setValue(0)
        if QApplication.activeModalWidget() is None:
            self.slider.setFocus(Qt.FocusReason.OtherFocusReason)
