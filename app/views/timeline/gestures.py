"""What the mouse can do by dragging, one small class each.

A gesture begins with a press, sees every move, and ends with the release. Another way of dragging (the edges of
utterances, say) is another class here and one more line in `Pointer.begin`.
"""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPoint, QRect

from app.views.timeline.rows import Rows
from app.views.timeline.viewport import SHORTEST, Viewport

Look = Callable[[Viewport], None]
Seek = Callable[[float], None]


class Gesture(Protocol):
    """``point`` is in pixels of the canvas; ``clicked`` tells that the mouse never left the place it was pressed at."""

    def move(self, point: QPoint) -> None:
        """The mouse moved with its button down."""
        ...

    def release(self, point: QPoint, clicked: bool) -> None:
        """The button came up."""
        ...


class Still:
    """A press that starts nothing more."""

    def move(self, point: QPoint) -> None:
        """Nothing moves."""

    def release(self, point: QPoint, clicked: bool) -> None:
        """Nothing ends."""


class Scrub(Still):
    """Move the playhead with the mouse, no further than the view."""

    def __init__(self, view: Viewport, left: int, seek: Seek, point: QPoint) -> None:
        self._view, self._left, self._seek = view, left, seek
        self.move(point)

    def move(self, point: QPoint) -> None:
        """Seek to what is under the mouse."""
        self._seek(self._view.time_at(min(max(0, point.x() - self._left), self._view.width)))


class Pan:
    """Drag the picture; a click without a drag is handed on."""

    def __init__(self, view: Viewport, point: QPoint, look: Look, click: Callable[[], None]) -> None:
        self._view, self._from, self._look, self._click = view, point.x(), look, click

    def move(self, point: QPoint) -> None:
        """Keep the time that was grabbed under the mouse."""
        self._look(self._view.moved((self._from - point.x()) / self._view.pixels_per_second))

    def release(self, point: QPoint, clicked: bool) -> None:
        """A click is not a drag."""
        if clicked:
            self._click()


class MoveFrame(Still):
    """Drag the overview's frame; pressed beside it, the frame first comes to the mouse."""

    def __init__(self, view: Viewport, whole: Viewport, x: float, look: Look, left: int) -> None:
        self._whole, self._look, self._left = whole, look, left
        time = whole.time_at(x)
        self._view = view if view.shows(time) else view.moved(time - (view.start + view.end) / 2)
        self._from = x
        look(self._view)

    def move(self, point: QPoint) -> None:
        """Keep the frame under the mouse."""
        self._look(self._view.moved((point.x() - self._left - self._from) / self._whole.pixels_per_second))


class ResizeFrame(Still):
    """Drag one edge of the overview's frame while the other stays."""

    def __init__(self, view: Viewport, whole: Viewport, leading: bool, look: Look, left: int) -> None:
        self._view, self._whole, self._leading, self._look, self._left = view, whole, leading, look, left

    def move(self, point: QPoint) -> None:
        """Put the edge under the mouse, but not past the other one."""
        time = self._whole.time_at(point.x() - self._left)
        if self._leading:
            self._look(self._view.spanning(min(time, self._view.end - SHORTEST), self._view.end))
        else:
            self._look(self._view.spanning(self._view.start, max(time, self._view.start + SHORTEST)))


class MoveBorder(Still):
    """Drag the border between two tracks."""

    def __init__(self, rows: Rows, border: int, point: QPoint, placed: Callable[[], None]) -> None:
        self._rows, self._border, self._from, self._placed = rows, border, point.y(), placed
        self._heights = [row.height for row in rows.placed]

    def move(self, point: QPoint) -> None:
        """Give one side what the other loses."""
        self._rows.move_border(self._border, self._heights, point.y() - self._from)
        self._placed()


def frame_edge(frame: QRect, x: int, reach: int = 5) -> str:
    """Which edge of the overview's frame is under ``x``: "left", "right" or ""; a narrow frame can still be grabbed."""
    reach = min(reach, max(1, frame.width() // 4))
    if abs(x - frame.left()) <= reach:
        return "left"
    return "right" if abs(x - frame.right()) <= reach else ""
