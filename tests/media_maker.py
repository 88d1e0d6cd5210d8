"""Small real media files for tests, written with PyAV: pictures that carry their number, tones, and their oddities."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.container
import av.stream
import numpy as np
from numpy.typing import NDArray

_GRID = 4  # a picture shows the 16 bits of its number as 4 x 4 black and white blocks
_TICKS = 90_000  # per second
_VIDEO = {".webm": "libvpx", ".avi": "mpeg4"}
_AUDIO = {".webm": "libopus", ".wav": "pcm_s16le", ".mp3": "libmp3lame", ".flac": "flac", ".avi": "libmp3lame"}
_SUBTITLE = {".webm": "webvtt", ".mp4": "mov_text", ".mov": "mov_text"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A video stream of numbered pictures. ``size`` is (width, height) as shown, after ``rotation`` clockwise."""

    frames: int = 50
    fps: float = 25.0
    size: tuple[int, int] = (128, 96)
    start: float = 0.0  # container seconds of the first picture
    times: Sequence[float] | None = None  # presentation seconds after start, for a variable frame rate
    gop: int = 12
    b_frames: int = 2
    rotation: int = 0  # mp4 and mov only
    codec: str | None = None  # by the container
    options: tuple[tuple[str, str], ...] = ()
    pixel_format: str = "yuv420p"
    aspect: Fraction = Fraction(1)  # width / height of a pixel
    shown: Sequence[NDArray[np.uint8]] | None = None  # ``frames`` pictures of ``size`` in place of the numbered ones

    def stamps(self) -> list[int]:
        """Presentation times in ticks of 1/90000 s."""
        times = self.times if self.times is not None else [i / self.fps for i in range(self.frames)]
        return [round((self.start + t) * _TICKS) for t in times]


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound stream holding one tone of amplitude 0.5, or ``samples`` (float32[n], the same in every channel)."""

    seconds: float = 2.0
    tone: float = 440.0
    rate: int = 48000
    layout: str = "stereo"
    start: float = 0.0  # container seconds of the first sample
    samples: NDArray[np.float32] | None = None
    codec: str | None = None

    def wave(self) -> NDArray[np.float32]:
        """float32[n] at ``rate``."""
        if self.samples is not None:
            return self.samples
        return tone(self.tone, self.seconds, self.rate)


def tone(hertz: float, seconds: float, rate: int = 16000) -> NDArray[np.float32]:
    """A sine of amplitude 0.5."""
    return np.asarray(0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate), np.float32)


def write_media(
    path: Path,
    picture: Picture | None = Picture(),
    sound: Sound | None = Sound(),
    subtitles: Sequence[tuple[float, float, str]] = (),
    options: tuple[tuple[str, str], ...] = (),
) -> Path:
    """Write a file of the container that the name's ending says; returns ``path``. ``options`` are the muxer's."""
    with av.open(str(path), "w", options=dict(options)) as container:
        writers: list[Iterator[tuple[float, list[av.Packet]]]] = []
        if picture is not None:
            writers.append(_picture_packets(_video_stream(container, path, picture), picture))
        if sound is not None:
            writers.append(_sound_packets(_audio_stream(container, path, sound), sound))
        if subtitles:
            writers.append(_subtitle_packets(_subtitle_stream(container, path), subtitles))
        _interleave(container, writers)
    if picture is not None and picture.rotation:
        _rotate(path, picture.rotation)
    return path


def write_with_cover(path: Path, seconds: float = 1.0) -> Path:
    """A sound file (mp3, flac, m4a) with a cover picture, as music players write them."""
    with av.open(str(path), "w", format="mp4" if path.suffix == ".m4a" else None) as container:
        sound = Sound(seconds)
        stream = _audio_stream(container, path, sound)
        cover = container.add_stream("mjpeg", rate=25)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(numbered(3, (64, 64)), format="rgb24").reformat(format="yuvj420p")
        frame.pts = 0
        container.mux([*cover.encode(frame), *cover.encode(None)])
        _interleave(container, [_sound_packets(stream, sound)])
    return path


def cut_off(source: Path, path: Path, share: float) -> Path:
    """The first ``share`` of a file's bytes."""
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def damaged(source: Path, path: Path, begin: float, end: float) -> Path:
    """A file with noise in place of its bytes between two shares of its length."""
    data = bytearray(source.read_bytes())
    first, last = int(len(data) * begin), int(len(data) * end)
    data[first:last] = np.random.default_rng(0).bytes(last - first)
    path.write_bytes(data)
    return path


def numbered(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """uint8[height, width, 3]: the number's bits as white blocks on black, most significant first."""
    bits = np.array([number >> (15 - i) & 1 for i in range(16)], np.uint8).reshape(_GRID, _GRID)
    rows = np.arange(size[1]) * _GRID // size[1]
    columns = np.arange(size[0]) * _GRID // size[0]
    return np.repeat(bits[rows][:, columns, None] * np.uint8(255), 3, axis=2)


def read_number(pixels: NDArray[np.uint8]) -> int:
    """The number of a decoded picture of any size and quality."""
    height, width = pixels.shape[:2]
    rows = (np.arange(_GRID) * 2 + 1) * height // (2 * _GRID)
    columns = (np.arange(_GRID) * 2 + 1) * width // (2 * _GRID)
    bits = pixels[rows][:, columns].mean(axis=2).ravel() > 127
    return int("".join("1" if bit else "0" for bit in bits), 2)


def repeat_media(source: Path, path: Path, times: int) -> Path:
    """``source`` several times in a row, without encoding again: a long file in little time."""
    with av.open(str(source)) as reader, av.open(str(path), "w") as writer:
        streams = {s.index: writer.add_stream_from_template(s) for s in reader.streams if s.type in ("video", "audio")}
        length = Fraction(reader.duration or 0, av.time_base) + Fraction(1, 10)  # packets that prepare the decoder
        for turn in range(times):
            reader.seek(0)
            for packet in reader.demux(*[reader.streams[i] for i in streams]):
                if packet.dts is not None and packet.size:
                    shift = round(turn * length / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = streams[packet.stream_index]
                    writer.mux(packet)
    return path


def _video_stream(container: av.container.OutputContainer, path: Path, picture: Picture) -> Any:
    codec = picture.codec or _VIDEO.get(path.suffix, "libx264")
    stream = container.add_stream(codec, rate=Fraction(picture.fps).limit_denominator(1001))
    sideways = picture.rotation % 180 != 0
    stream.width, stream.height = picture.size[::-1] if sideways else picture.size
    stream.pix_fmt = picture.pixel_format
    options = {"g": str(picture.gop), "bf": str(picture.b_frames), **dict(picture.options)}
    if codec.startswith("libvpx"):
        options = {"deadline": "realtime", "cpu-used": "8", **options}
    if codec in ("libx264", "libx265"):
        options |= {"preset": "ultrafast", "crf": "20"}
    if codec == "libx264":
        options["sc_threshold"] = "0"
    stream.options = options
    # avi and MPEG-2 know no time stamps, only a rate
    rated = path.suffix == ".avi" or codec == "mpeg2video"
    base = 1 / Fraction(picture.fps).limit_denominator(1001) if rated else Fraction(1, _TICKS)
    stream.codec_context.time_base = stream.time_base = base
    stream.codec_context.sample_aspect_ratio = picture.aspect
    return stream


def _picture_packets(stream: Any, picture: Picture) -> Iterator[tuple[float, list[av.Packet]]]:
    base = stream.codec_context.time_base
    for number, stamp in enumerate(picture.stamps()):
        upright = numbered(number, picture.size) if picture.shown is None else picture.shown[number]
        pixels = np.rot90(upright, picture.rotation // 90)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame.pts, frame.time_base = round(Fraction(stamp, _TICKS) / base), base
        yield stamp / _TICKS, stream.encode(frame)
    yield float("inf"), stream.encode(None)


def _audio_stream(container: av.container.OutputContainer, path: Path, sound: Sound) -> Any:
    stream = container.add_stream(sound.codec or _AUDIO.get(path.suffix, "aac"), rate=sound.rate)
    stream.layout = sound.layout
    if stream.codec_context.name == "libopus":
        stream.options = {"compression_level": "0"}  # many times faster
    return stream


def _sound_packets(stream: Any, sound: Sound) -> Iterator[tuple[float, list[av.Packet]]]:
    wave, first = sound.wave(), round(sound.start * sound.rate)
    channels = av.AudioLayout(sound.layout).nb_channels
    size = 1024
    for begin in range(0, len(wave), size):
        block = np.repeat(wave[begin : begin + size], channels)[None]
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout=sound.layout)
        frame.sample_rate, frame.time_base = sound.rate, Fraction(1, sound.rate)
        frame.pts = first + begin
        yield (first + begin) / sound.rate, stream.encode(frame)
    yield float("inf"), stream.encode(None)


def _subtitle_stream(container: av.container.OutputContainer, path: Path) -> Any:
    stream = container.add_mux_stream(_SUBTITLE.get(path.suffix, "subrip"))
    stream.time_base = Fraction(1, 1000)
    return stream


def _subtitle_packets(
    stream: Any, subtitles: Sequence[tuple[float, float, str]]
) -> Iterator[tuple[float, list[av.Packet]]]:
    for start, end, text in subtitles:
        data = text.encode()
        if stream.codec_context is not None and stream.codec_context.name == "mov_text":
            data = len(data).to_bytes(2, "big") + data
        packet = av.Packet(data)
        packet.stream, packet.time_base = stream, Fraction(1, 1000)
        packet.pts = packet.dts = round(start * 1000)
        packet.duration = round((end - start) * 1000)
        packet.is_keyframe = True
        yield start, [packet]


def _interleave(
    container: av.container.OutputContainer, writers: list[Iterator[tuple[float, list[av.Packet]]]]
) -> None:
    """Write what comes first in time first."""
    heads = [(next(writer), writer) for writer in writers]
    while heads:
        heads.sort(key=lambda head: head[0][0])
        (_, packets), writer = heads[0]
        container.mux(packets)
        following = next(writer, None)
        heads[0:1] = [] if following is None else [(following, writer)]


def _rotate(path: Path, degrees: int) -> None:
    """Set the display matrix of the first track of an mp4 or mov, as a phone does."""
    turn = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[degrees]
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: 40 bytes of flags, times and so on before the matrix
    for place, value in zip((0, 4, 12, 16), turn, strict=True):
        data[at + place : at + place + 4] = (value * 0x10000).to_bytes(4, "big", signed=True)
    path.write_bytes(data)
