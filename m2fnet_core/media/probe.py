"""Which streams a media file has. No torch."""

from itertools import chain, islice
from pathlib import Path

import av
import av.container
import av.stream

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.container import open_media, origin_of, packets
from m2fnet_core.media.geometry import Geometry
from m2fnet_core.media.info import AudioStream, MediaInfo, SubtitleStream, VideoStream

_PACKETS_TRIED = 300  # until the first picture that can be decoded
_ASSUMED_FPS = 25.0  # of a single picture without a rate
_TAIL = 3.0  # seconds before the stated end where packets must be found
_SLACK = 0.5  # seconds by which the last packet may miss the stated end
_MISSING = 2.0  # seconds, and
_MISSING_SHARE = 0.02  # of the stated length that must be missing for a file to be called cut off


def probe(path: Path) -> MediaInfo:
    """Read what a file holds, from its head and one decoded picture (milliseconds, whatever the length).

    A cover picture is not a video stream. Raises MediaError: missing, folder, empty, no permission, not media, cut
    off before its index, neither picture nor sound.
    """
    with open_media(path) as container:
        video, audio = _best(container, "video"), _best(container, "audio")
        notices = [*_undecodable(path, container)]
        picture = _video(container, video) if video is not None else None
        sound = _audio(audio) if audio is not None else None
        if picture is None and sound is None:
            raise MediaError(f"{path.name} holds neither picture nor sound that can be read; open another file.")
        if video is not None and picture is None:
            notices.append(f"The picture of {path.name} cannot be decoded; only its sound is used.")
        duration, cut = _duration(
            container, [s for s, read in ((video, picture), (audio, sound)) if s is not None and read]
        )
        if cut:
            notices.append(f"{path.name} is cut off: only the first {duration:.1f} s of it are there.")
        subtitles = tuple(_subtitle(s) for s in container.streams.subtitles if s.codec_context is not None)
        return MediaInfo(path, round(duration, 6), origin_of(container), picture, sound, subtitles, tuple(notices))


def _best(container: av.container.InputContainer, kind: str) -> av.stream.Stream | None:
    """The main stream of a kind that can be decoded; never a cover picture."""
    stream = container.streams.best(kind)
    if stream is None or stream.codec_context is None or stream.disposition & av.stream.Disposition.attached_pic:
        return None
    return stream


def _undecodable(path: Path, container: av.container.InputContainer) -> list[str]:
    names = {"video": "picture", "audio": "sound"}
    return [
        f"The {names[s.type]} of {path.name} is in a format this program cannot decode."
        for s in container.streams
        if s.type in names and s.codec_context is None
    ]


def _video(container: av.container.InputContainer, stream: av.stream.Stream) -> VideoStream | None:
    frame = _first_frame(container, stream)
    if frame is None:
        return None
    shape = Geometry.of(stream, frame)
    fps = float(stream.average_rate or stream.guessed_rate or _ASSUMED_FPS)
    return VideoStream(stream.index, stream.codec_context.name, shape.width, shape.height, fps, shape.rotation)


def _first_frame(container: av.container.InputContainer, stream: av.stream.Stream) -> av.VideoFrame | None:
    for packet in chain(islice(packets(container, stream), _PACKETS_TRIED), (None,)):
        try:
            for frame in stream.codec_context.decode(packet):
                return frame
        except av.error.FFmpegError:
            continue  # a damaged beginning; a later picture may be whole
    return None


def _audio(stream: av.stream.Stream) -> AudioStream | None:
    context = stream.codec_context
    if not context.sample_rate or not context.channels:
        return None
    return AudioStream(stream.index, context.name, context.sample_rate, context.channels)


def _subtitle(stream: av.stream.Stream) -> SubtitleStream:
    return SubtitleStream(stream.index, stream.codec_context.name, stream.language or "")


def _duration(container: av.container.InputContainer, streams: list[av.stream.Stream]) -> tuple[float, bool]:
    """Seconds from origin to the end of what is there, and whether the file states much more than that."""
    stated = _stated(container, streams)
    end = _end_after(container, streams, stated - _TAIL) if stated > 0 else 0.0
    if end > 0.0 and abs(stated - end) < _SLACK:
        return stated, False
    if end <= 0.0:
        end = _end_after(container, streams, 0.0)
    # Some containers state the last time stamp in place of a length.
    missing = stated - max(0.0, origin_of(container)) - end
    return end, missing > max(_MISSING, _MISSING_SHARE * stated)


def _stated(container: av.container.InputContainer, streams: list[av.stream.Stream]) -> float:
    """Seconds the file states: the streams' own where it gives them, since subtitles may go on for longer."""
    if all(stream.duration and stream.start_time is not None for stream in streams):
        ends = (float((s.start_time + s.duration) * s.time_base) for s in streams)
        return max(ends) - origin_of(container)
    return float((container.duration or 0) / av.time_base)


def _end_after(container: av.container.InputContainer, streams: list[av.stream.Stream], time: float) -> float:
    """Media time of the end of the last packet when reading starts at ``time``; 0 when there is none."""
    origin = origin_of(container)
    try:
        container.seek(int((max(time, 0.0) + origin) * av.time_base), backward=True)
    except av.error.FFmpegError:
        return 0.0
    end = 0.0
    for packet in packets(container, *streams):
        if (stamp := packet.pts if packet.pts is not None else packet.dts) is not None:
            end = max(end, float((stamp + (packet.duration or 0)) * packet.time_base) - origin)
    return end
