"""The frames the network looked at and the faces it saw on them, with their area weights."""

from functools import partial

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.base.words import clock, percent
from app.jobs.background import Background
from app.models.video.session import Session
from app.views.inspector.pictures import Picture, Wanted, faces_of, read_pictures
from app.views.inspector.tiles import Tile, Tiles
from app.views.parts.widgets import label
from m2fnet_core.base.dialogue import FaceBox
from m2fnet_core.base.wording import count
from m2fnet_core.media.info import MediaInfo, VideoStream

_FRAME_WIDTH, _CROP_WIDTH = 104, 54


class Frames(QWidget):
    """Thumbnails and face crops of one utterance, read in the background; another utterance cancels the reading."""

    clicked = Signal(float)  # seconds: the frame a person pointed at

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._background = Background("inspector", self)
        self._background.result.connect(self._show_picture)
        self._background.failed.connect(self._say)
        self._shown: tuple[str, tuple[float, ...], tuple[FaceBox, ...]] = ("", (), ())
        self._frames_title, self._faces_title = label("", "section"), label("", "section")
        self._trouble = label("", "muted", wrap=True)
        self.frames, self.faces = Tiles(_FRAME_WIDTH, captions=False), Tiles(_CROP_WIDTH, captions=True)
        self.frames.setAccessibleName("Frames that the network saw")
        self.faces.setAccessibleName("Faces that the network saw")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._frames_title, self.frames, self._trouble, self._faces_title, self.faces):
            layout.addWidget(part)
        for tiles in (self.frames, self.faces):
            tiles.clicked.connect(self.clicked)

    @property
    def faces_title(self) -> str:
        """How many faces were found, in words."""
        return self._faces_title.text()

    @property
    def trouble(self) -> str:
        """Why there are no pictures, "" when all is well."""
        return self._trouble.text()

    def set_utterance(self, utterance_id: str) -> None:
        """Show what was used for this utterance; nothing happens when it is shown already."""
        times, faces = self._session.frames_used(utterance_id), self._session.faces_used(utterance_id)
        if (utterance_id, times, faces) == self._shown:
            return
        self._shown = (utterance_id, times, faces)
        self._background.cancel()
        media = self._session.media
        video = media.video if media is not None else None
        self.setVisible(bool(times) and video is not None)
        if media is not None and video is not None and times:
            self._show_places(media, video, times, faces)

    def close_reader(self) -> None:
        """Stop reading and wait until the thread is gone."""
        self._background.close()

    def _show_places(
        self, media: MediaInfo, video: VideoStream, times: tuple[float, ...], faces: tuple[FaceBox, ...]
    ) -> None:
        self._say("")
        self._frames_title.setText(f"The {count(len(times), 'frame')} the network looked at")
        self._faces_title.setText(f"{count(len(faces), 'face crop')} and area weights" if faces else "No faces found")
        self.frames.set_tiles([_frame_tile(time, faces, video) for time in times], video.width / video.height)
        self.faces.set_tiles([_face_tile(face) for face in faces])
        ratio = self.devicePixelRatioF()
        wanted = Wanted(media, times, faces, round(2 * _FRAME_WIDTH * ratio), round(1.5 * _CROP_WIDTH * ratio))
        self._background.start(partial(read_pictures, wanted))

    def _show_picture(self, picture: Picture) -> None:
        self.frames.set_image(picture.place, picture.image)
        for place, crop in picture.crops:
            self.faces.set_image(place, crop)

    def _say(self, sentence: str) -> None:
        self._trouble.setText(sentence)
        self._trouble.setVisible(bool(sentence))


def _frame_tile(time: float, faces: tuple[FaceBox, ...], video: VideoStream) -> Tile:
    found = [face for _, face in faces_of(time, faces)]
    boxes = tuple(_share(face, video) for face in found)
    words = ", ".join(percent(face.area_weight) for face in found)
    weights = f"\nArea weights: {words}" if found else "\nNo faces found on this frame."
    return Tile(time, "", f"Frame at {clock(time)}{weights}\nClick to go there.", boxes=boxes)


def _share(face: FaceBox, video: VideoStream) -> QRectF:
    x1, y1, x2, y2 = face.box
    return QRectF(x1 / video.width, y1 / video.height, (x2 - x1) / video.width, (y2 - y1) / video.height)


def _face_tile(face: FaceBox) -> Tile:
    tip = (
        f"Face at {clock(face.time)}\nArea weight {percent(face.area_weight)}: its share of the frame's face area\n"
        f"Detected with {percent(face.confidence)} confidence. Click to go there."
    )
    return Tile(face.time, percent(round(face.area_weight, 2)), tip, weight=face.area_weight)
