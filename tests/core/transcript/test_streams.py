"""Subtitle streams inside real files, written here with PyAV."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.subtitles.subtitle import SubtitleSet

from m2fnet_core.base.errors import Cancelled
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.probe import probe
from m2fnet_core.transcript import embedded

HEADER = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
LINES = [(0.5, 1.5, "Ann: Hello {\\i1}there{\\i0}"), (2.0, 3.0, "Bob: Hi\\Nyou, too")]
SAID = [(0.5, 1.5, "Ann", "Hello there"), (2.0, 3.0, "Bob", "Hi you, too")]


def film(
    path: Path,
    codecs: Sequence[str],
    offset: float = 0.0,
    name: str = "",
    lines: Sequence[tuple[float, float, str]] = LINES,
) -> Path:
    """Five seconds of black at 10 fps whose time stamps start at ``offset``, with the same lines in each stream."""
    with av.open(str(path), "w") as file:
        video = file.add_stream("mpeg4", rate=10)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        streams = [file.add_stream(codec) for codec in codecs]
        for stream in streams:
            stream.codec_context.time_base = Fraction(1, 1000)
            stream.codec_context.subtitle_header = HEADER
        for number in range(50):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
            frame.pts, frame.time_base = number + round(offset * 10), Fraction(1, 10)
            file.mux(video.encode(frame))
        for stream in streams:
            for number, (start, end, text) in enumerate(lines):
                event = f"{number},0,Default,{name},0,0,0,,{text}".encode()
                packet = stream.codec_context.encode_subtitle(SubtitleSet.create(event, 0, round((end - start) * 1000)))
                packet.pts = packet.dts = round((start + offset) * 1000)
                packet.duration, packet.time_base = round((end - start) * 1000), Fraction(1, 1000)
                packet.stream = stream
                file.mux(packet)
        file.mux(video.encode())
    return path


def said(path: Path) -> list[tuple[float, float, str, str | None]]:
    read = embedded(probe(path))
    assert read is not None
    return [(pytest.approx(u.start), pytest.approx(u.end), u.speaker, u.text) for u in read.utterances]


@pytest.mark.parametrize("offset", [0.0, 5.0])
@pytest.mark.parametrize(("codec", "name"), [("subrip", "film.mkv"), ("ass", "film.mkv"), ("mov_text", "film.mp4")])
def test_times_are_media_times_wherever_the_stamps_start(tmp_path: Path, codec: str, name: str, offset: float) -> None:
    assert said(film(tmp_path / name, [codec], offset)) == SAID


def test_webvtt_keeps_its_voices(tmp_path: Path) -> None:
    assert said(film(tmp_path / "film.mkv", ["webvtt"])) == SAID


def test_ass_actors_are_speakers(tmp_path: Path) -> None:
    lines = [(0.5, 1.5, "Come in, please"), (2.0, 3.0, "Why?")]
    assert said(film(tmp_path / "film.mkv", ["ass"], name="Cid", lines=lines)) == [
        (0.5, 1.5, "Cid", "Come in, please"),
        (2.0, 3.0, "Cid", "Why?"),
    ]


def test_the_first_of_several_streams_is_used_and_said(tmp_path: Path) -> None:
    read = embedded(probe(film(tmp_path / "film.mkv", ["subrip", "ass"])))
    assert read is not None
    assert len(read.utterances) == 2
    assert read.notices == ("film.mkv holds 2 subtitle streams: subtitle stream 1 is used.",)


def test_no_stream_no_transcript(tmp_path: Path) -> None:
    assert embedded(probe(film(tmp_path / "film.mkv", []))) is None


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    info, cancel = probe(film(tmp_path / "film.mkv", ["subrip"])), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        embedded(info, cancel)


def test_drawings_and_remarks_of_ass_are_no_words(tmp_path: Path) -> None:
    lines = [
        (0.5, 1.0, "{\\p1}m 0 0 l 100 0 100 100{\\p0}"),
        (1.5, 2.0, "Wait{a remark}\\hhere {\\an8}now"),
        (2.5, 3.0, "La {\\p1}m 0 0{\\p0}la"),
    ]
    found = said(film(tmp_path / "film.mkv", ["ass"], name="Ann", lines=lines))
    assert [text for *_, text in found] == ["Wait here now", "La la"]


def test_a_forced_stream_comes_after_the_usual_one(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mkv", ["subrip", "subrip"])
    info = probe(path)
    signs, usual = info.subtitles
    there = replace(info, subtitles=(replace(signs, forced=True), usual))
    read = embedded(there)
    assert read is not None
    assert read.notices[0].endswith("subtitle stream 2 is used.")
    assert not any(stream.forced for stream in info.subtitles)
