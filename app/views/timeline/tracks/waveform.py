"""The waveform."""

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter

from app.views.timeline.heights import Wish
from app.views.timeline.look import Table, mix, ramp
from app.views.timeline.raster import device_size, draw, wave
from app.views.timeline.spans import NOISE
from app.views.timeline.ticks import clock
from app.views.timeline.tracks.base import EMPTY, Track, mark_selection, say, say_unread
from app.views.timeline.viewport import Viewport


class WaveformTrack(Track):
    """Lowest to highest sample of each column, scaled to the file's loudest one; dimmed where nobody speaks."""

    key, title = "waveform", "Sound"
    about = "The waveform, dimmed where nobody speaks."

    def wish(self) -> Wish:
        return Wish(64, 28) if self.scene.sound.there else EMPTY

    def paint(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        sound = self.scene.sound
        if sound.waveform is None:
            say(painter, rect, sound.note, self.scene)
            return
        columns, rows = device_size(painter, rect)
        low, high = sound.waveform.slice(view.start, view.end, columns)
        scale = np.float32(0.94 / max(sound.loudest, 0.02))
        covered = wave(low * scale, high * scale, rows)
        speech = self.scene.content.speech_cover.columns(view.edges(columns))[0] > NOISE
        draw(painter, rect, covered // 2 + np.where(speech, np.uint8(128), np.uint8(0)), self._table())
        say_unread(painter, rect, view, self.scene)
        mark_selection(painter, rect, view, self.scene, tint=True)

    def _table(self) -> Table:
        """Half of the colours for where nobody speaks, half for speech, each by how much of a pixel is covered."""
        look = self.scene.look
        dim = mix(look.ground, look.wave, 0.45)
        ramps = (ramp((look.ground.name(), ink.name())) for ink in (dim, look.wave))
        return tuple(colour for steps in ramps for colour in (*steps[:254:2], steps[255]))

    def tip(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        return clock(view.time_at(point.x() - rect.left()), 2)
