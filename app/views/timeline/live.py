"""Keeps the timeline's curves what the session says, and shows what is being traced."""

from collections.abc import Callable

from app.models.video.session import Session
from app.views.timeline.canvas import Canvas
from app.views.timeline.curves import Curves
from app.views.timeline.scene import Scene
from m2fnet_core.document.content import Dimension
from m2fnet_core.document.traces import Events

_FRESH = 0.5  # seconds of a line that are painted again when it grows


class Traces:
    """``place`` arranges the tracks anew: lanes come and go."""

    def __init__(self, session: Session, scene: Scene, canvas: Canvas, place: Callable[[], None]) -> None:
        self._session, self._scene, self._canvas, self._place = session, scene, canvas, place

    def take(self) -> None:
        """What people traced in the open video."""
        live, self._scene.curves = self._scene.curves.live, Curves(self._session.traces)
        self._scene.curves.live = live
        self._place()

    def set_live(self, live: tuple[Dimension, Events] | None) -> None:
        """What is being traced; its events may grow. None: nothing."""
        if (live is None) != (self._scene.curves.live is None):
            self._scene.curves.live = live
            self._place()
        elif live is not None and live[1] and (last := live[1][-1]) is not None:
            self._canvas.refresh_span("traces", last[0] - _FRESH, last[0])
