"""A player on the screen, and what a person sees in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.models.video.session import Session
from app.views.player.player import Player
from m2fnet_core.media.index import FrameIndex
from m2fnet_core.media.probe import probe
from tests.media_maker import read_number
from tests.patience import patiently


@dataclass
class Stage:
    """One player of 640 x 480 pixels, shown."""

    qtbot: QtBot
    session: Session
    player: Player

    def open(self, path: Path) -> None:
        """Open a file and wait for its first frame."""
        info = probe(path)
        self.session.open(info)
        self.player.open(info)
        if info.video is not None:
            self.until(lambda: self.player.playback.number == 0)

    def until(self, holds: Callable[[], bool]) -> None:
        """Process events until it holds."""
        patiently(self.qtbot, holds)

    @property
    def index(self) -> FrameIndex:
        """Frames of the open video."""
        index = self.player.playback.index
        assert index is not None
        return index

    def seen(self) -> int:
        """The number that the picture on screen carries, read from the widget's own pixels."""
        canvas = self.player.canvas
        picture = (
            canvas.grab(canvas.picture_rect().toAlignedRect()).toImage().convertToFormat(QImage.Format.Format_RGB888)
        )
        rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine())
        return read_number(rows[:, : 3 * picture.width()].reshape(picture.height(), picture.width(), 3))

    def lands_on(self, number: int) -> None:
        """Wait for a frame; the picture, the number and the time must all be that frame's."""
        self.until(lambda: self.player.playback.number == number)
        self.agrees()

    def agrees(self) -> None:
        """What is seen is what is said."""
        number = self.player.playback.number
        assert self.seen() == number
        assert self.player.time == pytest.approx(float(self.index.times[number]), abs=1e-6)


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    """Nothing is open yet."""
    session = Session()
    player = Player(session)
    player.set_overlays(False)
    qtbot.addWidget(player)
    player.resize(640, 480)
    player.show()
    yield Stage(qtbot, session, player)
    player.close_medium()
