"""Which streams a media file has. No torch."""

from itertools import chain, islice
from pathlib import Path

import av
import av.container
import av.stream

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.container import open_media, origin_of, packets
from m2fnet_core.media.geometry import Geometry, turn_of
from m2fnet_core.media.info import AudioStream, MediaInfo, SubtitleStream, VideoStream
from m2fnet_core.media.timeline import Measure, Timeline

_PACKETS_TRIED = 300  # until the first picture that can be decoded
_ASSUMED_FPS = 25.0  # of a single picture without a rate
_TAIL = 3.0  # seconds before the stated end where packets must be found
_SLACK = 0.5  # seconds by which the last packet may miss the stated end
_READ_WHOLE = 64 * 2**20  # bytes up to which every packet is looked at, and
_LEAST_RATE = 2000  # bytes a second that a larger file must have for its stated length to be believed
_WITHOUT_LENGTH = ("mpegts", "mpeg")  # state no length of their own; recordings of them are often put together
_RATES = range(1000, 768_001)  # samples a second that are sound
_MISSING = 2.0  # seconds, and
_MISSING_SHARE = 0.02  # of the stated length that must be missing for a file to be called cut off


def probe(path: Path) -> MediaInfo:
    """Read what a file holds, from its head and one decoded picture, and its length from its packets.

    Of a large file that states a believable length only the last packets are looked at (milliseconds).

    A cover picture is not a video stream. Raises MediaError: missing, folder, empty, no permission, not media, cut
    off before its index, neither picture nor sound.
    """
    with open_media(path) as container:
        video, audio = _best(container, "video"), _best(container, "audio")
        notices = [*_undecodable(path, container)]
        picture = _video(container, video) if video is not None else None
        sound = _audio(audio) if audio is not None else None
        if audio is not None and audio.rate and audio.rate not in _RATES:
            notices.append(
                f"{path.name} claims {audio.rate} samples of sound a second, which is none; record it again."
            )
            if picture is None:
                raise MediaError(notices[-1])
        if picture is None and sound is None:
            raise MediaError(f"{path.name} holds neither picture nor sound that can be read; open another file.")
        if video is not None and picture is None:
            notices.append(f"The picture of {path.name} cannot be decoded; only its sound is used.")
        used = [s for s, read in ((video, picture), (audio, sound)) if s is not None and read]
        duration, line, cut = _length(path, container, used)
        notices += _told(path, line)
        if cut:
            notices.append(f"{path.name} is cut off: only the first {duration:.1f} s of it are there.")
        subtitles = tuple(_subtitle(s) for s in container.streams.subtitles if s.codec_context is not None)
        streams = picture, sound, subtitles
        return MediaInfo(path, round(duration, 6), origin_of(container), *streams, tuple(notices), line.shifts)


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
    shape = Geometry.of(stream, frame, turn_of(frame))
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
    if context.sample_rate not in _RATES or not context.channels:
        return None
    return AudioStream(stream.index, context.name, context.sample_rate, context.channels)


def _subtitle(stream: av.stream.Stream) -> SubtitleStream:
    wish = stream.disposition
    default, forced = (bool(wish & flag) for flag in (av.stream.Disposition.default, av.stream.Disposition.forced))
    return SubtitleStream(stream.index, stream.codec_context.name, stream.language or "", default, forced)


def _length(
    path: Path, container: av.container.InputContainer, streams: list[av.stream.Stream]
) -> tuple[float, Timeline, bool]:
    """Seconds from origin to the end of what is there, how its stamps jump, and whether the file states much more."""
    stated, origin = _stated(container, streams), origin_of(container)
    size = path.stat().st_size
    if size > _READ_WHOLE and stated * _LEAST_RATE < size and container.format.name not in _WITHOUT_LENGTH:
        end = _end_after(container, streams, stated - _TAIL) if stated > 0 else 0.0
        if end > 0.0 and abs(stated - end) < _SLACK:
            return stated, Timeline(end), False
    line = _measured(path, streams)
    if not line.shifts and stated > 0 and abs(stated - line.end) < _SLACK:
        return stated, line, False
    # Some containers state the last time stamp in place of a length.
    missing = stated - max(0.0, origin) - line.end
    cut = not line.shifts and missing > max(_MISSING, _MISSING_SHARE * stated)
    return line.end, line, cut


def _measured(path: Path, streams: list[av.stream.Stream]) -> Timeline:
    """Reads every packet from the beginning, in a reader of its own: seeking is what damaged files fail at."""
    with open_media(path) as container:
        measure = Measure(origin_of(container), frozenset(stream.index for stream in streams))
        for packet in packets(container):
            measure.push(packet)
        return measure.timeline


def _told(path: Path, line: Timeline) -> list[str]:
    told = []
    if line.parts:
        told.append(f"The time stamps of {path.name} begin again; its parts are taken one after the other.")
    if line.holes:
        told.append(f"{path.name} has holes of more than a minute without picture and sound; they are left out.")
    return told


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
