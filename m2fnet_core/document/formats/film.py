"""An annotated MP4: face boxes, area weights and labels burned in, sound copied. Write only, no torch.

One picture is in memory at a time, whatever the length. Time stamps stay those of the video.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import av.audio.resampler
import av.container
import av.stream
import numpy as np

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.events import Hook, Progress
from m2fnet_core.base.files import whole_file
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.document.formats.base import Sheet
from m2fnet_core.document.formats.film_paint import Painter, Pixels
from m2fnet_core.document.media_files import refuse_replaced
from m2fnet_core.media.container import only, open_media, packets
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import FrameIndex, frame_index
from m2fnet_core.media.info import AudioStream, MediaInfo
from m2fnet_core.media.probe import probe
from m2fnet_core.media.timeline import shifted

_TICK = Fraction(1, 90_000)  # seconds
_QUALITY = {"crf": "20", "preset": "veryfast"}
_COPIED = frozenset(("aac", "mp3", "ac3", "eac3", "opus", "flac", "alac"))  # what players of mp4 know
_TELL_EVERY = 25  # frames


def write_film(sheet: Sheet, path: Path, hook: Hook, cancel: CancelToken) -> tuple[str, ...]:
    """The video of ``sheet`` with its ``faces`` and labels drawn in; whole or not at all.

    Raises MediaError when the video cannot be read, DocumentError when it has no picture or ``path`` cannot be
    written, Cancelled between two frames.
    """
    refuse_replaced(sheet.medium)
    info = probe(sheet.medium.path)
    if info.video is None:
        raise DocumentError(f"{info.path.name} has no picture to draw into; choose another format.")
    try:
        with whole_file(path) as place:
            _write(sheet, info, place, hook, cancel)
    except OSError as error:  # PyAV's errors are OSErrors
        reason = error.strerror or str(error)
        raise DocumentError(f"{path} could not be written ({reason}); name another place or make room.") from error
    return () if sheet.faces else (f"No faces of {info.path.name} are known, so no boxes are drawn.",)


def _write(sheet: Sheet, info: MediaInfo, place: Path, hook: Hook, cancel: CancelToken) -> None:
    index = frame_index(info, cancel=cancel)
    painter = Painter(sheet, 0.49 / max(index.fps, 1.0))
    with ExitStack() as stack:
        out = stack.enter_context(av.open(str(place), "w", format="mp4"))
        reader = stack.enter_context(FrameReader(info, index))
        pictures = _pictures(reader, index, painter, hook, cancel)
        first = next(pictures, None)
        if first is None:
            raise DocumentError(f"No picture of {info.path.name} can be decoded; repair the video.")
        video = _video_stream(out, first[1], index)
        sound = _sound(stack, out, info)
        waiting = next(sound, None)
        for time, pixels in _with_first(first, pictures):
            while waiting is not None and waiting[0] <= time:
                out.mux(waiting[1])
                waiting = next(sound, None)
            out.mux(video.encode(_frame(time, pixels)))
        out.mux(video.encode(None))
        while waiting is not None:
            cancel.check()
            out.mux(waiting[1])
            waiting = next(sound, None)


def _with_first(first: tuple[float, Pixels], rest: Iterator[tuple[float, Pixels]]) -> Iterator[tuple[float, Pixels]]:
    yield first
    yield from rest


def _pictures(
    reader: FrameReader, index: FrameIndex, painter: Painter, hook: Hook, cancel: CancelToken
) -> Iterator[tuple[float, Pixels]]:
    """Times and painted pictures, with even sides: H.264 knows no others."""
    pace = Pace(len(index))
    for frame in reader.read(range(len(index))):
        cancel.check()
        height, width = (max(2, side // 2 * 2) for side in frame.pixels.shape[:2])
        pixels = np.array(frame.pixels[:height, :width], order="C")
        painter.paint(pixels, frame.time)
        yield frame.time, pixels
        if frame.number % _TELL_EVERY == 0 or frame.number == len(index) - 1:
            done = frame.number + 1
            hook(Progress("Writing the video", done, pace.of, pace.seconds_left(done)))


def _video_stream(
    out: av.container.OutputContainer, pixels: Pixels, index: FrameIndex
) -> "av.video.stream.VideoStream":
    rate = Fraction(index.fps or 25.0).limit_denominator(1001)
    stream = out.add_stream("libx264", rate=rate, options=dict(_QUALITY))
    stream.height, stream.width = pixels.shape[:2]
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = stream.time_base = _TICK
    return stream


def _frame(time: float, pixels: Pixels) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    frame.pts, frame.time_base = round(time / _TICK), _TICK
    return frame


def _sound(
    stack: ExitStack, out: av.container.OutputContainer, info: MediaInfo
) -> Iterator[tuple[float, list[av.Packet]]]:
    """Packets of the sound with their media times: as they are where mp4 can hold them, else as AAC."""
    if info.audio is None:
        return iter(())
    source = stack.enter_context(open_media(info.path))
    stream = only(source, info.audio.index)
    if stream.codec_context.name in _COPIED:
        return _copied(source, stream, out.add_stream_from_template(stream), info)
    return _encoded(source, stream, out.add_stream("aac", rate=info.audio.rate), info, info.audio)


def _copied(
    source: av.container.InputContainer, stream: av.stream.Stream, target: av.stream.Stream, info: MediaInfo
) -> Iterator[tuple[float, list[av.Packet]]]:
    for packet in shifted(packets(source, stream), info.shifts):
        if packet.pts is None or packet.time_base is None:
            continue
        shift = round(info.origin / packet.time_base)
        packet.pts -= shift
        packet.dts = packet.pts  # sound is stored in the order in which it is heard
        packet.stream = target
        yield float(packet.pts * packet.time_base), [packet]


def _encoded(
    source: av.container.InputContainer,
    stream: av.stream.Stream,
    target: av.stream.Stream,
    info: MediaInfo,
    audio: AudioStream,
) -> Iterator[tuple[float, list[av.Packet]]]:
    layout = "stereo" if audio.channels > 1 else "mono"
    target.layout = layout
    even = av.audio.resampler.AudioResampler(format="fltp", layout=layout, rate=audio.rate)
    time = 0.0
    for packet in shifted(packets(source, stream), info.shifts):
        for frame in _heard(stream, packet):
            if frame.pts is not None and frame.time_base is not None:
                time = float(frame.pts * frame.time_base) - info.origin
                frame.pts -= round(info.origin / frame.time_base)
            yield time, [p for piece in even.resample(frame) for p in target.encode(piece)]
    yield time, target.encode(None)


def _heard(stream: av.stream.Stream, packet: av.Packet) -> list[av.AudioFrame]:
    try:
        return list(stream.codec_context.decode(packet))
    except av.error.FFmpegError:
        return []  # a damaged place: the next ones follow
