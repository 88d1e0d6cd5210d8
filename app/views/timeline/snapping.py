"""What an edge snaps to while it is dragged: other bounds, the playhead, where sound begins and ends. No Qt."""

import itertools

import numpy as np

from app.views.timeline.scene import Scene
from app.views.timeline.viewport import Viewport
from m2fnet_core.document.editing import Bounds, moved_to_goal, snapped

REACH = 8.0  # pixels
_STEP = 0.01  # seconds between two looks at the loudness
_MOST_STEPS = 2000
_LOUD = 0.06  # share of the file's loudest sample from which sound counts as speech
_HOLE = 0.12  # seconds; a shorter silence does not end speech


class Snapping:
    """Finds goals near a time. ``own`` is the utterance being dragged: it does not snap to itself."""

    def __init__(self, scene: Scene, view: Viewport, own: str = "") -> None:
        self._scene, self._view = scene, view
        self.reach = REACH / view.pixels_per_second  # seconds
        place = scene.content.place.get(own)
        spans = scene.content.spans
        keep = np.ones(len(spans), bool)
        if place is not None:
            keep[place] = False
        self._bounds = np.unique(np.concatenate((spans.starts[keep], spans.ends[keep])))

    def goals(self, time: float) -> list[float]:
        """Everything within reach of a time."""
        low, high = time - self.reach, time + self.reach
        first, last = np.searchsorted(self._bounds, (low, high))
        near = [float(bound) for bound in self._bounds[first : last + 1]]
        return [goal for goal in [*near, self._scene.time, *self.speech_edges(low, high)] if low <= goal <= high]

    def edge(self, time: float) -> float:
        """Where an edge that is dragged to ``time`` goes."""
        return snapped(time, self.goals(time), self.reach)

    def body(self, bounds: Bounds, duration: float) -> tuple[Bounds, float | None]:
        """Where an utterance that is dragged to ``bounds`` goes, and the goal that one of its edges met."""
        goals = [*self.goals(bounds.start), *self.goals(bounds.end)]
        moved = moved_to_goal(bounds, goals, self.reach, duration)
        met = (goal for goal in goals for edge in (moved.start, moved.end) if abs(goal - edge) < 1e-6)
        return moved, next(met, None)

    def speech_edges(self, start: float, end: float) -> list[float]:
        """Times between which it gets loud or quiet, near enough to hear."""
        sound = self._scene.sound
        start, end = max(0.0, start - 2 * _HOLE), end + 2 * _HOLE
        steps = min(_MOST_STEPS, int((end - start) / _STEP))
        if sound.waveform is None or steps < 2 or end > sound.seconds + 2 * _HOLE:
            return []
        low, high = sound.waveform.slice(start, end, steps)
        loud = _filled(np.maximum(-low, high) > _LOUD * sound.loudest, round(_HOLE / _STEP))
        turns = np.flatnonzero(loud[1:] != loud[:-1]) + 1
        return [start + int(turn) * (end - start) / steps for turn in turns]


def _filled(
    loud: "np.ndarray[tuple[int], np.dtype[np.bool_]]", hole: int
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Without silences of at most ``hole`` steps between two loud places."""
    places = np.flatnonzero(loud)
    result = loud.copy()
    for before, after in itertools.pairwise(places):
        if 1 < after - before <= hole:
            result[before:after] = True
    return result
