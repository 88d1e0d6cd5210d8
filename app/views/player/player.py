"""The player: picture, faces, words and transport of the open medium."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QColor
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.base.theme import speaker_colour
from app.models.editing.face_names import FaceNames
from app.models.video.session import Session
from app.playback.playback import Playback
from app.playback.span import Span
from app.views.player.canvas import Canvas
from app.views.player.caption import Caption
from app.views.player.face_menu import face_menu
from app.views.player.faces import FaceOnScreen, FaceSource
from app.views.player.session_faces import SessionFaces
from app.views.player.transport import Transport
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.media.info import MediaInfo

_NOTHING = ("film", "No video open", "Open a video, or drop one here.")
_MISSING = ("warning", "This video is missing", "You can go on annotating. Find it again from the File menu.")
_NO_PICTURE = ("sound", "This file has no picture", "Its sound can be played and analysed.")
_OPENING = ("film", "Opening…", "")


class Player(QWidget):
    """Plays and steps the open medium. All times are media seconds of the frame on screen."""

    time_changed = Signal(float)
    playing_changed = Signal(bool)
    overlays_changed = Signal(bool)
    failed = Signal(str)  # one sentence, also shown over the picture

    def __init__(self, session: Session, names: FaceNames | None = None, parent: QWidget | None = None) -> None:
        """``names``: who the faces are; without it they cannot be named."""
        super().__init__(parent)
        self._session, self._names = session, names
        self._faces: FaceSource = SessionFaces(session, names)
        self._locked = False  # whether the span in force was asked for, by Space or by play_span
        self.loop_action = _checkable(self, "Loop the utterance", "Play the utterance again and again", False)
        self.overlays_action = _checkable(self, "Face boxes", "Draw face boxes, area weights and the words", True)
        self.playback = Playback(self)
        self.canvas = Canvas(self._colour_of)
        self.caption = Caption(session)
        self.transport = Transport(self.loop_action, self.overlays_action)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._beside = QHBoxLayout()
        self._beside.addWidget(self.canvas, 1)
        layout.addLayout(self._beside, 1)
        layout.addWidget(self.caption)
        layout.addWidget(self.transport)
        self._connect()
        self.open(None)

    def _connect(self) -> None:
        playback, transport, session = self.playback, self.transport, self._session
        playback.picture_changed.connect(self.canvas.set_picture)
        playback.time_changed.connect(self._show_time)
        playback.playing_changed.connect(transport.set_playing)
        playback.playing_changed.connect(self.playing_changed)
        playback.rate_changed.connect(transport.set_rate)
        playback.indexed.connect(lambda: self._show_time(playback.time))
        playback.failed.connect(self._fail)
        transport.play_clicked.connect(self._click)
        transport.step_clicked.connect(self.step)
        transport.place_chosen.connect(self.seek)
        transport.speed_chosen.connect(self.set_speed)
        transport.volume_chosen.connect(playback.movie.set_volume)
        self.canvas.clicked.connect(self._click)
        self.canvas.face_menu_asked.connect(self._offer_names)
        if self._names is not None:
            self._names.changed.connect(self._draw_faces)
        self.loop_action.toggled.connect(self._set_loop)
        self.overlays_action.toggled.connect(self._set_overlays)
        session.faces_changed.connect(self._draw_faces)
        session.utterances_changed.connect(self._draw_faces)

    def put_beside(self, part: QWidget) -> None:
        """To the right of the picture."""
        self._beside.addWidget(part)

    # -- the medium

    def open(self, info: MediaInfo | None, missing: bool = False) -> None:
        """Show another medium's first frame; None shows that nothing is open, or that its file is ``missing``."""
        self._locked = False
        self.canvas.set_notice("")
        video = None if info is None else info.video
        if video is not None:
            self.canvas.set_video_size(video.width, video.height)
        nothing = _MISSING if missing else _NOTHING
        self.canvas.set_page(*(nothing if info is None else _NO_PICTURE if video is None else _OPENING))
        self.caption.setVisible(info is not None and self.overlays_action.isChecked())
        self.transport.set_medium(0.0 if info is None else info.duration, info is not None and info.audio is not None)
        self.playback.open(info)

    def close_medium(self) -> None:
        """Let go of the file and of every thread."""
        self.open(None)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nothing goes on behind a closed player."""
        self.close_medium()
        super().closeEvent(event)

    @property
    def time(self) -> float:
        """Presentation time of the frame on screen."""
        return self.playback.time

    @property
    def playing(self) -> bool:
        """Whether time runs, forwards or backwards."""
        return self.playback.playing

    # -- commands

    def toggle(self) -> None:
        """Play or pause. Inside a selected utterance: play it, locked to its bounds."""
        if self.playback.playing:
            self.pause()
            return
        utterance = self._session.utterance(self._session.selected)
        if utterance is None or not self.playback.screen.within(utterance.start, utterance.end):
            self.play()
        else:
            self._play_utterance(utterance)

    def play(self) -> None:
        """Play on from here; with the loop on, the first utterance that is reached again and again."""
        self._locked = False
        self.playback.play()

    def pause(self) -> None:
        """Stand still on the frame that is on screen."""
        self.playback.pause()

    def seek(self, time: float) -> None:
        """Show the frame that is on screen at ``time``."""
        self.playback.seek(time)

    def step(self, frames: int) -> None:
        """Pause, and go this many frames on (negative: back)."""
        self.playback.step(frames)

    def skip(self, seconds: float) -> None:
        """Seek relative to here."""
        self.playback.skip(seconds)

    def set_speed(self, speed: float) -> None:
        """0.25 to 3; the pitch of the sound is kept."""
        self.playback.set_speed(speed)

    def shuttle(self, direction: int) -> None:
        """1: forwards, again: faster; -1: backwards; 0: pause."""
        self._locked = False
        self.playback.shuttle(direction)

    def play_span(self, start: float, end: float, loop: bool = False) -> None:
        """Play from the frame at ``start`` to the last one shown before ``end``; again and again when looping."""
        self._locked = True
        self.playback.play_span(Span(start, end, loop))

    def set_overlays(self, shown: bool) -> None:
        """Whether boxes and words are drawn."""
        self.overlays_action.setChecked(shown)

    # -- inside

    def _click(self) -> None:
        """The button and the picture play on freely; Space is what locks to an utterance."""
        if self.playback.playing:
            self.pause()
        else:
            self.play()

    def _play_utterance(self, utterance: Utterance) -> None:
        """From the frame on screen, or from the start when its end is reached."""
        self._locked = True
        span = Span(utterance.start, utterance.end, self.loop_action.isChecked())
        self.playback.play_span(span, self.playback.screen.place_in(span))

    def _set_loop(self, loop: bool) -> None:
        """Let go of the utterance being looped, unless something else locked playing to it."""
        if not loop and not self._locked:
            self.playback.release()
        else:
            self.playback.set_loop(loop)

    def _hold_utterance(self) -> None:
        """With the loop on, playing freely stays in the utterance it has come to."""
        playback, utterance = self.playback, self.caption.utterance
        free = playback.playing and playback.span is None and not playback.shuttling
        if free and utterance is not None and self.loop_action.isChecked():
            playback.lock(Span(utterance.start, utterance.end, True))

    def _set_overlays(self, shown: bool) -> None:
        self.caption.setVisible(shown and self.playback.info is not None)
        self._draw_faces()
        self.overlays_changed.emit(shown)

    def _show_time(self, time: float) -> None:
        number = self.playback.number
        self.transport.set_time(time, number if number >= 0 else None)
        self.caption.set_time(time)
        self._hold_utterance()
        self._draw_faces()
        self.time_changed.emit(time)

    def _draw_faces(self) -> None:
        shown = self.overlays_action.isChecked() and self.canvas.has_picture
        self.canvas.set_faces(self._faces.faces_at(self.playback.time) if shown else ())

    def _offer_names(self, face: FaceOnScreen, place: QPoint) -> None:
        """The menu of a face; the picture stands still meanwhile."""
        if self._names is not None:
            self.pause()
            menu = face_menu(face.known, self._names, self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(place)

    def _colour_of(self, speaker: str) -> QColor:
        return speaker_colour(speaker, self._session.speakers)

    def _fail(self, sentence: str) -> None:
        self.canvas.set_notice(sentence)
        self.failed.emit(sentence)


def _checkable(parent: QWidget, text: str, tip: str, checked: bool) -> QAction:
    action = QAction(text, parent, checkable=True, checked=checked)
    action.setToolTip(tip)
    action.setStatusTip(tip)
    return action
