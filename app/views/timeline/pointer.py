"""Mouse and wheel on the canvas."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from app.views.timeline.canvas import Canvas
from app.views.timeline.editing import Bench, BodyDrag, DrawNew, EdgeDrag
from app.views.timeline.gestures import Gesture, MoveBorder, MoveFrame, Pan, ResizeFrame, Scrub, Still
from app.views.timeline.hits import Hit, Part, hit
from app.views.timeline.scene import Draft
from app.views.timeline.tracks.lanes import LanesTrack
from app.views.timeline.viewport import Viewport

_STEP = 1.2  # zoom of one notch of the wheel
_NOTCH = 120  # Qt's units
_PAN_SHARE = 0.12  # share of the view that one notch pans

_CURSORS = {
    Part.BORDER: Qt.CursorShape.SplitVCursor,
    Part.FRAME_LEFT: Qt.CursorShape.SizeHorCursor,
    Part.FRAME_RIGHT: Qt.CursorShape.SizeHorCursor,
    Part.OVERVIEW: Qt.CursorShape.OpenHandCursor,
    Part.UTTERANCE: Qt.CursorShape.PointingHandCursor,
    Part.BODY: Qt.CursorShape.SizeAllCursor,
    Part.EDGE_START: Qt.CursorShape.SizeHorCursor,
    Part.EDGE_END: Qt.CursorShape.SizeHorCursor,
    Part.LANE: Qt.CursorShape.CrossCursor,
}


class Pointer(QObject):
    """Turns what the mouse does into wishes; it changes nothing by itself but the heights of tracks."""

    seek = Signal(float)
    select = Signal(str)
    activate = Signal(str)
    look = Signal(Viewport)
    scroll = Signal(int)  # pixels down
    drafted = Signal(object)  # Draft: bounds that a drag ended with
    placed = Signal()  # rows changed their heights

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._gesture: Gesture | None = None
        self._pressed_at = QPoint()
        self._dragged = False
        self._handlers: dict[QEvent.Type, Callable[[QEvent], bool]] = {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.MouseButtonDblClick: self._double,
            QEvent.Type.Wheel: self._wheel,
            QEvent.Type.NativeGesture: self._pinch,
            QEvent.Type.ToolTip: self._tip,
        }
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        handler = self._handlers.get(event.type())
        return handler is not None and handler(event)

    @property
    def _view(self) -> Viewport:
        return self._canvas.navigation.view

    def _press(self, event: QEvent) -> bool:
        assert isinstance(event, QMouseEvent)
        point = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton:
            self._gesture = self.begin(hit(self._canvas, point), point)
        elif event.button() == Qt.MouseButton.MiddleButton and self._view.duration > 0:
            self._gesture = Pan(self._view, point, self.look.emit, lambda: None)
        else:
            return False
        self._pressed_at, self._dragged = point, False
        return True

    def begin(self, found: Hit, point: QPoint) -> Gesture:
        """What a press with the left button on ``found`` starts."""
        left = self._canvas.header_width
        whole = Viewport.whole(self._view.duration, self._view.width)
        match found.part:
            case Part.RULER:
                return Scrub(self._view, left, self.seek.emit, point)
            case Part.OVERVIEW:
                return MoveFrame(self._view, whole, point.x() - left, self.look.emit, left)
            case Part.FRAME_LEFT | Part.FRAME_RIGHT:
                return ResizeFrame(self._view, whole, found.part is Part.FRAME_LEFT, self.look.emit, left)
            case Part.BORDER:
                return MoveBorder(self._canvas.rows, found.row, point, self.placed.emit)
            case Part.UTTERANCE:
                self._take(found.utterance)
                return Still()
            case Part.BODY:
                self._take(found.utterance)
                return BodyDrag(self._bench(), found.utterance, point)
            case Part.EDGE_START | Part.EDGE_END:
                self.select.emit(found.utterance)
                return EdgeDrag(self._bench(), found.utterance, -1 if found.part is Part.EDGE_START else 1, point)
            case Part.LANE:
                return DrawNew(self._bench(), self._lane_at(found, point), point, lambda: self._click_ground(found))
            case Part.GROUND:
                return Pan(self._view, point, self.look.emit, lambda: self._click_ground(found))
        return Still()

    def _bench(self) -> Bench:
        return Bench(self._canvas.scene, self._view, self._canvas.header_width, self._show, self.drafted.emit)

    def _show(self, draft: Draft | None) -> None:
        self._canvas.scene.draft = draft
        self._canvas.refresh(("lanes",))

    def _lane_at(self, found: Hit, point: QPoint) -> int:
        row = self._canvas.rows.placed[found.row]
        assert isinstance(row.track, LanesTrack)
        return row.track.lane_number(point, self._canvas.track_rect(row))

    def _take(self, utterance_id: str) -> None:
        """Select an utterance and go to its start."""
        content = self._canvas.scene.content
        self.select.emit(utterance_id)
        self.seek.emit(content.utterances[content.place[utterance_id]].start)

    def _click_ground(self, found: Hit) -> None:
        """Go there; between the blocks of the lanes also give up the selection."""
        if self._canvas.rows.placed[found.row].track.key == "lanes":
            self.select.emit("")
        self.seek.emit(found.time)

    def _move(self, event: QEvent) -> bool:
        assert isinstance(event, QMouseEvent)
        point = event.position().toPoint()
        if self._gesture is None:
            shape = _CURSORS.get(hit(self._canvas, point).part, Qt.CursorShape.ArrowCursor)
            if self._canvas.cursor().shape() != shape:
                self._canvas.setCursor(shape)
            return False
        far = (point - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        self._dragged = self._dragged or far
        if self._dragged:
            self._gesture.move(point)
        return True

    def _release(self, event: QEvent) -> bool:
        assert isinstance(event, QMouseEvent)
        if self._gesture is None:
            return False
        gesture, self._gesture = self._gesture, None
        gesture.release(event.position().toPoint(), clicked=not self._dragged)
        return True

    def _double(self, event: QEvent) -> bool:
        assert isinstance(event, QMouseEvent)
        found = hit(self._canvas, event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        if found.part in (Part.UTTERANCE, Part.BODY):
            self.activate.emit(found.utterance)
        elif found.part is Part.BORDER:
            self._canvas.rows.forget_heights()
            self.placed.emit()
        elif found.part is Part.OVERVIEW:
            self.look.emit(Viewport.whole(self._view.duration, self._view.width))
        return True

    def _wheel(self, event: QEvent) -> bool:
        assert isinstance(event, QWheelEvent)
        if self._view.duration <= 0:
            return False
        across, along = event.angleDelta().x() / _NOTCH, event.angleDelta().y() / _NOTCH
        x = event.position().x() - self._canvas.header_width
        if x < 0:
            self.scroll.emit(round(-40 * along))
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(across) > abs(along):
            self.look.emit(self._view.moved(-(across or along) * _PAN_SHARE * self._view.span))
        else:
            self.look.emit(self._view.zoomed(_STEP**along, x))
        event.accept()
        return True

    def _pinch(self, event: QEvent) -> bool:
        assert isinstance(event, QNativeGestureEvent)
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self.look.emit(self._view.zoomed(1 + event.value(), event.position().x() - self._canvas.header_width))
        return True

    def _tip(self, event: QEvent) -> bool:
        assert isinstance(event, QHelpEvent)
        found = hit(self._canvas, event.pos())
        if found.part in (Part.NOTHING, Part.BORDER):
            QToolTip.hideText()
            return True
        row = self._canvas.rows.placed[found.row]
        if found.part is Part.HEADER:
            text = row.track.header_tip(event.pos(), self._canvas.header_rect(row))
        else:
            text = row.track.tip(event.pos(), self._canvas.track_rect(row), self._view)
        QToolTip.showText(event.globalPos(), text, self._canvas, QRect(event.pos(), event.pos()).adjusted(-3, -3, 3, 3))
        return True
