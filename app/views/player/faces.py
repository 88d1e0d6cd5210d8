"""Which faces belong on a frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.models.editing.face_names import NOBODY, Known
from m2fnet_core.base.dialogue import Box


@dataclass(frozen=True, slots=True)
class FaceOnScreen:
    """A face as drawn. ``exact``: the network looked at this very frame; otherwise the box is interpolated.

    ``speaker``: who speaks meanwhile ("" for nobody): the network pools all faces of a frame for that utterance.
    ``known``: who a person said it is.
    """

    box: Box
    area_weight: float
    exact: bool
    speaker: str = ""
    known: Known = NOBODY


class FaceSource(Protocol):
    """Knows the faces of any moment."""

    def faces_at(self, time: float) -> Sequence[FaceOnScreen]:
        """Faces of the frame presented at media second ``time``; none when nothing is known."""
        ...
