"""The faces of any frame, from what the session knows."""

from collections.abc import Sequence

from app.models.editing.face_names import NOBODY, FaceNames, Known
from app.models.video.session import Session
from app.views.player.faces import FaceOnScreen
from m2fnet_core.base.dialogue import Box, FaceBox
from m2fnet_core.people.faces_between import between

_ASSUMED_FPS = 25.0


class SessionFaces:
    """The network's own boxes on the frames it looked at, interpolated ones on all other frames."""

    def __init__(self, session: Session, names: FaceNames | None = None) -> None:
        self._session, self._names = session, names

    def faces_at(self, time: float) -> tuple[FaceOnScreen, ...]:
        """Faces of the frame presented at ``time``."""
        speaking = self._session.utterances_at(time)
        speaker = speaking[-1].speaker if speaking else ""
        exact = self._used(time)
        faces = between(*self._session.scanned_around(time), time) if exact is None else exact
        known = self._known([face.box for face in faces], time)
        return tuple(
            FaceOnScreen(face.box, face.area_weight, exact is not None, speaker, who)
            for face, who in zip(faces, known, strict=True)
        )

    def _known(self, boxes: Sequence[Box], time: float) -> Sequence[Known]:
        return [NOBODY] * len(boxes) if self._names is None else self._names.of(boxes, time)

    def _used(self, time: float) -> list[FaceBox] | None:
        """The network's boxes on this very frame; None when it did not look at it."""
        near = self._half_frame()
        covering = {u.id: u for moment in (time, time + near) for u in self._session.utterances_at(moment)}
        for utterance in covering:
            if any(abs(looked - time) <= near for looked in self._session.frames_used(utterance)):
                return [face for face in self._session.faces_used(utterance) if abs(face.time - time) <= near]
        return None

    def _half_frame(self) -> float:
        """Seconds, a little less, so that a frame never takes its neighbour's boxes."""
        media = self._session.media
        fps = media.video.fps if media is not None and media.video is not None else _ASSUMED_FPS
        return 0.49 / max(fps, 1.0)
