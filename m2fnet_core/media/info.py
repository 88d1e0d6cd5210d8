"""What a media file holds, as read by `probe`. No torch."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class VideoStream:
    """``width`` and ``height`` are pixels of the picture as shown, after rotation."""

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


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A readable media file. ``origin`` is the container time that is media time zero (see dialogue.py)."""

    path: Path
    duration: float
    origin: float
    video: VideoStream | None
    audio: AudioStream | None
    subtitles: tuple[SubtitleStream, ...] = ()
