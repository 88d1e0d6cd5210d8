"""Dragging utterances: their edges, their bodies, and new ones. What is dragged is shown, and told once at the end."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.views.timeline.scene import Draft, Scene
from app.views.timeline.snapping import Snapping
from app.views.timeline.viewport import Viewport
from m2fnet_core.document.editing import SHORTEST, Bounds

_LEAST_DRAWN = 6  # pixels; less is a hand that trembles


@dataclass(frozen=True, slots=True)
class Bench:
    """What every drag needs. ``left`` is where the tracks begin, in pixels of the canvas."""

    scene: Scene
    view: Viewport
    left: int
    show: Callable[[Draft | None], None]
    done: Callable[[Draft], None]

    def time_at(self, point: QPoint) -> float:
        """Media time under a pixel of the canvas."""
        return self.view.time_at(point.x() - self.left)

    @property
    def duration(self) -> float:
        """Of the medium; seconds."""
        return self.view.duration

    def own(self, utterance: str) -> tuple[Bounds, int]:
        """An utterance's bounds and lane."""
        place = self.scene.content.place[utterance]
        known = self.scene.content.utterances[place]
        return Bounds(known.start, known.end), int(self.scene.content.lane_of[place])


def _free() -> bool:
    """Shift lets go of all goals."""
    return bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)


class _Drag:
    """Shows the draft while the mouse moves, and hands it over when it lets go."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._draft: Draft | None = None

    def _set(self, draft: Draft | None) -> None:
        self._draft = draft
        self._bench.show(draft)

    def release(self, point: QPoint, clicked: bool) -> None:
        """One step of the document, however far it was dragged."""
        draft = self._draft
        self._bench.show(None)
        if draft is not None and not clicked:
            self._bench.done(draft)


class EdgeDrag(_Drag):
    """Move the start (-1) or the end (1) of an utterance."""

    def __init__(self, bench: Bench, utterance: str, edge: int, point: QPoint) -> None:
        super().__init__(bench)
        self._utterance, self._edge = utterance, edge
        self._bounds, self._lane = bench.own(utterance)
        self._offset = (self._bounds.start if edge < 0 else self._bounds.end) - bench.time_at(point)
        self._snapping = Snapping(bench.scene, bench.view, utterance)

    def move(self, point: QPoint) -> None:
        """The edge follows the mouse, or snaps."""
        time = self._bench.time_at(point) + self._offset
        goal = time if _free() else self._snapping.edge(time)
        bounds = self._bounds.with_start(goal) if self._edge < 0 else self._bounds.with_end(goal, self._bench.duration)
        self._set(Draft(self._utterance, self._lane, bounds, goal if goal != time else None))


class BodyDrag(_Drag):
    """Move a whole utterance; a press without a drag was a click."""

    def __init__(self, bench: Bench, utterance: str, point: QPoint) -> None:
        super().__init__(bench)
        self._utterance, self._from = utterance, bench.time_at(point)
        self._bounds, self._lane = bench.own(utterance)
        self._snapping = Snapping(bench.scene, bench.view, utterance)

    def move(self, point: QPoint) -> None:
        """The utterance follows the mouse, or one of its edges snaps."""
        moved = self._bounds.moved(self._bench.time_at(point) - self._from, self._bench.duration)
        bounds, guide = (moved, None) if _free() else self._snapping.body(moved, self._bench.duration)
        self._set(Draft(self._utterance, self._lane, bounds, guide))


class DrawNew(_Drag):
    """Draw an utterance where a lane is empty; a click is handed on."""

    def __init__(self, bench: Bench, lane: int, point: QPoint, click: Callable[[], None]) -> None:
        super().__init__(bench)
        self._lane, self._click, self._pressed = lane, click, point
        self._snapping = Snapping(bench.scene, bench.view)
        self._from = self._goal(point)

    def _goal(self, point: QPoint) -> float:
        time = self._bench.time_at(point)
        return time if _free() else self._snapping.edge(time)

    def move(self, point: QPoint) -> None:
        """From where the button went down to here."""
        start, end = sorted((self._from, self._goal(point)))
        far = abs(point.x() - self._pressed.x()) >= _LEAST_DRAWN and end - start >= SHORTEST
        self._set(Draft("", self._lane, Bounds(start, end)) if far else None)

    def release(self, point: QPoint, clicked: bool) -> None:
        """A new utterance, or a click."""
        super().release(point, clicked)
        if clicked:
            self._click()
