"""Mono 16 kHz sound of a span and of a whole file."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import iter_sound, read_sound
from tests.media_maker import Picture, Sound, damaged, tone, write_media


def _whole(info: MediaInfo, block_seconds: float = 0.7) -> NDArray[np.float32]:
    blocks = list(iter_sound(info, block_seconds))
    assert [start for start, _ in blocks] == pytest.approx([i * block_seconds for i in range(len(blocks))])
    assert {len(sound) for _, sound in blocks[:-1]} <= {round(block_seconds * 16000)}
    return np.concatenate([sound for _, sound in blocks])


def _chirp(seconds: float, rate: int) -> NDArray[np.float32]:
    """A tone that rises from 100 Hz by 300 Hz a second: each moment sounds different."""
    t = np.arange(round(seconds * rate)) / rate
    return np.asarray(0.4 * np.sin(2 * np.pi * (100 * t + 150 * t**2)), np.float32)


def _lag(heard: NDArray[np.float32], truth: NDArray[np.float32]) -> int:
    """Samples by which ``heard`` comes late."""
    length = min(len(heard), len(truth))
    spectrum = np.fft.rfft(heard[:length], 2 * length) * np.fft.rfft(truth[:length], 2 * length).conj()
    best = int(np.argmax(np.fft.irfft(spectrum)))
    return best if best < length else best - 2 * length


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "m4a", "mp4", "mkv", "mov", "avi", "webm"])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_every_container_in_time(tmp_path: Path, ending: str, rate: int) -> None:
    if ending == "webm" and rate != 48000:
        pytest.skip("Opus is always 48 kHz")
    picture = Picture(frames=100) if ending in ("mp4", "mkv", "mov", "avi", "webm") else None
    info = probe(write_media(tmp_path / f"talk.{ending}", picture, Sound(rate=rate, samples=_chirp(4.0, rate))))
    whole = _whole(info)
    truth = _chirp(4.0, 16000)
    # Plain mp3 in avi has no place to say how many samples its encoder put in front.
    late = abs(_lag(whole, truth))
    assert late <= (32 if ending in ("mkv", "webm") else 1200 if ending == "avi" else 1)
    span = read_sound(info, 1.25, 2.75)
    assert span.dtype == np.float32
    assert len(span) == 24000
    assert abs(_lag(span, whole[20000:44000])) <= (16 if ending in ("mkv", "webm") else 0)


@pytest.mark.parametrize("ending", ["wav", "mp3", "m4a"])
def test_a_span_equals_that_part_of_the_whole(tmp_path: Path, ending: str) -> None:
    info = probe(write_media(tmp_path / f"talk.{ending}", None, Sound(rate=44100, samples=_chirp(6.0, 44100))))
    whole = _whole(info)
    for start, end in [(0.0, 0.5), (0.013, 0.6), (2.0001, 2.9), (4.5, 5.5)]:
        first = round(start * 16000)
        span = read_sound(info, start, end)
        assert len(span) == round((end - start) * 16000)
        np.testing.assert_allclose(span, whole[first : first + len(span)], atol=0.02)


def test_beyond_the_ends_is_silence(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "talk.wav", None, Sound(1.0)))
    sound = read_sound(info, -0.5, 1.5)
    assert len(sound) == 32000
    assert not sound[:7900].any()
    assert not sound[24100:].any()
    assert np.abs(sound[8100:23900]).max() == pytest.approx(0.5, abs=0.01)
    assert not read_sound(info, 50.0, 50.1).any()
    assert len(read_sound(info, 0.3, 0.3)) == 0


def test_a_span_that_ends_before_it_starts(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "talk.wav", None))
    with pytest.raises(ValueError, match="before it starts"):
        read_sound(info, 1.0, 0.5)


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_time_stamps_that_start_at_five_seconds(tmp_path: Path, ending: str) -> None:
    info = probe(
        write_media(tmp_path / f"late.{ending}", Picture(start=5.0), Sound(start=5.0, samples=_chirp(2.0, 48000)))
    )
    assert abs(_lag(_whole(info), _chirp(2.0, 16000))) <= 0.03 * 16000


def test_sound_that_begins_after_the_picture(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "late.mp4", Picture(frames=75), Sound(seconds=2.0, start=1.0)))
    whole = _whole(info)
    assert not whole[:15000].any()
    assert np.abs(whole[17000:]).max() > 0.4
    assert not read_sound(info, 0.2, 0.8).any()


@pytest.mark.parametrize("layout", ["mono", "stereo", "quad", "5.1", "7.1"])
@pytest.mark.parametrize("ending", ["flac", "m4a"])
def test_every_channel_layout_keeps_its_loudness(tmp_path: Path, ending: str, layout: str) -> None:
    layout = "4.0" if (ending, layout) == ("m4a", "quad") else layout
    info = probe(write_media(tmp_path / f"talk.{ending}", None, Sound(1.0, layout=layout)))
    assert _whole(info)[2000:-2000].std() == pytest.approx(0.5 / np.sqrt(2), abs=0.02)


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"])
def test_every_sample_format(tmp_path: Path, codec: str) -> None:
    info = probe(write_media(tmp_path / "talk.wav", None, Sound(1.0, codec=codec)))
    np.testing.assert_allclose(_whole(info)[100:-100], tone(440.0, 1.0)[100:-100], atol=0.02)


def test_a_hole_in_the_time_stamps_is_silence(tmp_path: Path) -> None:
    source = write_media(tmp_path / "whole.wav", None, Sound(3.0))
    path = tmp_path / "hole.mkv"
    with av.open(str(source)) as reader, av.open(str(path), "w") as writer:
        stream = writer.add_stream_from_template(reader.streams.audio[0])
        for packet in reader.demux():
            if packet.dts is not None and not 1.0 <= float(packet.pts * packet.time_base) < 2.0:
                packet.stream = stream
                writer.mux(packet)
    info = probe(path)
    for sound in (_whole(info), read_sound(info, 0.0, 3.0)):
        assert np.abs(sound[:15000]).max() > 0.4
        assert not sound[17000:31000].any()
        assert np.abs(sound[33000:47000]).max() > 0.4


@pytest.mark.parametrize("ending", ["mp3", "flac", "m4a"])
def test_damage_in_the_middle_is_stepped_over(tmp_path: Path, ending: str) -> None:
    whole = write_media(tmp_path / f"whole.{ending}", None, Sound(8.0))
    sound = _whole(probe(damaged(whole, tmp_path / f"damaged.{ending}", 0.4, 0.45)))
    assert len(sound) > 7 * 16000
    assert np.abs(sound[-16000:]).max() > 0.4


def test_without_sound(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "silent.mp4", sound=None))
    with pytest.raises(MediaError, match=r"silent\.mp4 has no sound"):
        read_sound(info, 0.0, 1.0)
    with pytest.raises(MediaError, match=r"silent\.mp4 has no sound"):
        next(iter_sound(info))


def test_deleted_meanwhile(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "talk.wav", None))
    info.path.unlink()
    with pytest.raises(MediaError, match="moved or deleted"):
        read_sound(info, 0.0, 1.0)
