"""``--screenshot``: wait for the analysis, put the window in a telling state, save it as a picture, and quit."""

import sys
from pathlib import Path
from statistics import mode

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.models.notices import Entry, Weight
from app.models.video.analysis import State
from app.models.video.session import Session
from m2fnet_core.base.dialogue import Utterance

_SIZE = QSize(1600, 1000)
_SETTLE_MS = 2500  # for pictures, sound and spectrogram to be read after the analysis is done


class Screenshot(QObject):
    """Ends the program with code 0, or 1 and a sentence on standard error when there is nothing to show."""

    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self._window, self._path = window, path
        self._failure = ""

    def start(self) -> None:
        """Follow what is opened next."""
        self._window.resize(_SIZE)  # the same picture on every screen
        studio = self._window.studio
        studio.notices.added.connect(self._note)
        studio.analysis.changed.connect(self._look)

    def _note(self, entry: Entry) -> None:
        if entry.weight is Weight.FAILURE and not self._failure:
            self._failure = entry.text
            QTimer.singleShot(0, self, self._give_up)

    def _look(self) -> None:
        if self._window.studio.analysis.state is State.DONE:
            chosen = telling_utterance(self._window.studio.session)
            if chosen is not None:
                self._window.studio.session.select(chosen.id)
                self._window.workspace.player.seek(telling_time(self._window.studio.session, chosen))
            QTimer.singleShot(_SETTLE_MS, self, self._save)

    def _save(self) -> None:
        if self._window.grab().save(str(self._path), "PNG"):
            self._end(0)
        else:
            self._failure = f"The picture {self._path} could not be written; name a file in a folder that exists."
            self._give_up()

    def _give_up(self) -> None:
        sys.stderr.write(self._failure + "\n")
        self._end(1)

    def _end(self, code: int) -> None:
        self._window.close()
        QApplication.exit(code)


def telling_utterance(session: Session) -> Utterance | None:
    """Of those with the usual number of faces the one nearest to two fifths of the video."""
    if session.media is None or not session.utterances:
        return None
    faces = {utterance.id: _faces_per_frame(session, utterance) for utterance in session.utterances}
    usual = mode(faces.values())
    aim = session.media.duration * 0.4
    telling = [utterance for utterance in session.utterances if faces[utterance.id] == usual]
    return min(telling, key=lambda utterance: abs((utterance.start + utterance.end) / 2 - aim))


def _faces_per_frame(session: Session, utterance: Utterance) -> int:
    frames = session.frames_used(utterance.id)
    return round(len(session.faces_used(utterance.id)) / len(frames)) if frames else 0


def telling_time(session: Session, utterance: Utterance) -> float:
    """The middle one of the frames the network looked at, so that its boxes are on screen."""
    frames = session.frames_used(utterance.id)
    return frames[len(frames) // 2] if frames else (utterance.start + utterance.end) / 2
