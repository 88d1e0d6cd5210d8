"""What the extractors found out about one utterance. No torch."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fnet_core.base.dialogue import FaceBox, Presence

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class UtteranceVectors:
    """float32 vectors of one utterance, [width] each; None: the utterance does not have that input."""

    text: Vector | None = None
    audio: Vector | None = None
    scene: Vector | None = None
    faces: Vector | None = None
    boxes: tuple[FaceBox, ...] = ()  # the faces behind ``faces``
    frames: tuple[float, ...] = ()  # presentation times of the frames looked at

    @property
    def present(self) -> Presence:
        """Which of the four inputs there are."""
        return Presence(self.text is not None, self.audio is not None, self.scene is not None, self.faces is not None)
