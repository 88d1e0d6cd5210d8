"""Exact frames by number, whatever the container, the codec and the damage."""

from pathlib import Path

import av
import numpy as np
import pytest

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.probe import probe
from tests.media_maker import Picture, Sound, cut_off, damaged, read_number, write_media

OPEN_GOP = (("x264-params", "open-gop=1:b-pyramid=normal:bframes=4"),)


def _check(path: Path, rounds: int = 15) -> None:
    """Every frame in order, then random ones: the number in the picture must be the one asked for."""
    info = probe(path)
    index = frame_index(info, cache=False)
    draw = np.random.default_rng(0)
    with FrameReader(info, index) as reader:
        assert [(f.number, read_number(f.pixels)) for f in reader.read(range(len(index)))] == [
            (n, n) for n in range(len(index))
        ]
        for _ in range(rounds):
            wanted = np.unique(draw.integers(0, len(index), draw.integers(1, 6)))
            frames = list(reader.read(wanted))
            assert [f.number for f in frames] == wanted.tolist()
            assert [read_number(f.pixels) for f in frames] == wanted.tolist()
            assert [f.time for f in frames] == index.times[wanted].tolist()


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "avi", "webm", "ts", "flv"])
def test_every_container(tmp_path: Path, ending: str) -> None:
    _check(
        write_media(
            tmp_path / f"talk.{ending}",
            Picture(frames=80),
            Sound(seconds=3.2, rate=44100 if ending == "flv" else 48000),
        )
    )


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("open.mp4", Picture(frames=120, gop=20, options=OPEN_GOP)),
        ("open.mkv", Picture(frames=120, gop=20, options=OPEN_GOP)),
        ("open.avi", Picture(frames=60, gop=20, codec="libx264", options=OPEN_GOP)),
        ("closed.avi", Picture(frames=60, gop=20, codec="libx264")),
        ("intra.mp4", Picture(frames=40, gop=1, b_frames=0)),
        ("hevc.mp4", Picture(frames=60, gop=20, codec="libx265", options=(("x265-params", "log-level=none"),))),
        ("alt.webm", Picture(frames=60, gop=30, options=(("auto-alt-ref", "1"), ("lag-in-frames", "16")))),
        ("mpeg2.ts", Picture(frames=60, codec="mpeg2video")),
        ("late.mp4", Picture(start=5.0)),
        ("late.mkv", Picture(start=5.0)),
        ("upright.mp4", Picture(rotation=90)),
        ("over.mp4", Picture(rotation=180)),
        ("left.mov", Picture(rotation=270)),
        ("odd.mp4", Picture(size=(127, 95), pixel_format="yuv444p")),
        ("one.mp4", Picture(frames=1)),
        ("live.mp4", Picture()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_oddity(tmp_path: Path, name: str, picture: Picture) -> None:
    fragmented = (("movflags", "frag_keyframe+empty_moov"),) if name == "live.mp4" else ()
    _check(write_media(tmp_path / name, picture, sound=None, options=fragmented))


@pytest.mark.parametrize("ending", ["mp4", "mkv", "webm"])
def test_variable_frame_rate_is_exact(tmp_path: Path, ending: str) -> None:
    times = np.cumsum(np.random.default_rng(3).uniform(0.008, 0.25, 150))
    path = write_media(tmp_path / f"phone.{ending}", Picture(times=(times - times[0]).tolist(), gop=30))
    _check(path, rounds=40)
    info = probe(path)
    index = frame_index(info)
    with FrameReader(info, index) as reader:
        for time in np.random.default_rng(4).uniform(0, index.end, 30):
            frame = reader.frame(index.at(time))
            assert frame.time <= time < index.until(frame.number)


def test_a_picture_of_one_pixel(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "pixel.mkv", Picture(frames=3, size=(1, 1), codec="ffv1"), None))
    with FrameReader(info) as reader:
        assert [f.pixels.shape for f in reader.read(range(3), width=640)] == [(1, 1, 3)] * 3


@pytest.mark.parametrize("rotation", [0, 90])
def test_scaled_down_while_converting(tmp_path: Path, rotation: int) -> None:
    info = probe(write_media(tmp_path / "talk.mp4", Picture(size=(320, 180), rotation=rotation)))
    with FrameReader(info) as reader:
        small, whole, larger = reader.frame(21, width=80), reader.frame(21), reader.frame(21, width=4000)
    assert small.pixels.shape == (45, 80, 3)
    assert small.scale == 0.25
    assert whole.pixels.shape == larger.pixels.shape == (180, 320, 3)
    assert whole.scale == larger.scale == 1.0
    assert read_number(small.pixels) == 21
    assert whole.pixels.dtype == np.uint8
    assert whole.pixels.flags.c_contiguous


def test_the_pixels_are_those_of_decoding_from_the_start(tmp_path: Path) -> None:
    path = write_media(tmp_path / "talk.mp4", Picture(frames=90, gop=30, options=OPEN_GOP))
    info = probe(path)
    index = frame_index(info)
    with av.open(str(path)) as container:
        truth = {f.pts: f.to_ndarray(format="rgb24") for f in container.decode(video=0)}
    with FrameReader(info, index) as reader:
        for wanted in ([5, 6, 7], [29, 30, 31, 62], [33], [88]):
            for frame in reader.read(wanted):
                np.testing.assert_array_equal(frame.pixels, truth[int(index.stamps[frame.number])])


@pytest.mark.parametrize("ending", ["mp4", "avi"])
def test_one_reader_for_spans_in_any_order(tmp_path: Path, ending: str) -> None:
    picture = Picture(frames=150, gop=40, codec="libx264", options=(("x264-params", "b-pyramid=normal:bframes=4"),))
    info = probe(write_media(tmp_path / f"talk.{ending}", picture, None))
    draw = np.random.default_rng(5)
    with FrameReader(info) as reader:
        for start in [0, 5, 6, 20, 21, 22, 39, 40, 60, 59, 100, 148, 149, 0, *draw.integers(0, 145, 30)]:
            span = range(int(start), min(150, int(start) + int(draw.integers(1, 6))))
            frames = reader.read(span)
            assert read_number(next(frames).pixels) == span[0]
            if draw.random() < 0.7:  # else this span is left unfinished
                assert [read_number(frame.pixels) for frame in frames] == list(span[1:])


def test_asking_wrongly(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "talk.mp4"))
    with FrameReader(info) as reader:
        assert list(reader.read([])) == []
        with pytest.raises(ValueError, match="ascend"):
            list(reader.read([3, 3]))
        with pytest.raises(IndexError, match="0 to 49"):
            list(reader.read([50]))
    with pytest.raises(MediaError, match="no picture"):
        FrameReader(probe(write_media(tmp_path / "talk.wav", None)))


@pytest.mark.parametrize("ending", ["mp4", "mkv", "avi", "webm"])
def test_damage_in_the_middle_is_stepped_over(tmp_path: Path, ending: str) -> None:
    whole = write_media(tmp_path / f"whole.{ending}", Picture(frames=250, size=(160, 120)), Sound(seconds=10.0))
    info = probe(damaged(whole, tmp_path / f"damaged.{ending}", 0.4, 0.45))
    index = frame_index(info)
    with FrameReader(info, index) as reader:
        numbers = [read_number(f.pixels) for f in reader.read(range(len(index)))]
        last = reader.frame(len(index) - 1)
    assert len(numbers) > 200
    assert numbers[:80] == list(range(80))
    if ending != "avi":  # which has no time stamps: what follows the damage moves forward
        assert numbers[-80:] == list(range(170, 250))
        assert read_number(last.pixels) == 249


def test_of_a_cut_file_the_rest_is_read(tmp_path: Path) -> None:
    whole = write_media(tmp_path / "whole.mkv", Picture(frames=200), None)
    info = probe(cut_off(whole, tmp_path / "cut.mkv", 0.6))
    with FrameReader(info) as reader:
        frames = list(reader.read(range(len(frame_index(info)))))
    assert len(frames) > 100
    assert [read_number(f.pixels) for f in frames] == [round(f.time * 25) for f in frames]


def test_a_frame_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    whole = write_media(tmp_path / "whole.mp4", Picture(frames=40, gop=20, b_frames=0, size=(320, 240)), None)
    with av.open(str(whole)) as container:
        key = [packet for packet in container.demux(video=0) if packet.is_keyframe][1]
    begin, end, total = key.pos, key.pos + key.size, whole.stat().st_size
    info = probe(damaged(whole, tmp_path / "broken.mp4", begin / total, end / total))
    with FrameReader(info) as reader:
        assert 20 not in [frame.number for frame in reader.read(range(40))]
        with pytest.raises(MediaError, match=r"Frame 20 of broken\.mp4 is damaged"):
            reader.frame(20)


def test_deleted_while_open(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "talk.mp4"))
    frame_index(info)
    info.path.unlink()
    with pytest.raises(MediaError, match="moved or deleted"):
        FrameReader(info)
