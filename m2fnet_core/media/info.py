"""What a media file holds, as read by `probe`. No torch."""

from dataclasses import dataclass
from pathlib import Path

from m2fnet_core.media.timeline import Shift


@dataclass(frozen=True, slots=True)
class VideoStream:
    """``width`` and ``height`` are pixels of the picture as shown, after pixel aspect ratio and rotation."""

    index: int
    codec: str
    width: int
    height: int
    fps: float  # average
    rotation: int  # degrees clockwise to show the stored picture upright: 0, 90, 180, 270


@dataclass(frozen=True, slots=True)
class AudioStream:
    """A sound stream as stored."""

    index: int
    codec: str
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class SubtitleStream:
    """An embedded subtitle stream."""

    index: int
    codec: str
    language: str
    default: bool = False  # players show it by themselves
    forced: bool = False  # only signs and foreign words


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A readable media file.

    ``origin`` is the container time, in seconds, that is media time zero (see `base.dialogue`): the ``start_time`` the
    demuxer reports, the earliest time stamp of any stream. media time = container time stamp - ``origin``, for
    picture, sound and subtitles alike. Qt's player subtracts the start that its own FFmpeg reports, which in mkv and
    webm can be earlier by the sound codec's delay (7 to 21 ms): take the difference from the first frame it shows,
    which is frame 0 of the index. ``notices`` are sentences for the user about what could not be read.
    """

    path: Path
    duration: float
    origin: float
    video: VideoStream | None
    audio: AudioStream | None
    subtitles: tuple[SubtitleStream, ...] = ()
    notices: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()  # where stamps jump: whoever reads packets begins at the first and adds these
