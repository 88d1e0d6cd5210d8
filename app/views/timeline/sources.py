"""Waveform and spectrogram of the open file, built in a thread while they are already drawn."""

import time

from PySide6.QtCore import QObject, Signal

from app.jobs.background import Background, Emit
from app.views.timeline.scene import Sound
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.overview import Overview, build_overview

_PAUSE = 0.15  # seconds between two looks at a growing overview
_FULL = 32767.0  # the waveform's full scale


class Sources(QObject):
    """Reads the sound of one file at a time; another file, or closing, cancels what runs."""

    changed = Signal(object)  # Sound

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("timeline-sound", self)
        self._background.result.connect(self.changed)
        self._background.failed.connect(lambda reason: self.changed.emit(Sound(note=reason, there=False)))

    def open(self, media: MediaInfo | None, missing: bool = False) -> None:
        """Begin with another file; None for none. ``missing``: the file is not where it was."""
        if media is None or media.audio is None or missing:
            self._background.cancel()
            reason = "No sound: this video is missing" if missing else "No sound in this file"
            self.changed.emit(Sound(note=reason if media is not None else "", there=False))
            return
        self.changed.emit(Sound(note="Reading the sound …"))
        self._background.start(lambda emit, cancel: _read(media, emit, cancel))

    def close(self) -> None:
        """Cancel and wait until the thread is gone."""
        self._background.close()


def _read(media: MediaInfo, emit: Emit, cancel: CancelToken) -> None:
    """Tell of a growing overview now and then, and of the complete one."""
    told = -_PAUSE
    for overview in build_overview(media, cancel):
        if overview.complete or time.monotonic() - told >= _PAUSE:
            emit(_sound(overview, media.duration))
            told = time.monotonic()


def _sound(overview: Overview, duration: float) -> Sound:
    return Sound(
        waveform=overview.waveform,
        spectrogram=overview.spectrogram,
        seconds=duration if overview.complete else overview.seconds,
        loudest=float(overview.waveform.pyramid.coarsest().max(initial=0)) / _FULL,
        levels=overview.spectrogram.levels,
        note="" if overview.complete else f"Reading the sound, {overview.seconds / max(duration, 1e-3):.0%}",
    )
