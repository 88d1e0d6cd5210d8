"""Qt's player in media time and frame numbers: picture and sound while playing."""

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer, QtAudio, QVideoFrame, QVideoSink

from m2fnet_core.media.index import FrameIndex
from m2fnet_core.media.info import MediaInfo

UNKNOWN = -1  # the number of a frame while there is no index
_PATIENCE = 8  # frames from before a seek that may still be on their way
_NEAR = 5  # frames after the wanted one that still are an answer to a seek
_LARGEST_SHIFT = 0.25  # seconds; more than that is not a difference in where two readers see the container start

_Status = QMediaPlayer.MediaStatus
_LOADED = (_Status.LoadedMedia, _Status.BufferedMedia, _Status.BufferingMedia, _Status.EndOfMedia)


class Movie(QObject):
    """Plays one medium. What it shows while it is not running is nobody's business: frames are announced only then.

    Qt counts from where its own reader sees the container start, which is up to a few hundredths of a second away from
    media time zero (a sound stream's priming samples); the first picture it shows tells by how much.
    """

    frame = Signal(int, float, QVideoFrame)  # number, presentation time, picture
    moved = Signal(float)  # media time, for sound without a picture
    ended = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = QMediaPlayer(self)
        self._sink = QVideoSink(self)
        self._output = QAudioOutput(self)
        self._devices = QMediaDevices(self)
        self._player.setVideoSink(self._sink)
        self._follow_device()
        self._player.setPitchCompensation(True)
        self._forget()
        self._sink.videoFrameChanged.connect(self._take_frame)
        self._player.positionChanged.connect(self._take_position)
        self._player.mediaStatusChanged.connect(self._take_status)
        self._player.errorOccurred.connect(self._take_error)
        self._devices.audioOutputsChanged.connect(self._follow_device)

    def _forget(self) -> None:
        self._info: MediaInfo | None = None
        self._index: FrameIndex | None = None
        self._running = False
        self._first_stamp: float | None = None  # Qt's seconds of the first picture
        self._latest = UNKNOWN  # the frame that came last, announced or not
        self._wanted = UNKNOWN  # the frame a start has to begin with
        self._patience = 0
        self._pending: tuple[float, int] | None = None  # a start that waits for the file to be loaded

    def open(self, info: MediaInfo | None) -> None:
        """Load another medium (None: let go of the file), paused at its beginning."""
        self._forget()
        self._player.stop()
        self._info = info
        self._player.setSource(QUrl() if info is None else QUrl.fromLocalFile(str(info.path.absolute())))
        if info is not None and info.video is not None:
            self._player.pause()  # brings the first picture; with sound alone it would undo an early start

    def set_index(self, index: FrameIndex) -> None:
        """Numbers are known from now on."""
        self._index = index

    def start(self, time: float, number: int = UNKNOWN) -> None:
        """Run from media second ``time``; the first picture announced is frame ``number``, or one soon after it."""
        if not self._ready():
            self._pending = (time, number)
            return
        self._running = True
        self._wanted, self._patience = number, _PATIENCE
        self._player.setPosition(max(0, round((time + self._shift) * 1000)))
        self._player.play()

    def resume(self, number: int) -> bool:
        """Go on after a stop, without a gap in the sound; False (nothing happens) unless it stands at ``number``."""
        if number == UNKNOWN or number != self._latest:
            return False
        self._running = True
        self._player.play()
        return True

    def stop(self) -> None:
        """Pause; no frame is announced afterwards."""
        self._running, self._pending = False, None
        self._player.pause()

    def set_rate(self, rate: float) -> None:
        """1 is normal speed; the pitch of the sound is kept."""
        self._player.setPlaybackRate(rate)

    def set_volume(self, volume: float, muted: bool) -> None:
        """``volume``: 0 to 1 as heard."""
        scale = QtAudio.VolumeScale
        self._output.setVolume(QtAudio.convertVolume(volume, scale.LogarithmicVolumeScale, scale.LinearVolumeScale))
        self._output.setMuted(muted)

    @property
    def keeps_pitch(self) -> bool:
        """Whether voices sound as high as they are at every speed."""
        available = (
            self._player.pitchCompensationAvailability() != QMediaPlayer.PitchCompensationAvailability.Unavailable
        )
        return available and self._player.pitchCompensation()

    @property
    def time(self) -> float:
        """Media second of the sound."""
        return self._player.position() / 1000 - self._shift

    @property
    def _shift(self) -> float:
        """Qt's time of a frame minus its media time."""
        if self._first_stamp is None or self._index is None:
            return 0.0
        shift = self._first_stamp - float(self._index.times[0])
        return shift if abs(shift) < _LARGEST_SHIFT else 0.0

    def _ready(self) -> bool:
        """Loaded, and the first picture seen where there is one."""
        loaded = self._player.mediaStatus() in _LOADED
        return loaded and (self._first_stamp is not None or not self._player.hasVideo())

    def _run_pending(self) -> None:
        if self._pending is not None and self._ready():
            (time, number), self._pending = self._pending, None
            self.start(time, number)

    def _take_frame(self, frame: QVideoFrame) -> None:
        if not frame.isValid() or self._info is None or self._info.video is None:
            return
        stamp = frame.startTime() / 1e6
        if self._first_stamp is None:
            self._first_stamp = stamp
            self._run_pending()
            return
        time = stamp - self._shift
        self._latest = UNKNOWN if self._index is None else self._index.nearest(time)
        if self._running and not self._is_stale(self._latest):
            self._announce(time, frame)

    def _announce(self, time: float, frame: QVideoFrame) -> None:
        self._wanted = UNKNOWN
        exact = time if self._index is None else float(self._index.times[self._latest])
        self.frame.emit(self._latest, exact, frame)

    def _is_stale(self, number: int) -> bool:
        """Whether the picture belongs to the time before the last seek, or just before the frame it went to."""
        if self._wanted == UNKNOWN or number == UNKNOWN or self._patience == 0:
            return False
        self._patience -= 1
        return not self._wanted <= number <= self._wanted + _NEAR

    def _take_position(self, position: int) -> None:
        """Sound alone. With no device to play it on Qt runs its clock to the end, and says nothing there."""
        if self._running and self._info is not None and self._info.video is None:
            self.moved.emit(position / 1000)
            if self._player.audioOutput() is None and position >= self._player.duration():
                self._player.pause()
                self._end()

    def _take_status(self, status: QMediaPlayer.MediaStatus) -> None:
        if status == _Status.EndOfMedia:
            self._end()
        self._run_pending()

    def _end(self) -> None:
        if self._running:
            self._running, self._latest = False, UNKNOWN
            self.ended.emit()

    def _take_error(self, error: QMediaPlayer.Error, reason: str) -> None:
        if error != QMediaPlayer.Error.NoError and self._info is not None:
            self._running, self._pending = False, None
            why = reason.strip().rstrip(".") or "the reason is not known"
            self.failed.emit(f"{self._info.path.name} cannot be played: {why}; stepping through it may still work.")

    def _follow_device(self) -> None:
        """Headphones were plugged in or out. An output without a device would hold up sound that has no picture."""
        device = QMediaDevices.defaultAudioOutput()
        self._output.setDevice(device)
        output = None if device.isNull() else self._output
        self._player.setAudioOutput(output)  # type: ignore[arg-type]  # None is what takes an output away
