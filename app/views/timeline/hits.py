"""What lies under the mouse."""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPoint, QRect

from app.views.timeline.canvas import Canvas
from app.views.timeline.gestures import frame_edge
from app.views.timeline.tracks.lanes import LanesTrack
from app.views.timeline.tracks.overview import Overview
from app.views.timeline.viewport import Viewport

_BORDER = 3  # pixels around the border between two tracks


class Part(Enum):
    """The parts of the timeline that a mouse can do something with."""

    NOTHING = auto()
    HEADER = auto()
    BORDER = auto()
    OVERVIEW = auto()
    FRAME_LEFT = auto()
    FRAME_RIGHT = auto()
    RULER = auto()
    UTTERANCE = auto()
    BODY = auto()  # the selected utterance, which can be moved
    EDGE_START = auto()
    EDGE_END = auto()
    LANE = auto()  # an empty place of a lane, where an utterance can be drawn
    GROUND = auto()


@dataclass(frozen=True, slots=True)
class Hit:
    """``row`` is the place among the visible rows, ``time`` the media time, ``utterance`` an id or ""."""

    part: Part
    row: int = -1
    time: float = 0.0
    utterance: str = ""


def hit(canvas: Canvas, point: QPoint) -> Hit:
    """Find what is under a point of the canvas."""
    if canvas.navigation.view.duration <= 0:
        return Hit(Part.NOTHING)
    row = canvas.rows.at(point.y())
    border = _border_at(canvas, point)
    if border is not None:
        return Hit(Part.BORDER, border)
    if row is None:
        return Hit(Part.NOTHING)
    number = canvas.rows.placed.index(row)
    if point.x() < canvas.header_width:
        return Hit(Part.HEADER, number)
    track, rect, view = row.track, canvas.track_rect(row), canvas.navigation.view
    time = view.time_at(point.x() - rect.left())
    if isinstance(track, Overview):
        edge = frame_edge(track.frame(rect, view).toAlignedRect(), point.x())
        return Hit({"left": Part.FRAME_LEFT, "right": Part.FRAME_RIGHT}.get(edge, Part.OVERVIEW), number, time)
    if track.key == "ruler":
        return Hit(Part.RULER, number, time)
    found = track.utterance_at(point, rect, view)
    if isinstance(track, LanesTrack) and track.scene.editable:
        return Hit(_part_of_lane(track, point, rect, view, found), number, time, found)
    return Hit(Part.UTTERANCE if found else Part.GROUND, number, time, found)


def _part_of_lane(track: LanesTrack, point: QPoint, rect: QRect, view: Viewport, found: str) -> Part:
    if not found:
        return Part.LANE if track.scene.content.lanes else Part.GROUND
    edge = track.edge_at(point, rect, view, found)
    if edge:
        return Part.EDGE_START if edge < 0 else Part.EDGE_END
    return Part.BODY if found == track.scene.selected else Part.UTTERANCE


def _border_at(canvas: Canvas, point: QPoint) -> int | None:
    """The row whose lower border is here and can be moved: between two rows that are not pinned."""
    rows = canvas.rows.placed
    for number in range(len(rows) - 1):
        free = not rows[number].pinned and point.y() > canvas.rows.pinned_height() + _BORDER
        if free and abs(point.y() - rows[number].bottom) <= _BORDER:
            return number
    return None
