"""What the tracks of one timeline paint: the one place they read from."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.views.timeline.content import Content
from app.views.timeline.curves import Curves
from app.views.timeline.look import Look
from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.document.editing import Bounds


class Waveform(Protocol):
    """Lowest and highest sample of any span, at any number of columns."""

    def slice(self, start: float, end: float, columns: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Two float32[columns] between -1 and 1."""
        ...


class Spectrogram(Protocol):
    """The model's log mel spectrogram of any span, at any number of columns."""

    def slice(self, start: float, end: float, columns: int) -> NDArray[np.uint8]:
        """uint8[128, columns], lowest band first."""
        ...


@dataclass(frozen=True, slots=True)
class Sound:
    """What is known of the file's sound so far. ``note`` says why there is nothing (more) to see, or is empty.

    ``seconds`` are known; ``there`` is False when there will never be any; ``loudest`` is the largest absolute
    sample; ``levels`` are the spectrogram's values to be drawn darkest and brightest.
    """

    waveform: Waveform | None = None
    spectrogram: Spectrogram | None = None
    seconds: float = 0.0
    loudest: float = 1.0
    levels: tuple[int, int] = (0, 255)
    note: str = ""
    there: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """An utterance as it would be if the mouse let go now. ``utterance`` is "" for a new one; ``guide`` is the time
    that an edge has snapped to.
    """

    utterance: str
    lane: int
    bounds: Bounds
    guide: float | None = None


@dataclass
class Scene:
    """The state behind the picture; `Timeline` writes it, tracks read it."""

    look: Look
    content: Content = field(default_factory=Content)
    sound: Sound = Sound()
    curves: Curves = field(default_factory=Curves)
    selected: str = ""
    blind: bool = False  # predictions are hidden
    editable: bool = False  # utterances can be moved and drawn
    time: float = 0.0  # of the playhead, for what snaps to it
    draft: Draft | None = None  # what the mouse is about to do
    frames: tuple[float, ...] = ()  # presentation times the network used for the selected utterance

    @property
    def selection(self) -> tuple[float, float] | None:
        """Start and end of the selected utterance."""
        place = self.content.place.get(self.selected)
        if place is None:
            return None
        utterance = self.content.utterances[place]
        return utterance.start, utterance.end

    @property
    def selected_prediction(self) -> Prediction | None:
        return self.content.predictions.get(self.selected)
