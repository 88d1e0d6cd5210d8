"""Media whose time stamps, channels, samples or pictures are not as they mostly are: what plays is what is read."""

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from m2fnet_core.base.errors import MediaError
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import iter_sound, read_sound
from tests.media_maker import Picture, Sound, write_media


def heard(info: MediaInfo) -> np.ndarray:
    """All of its sound at once."""
    return np.concatenate([block for _, block in iter_sound(info)])


def pitch(sound: np.ndarray) -> float:
    """The loudest frequency, Hz."""
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * 16000 / len(sound))


def riff(path: Path, kind: int, bits: int, channels: int, rate: int, samples: bytes) -> Path:
    """A wav file with this header, whatever it says."""
    wide = channels * bits // 8
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, kind, channels, rate, rate * wide & 0xFFFFFFFF, wide, bits)
    body = b"WAVE" + head + struct.pack("<4sI", b"data", len(samples)) + samples
    path.write_bytes(struct.pack("<4sI", b"RIFF", len(body)) + body)
    return path


def wave(hz: float, seconds: float = 1.0) -> np.ndarray:
    """A tone at 16 kHz, amplitude 0.5."""
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(int(16000 * seconds)) / 16000)


def test_recordings_put_together_are_one_time_line(tmp_path: Path) -> None:
    parts = [
        write_media(tmp_path / f"{hz}.ts", Picture(20, 10.0), Sound(2.0, tone=hz)).read_bytes() for hz in (440.0, 880.0)
    ]
    (tmp_path / "joined.ts").write_bytes(b"".join(parts))
    info = probe(tmp_path / "joined.ts")
    assert info.duration == pytest.approx(4.0, abs=0.2)
    assert any("begin again" in notice for notice in info.notices)
    index = frame_index(info)
    with FrameReader(info, index) as reader:
        assert [frame.number for frame in reader.read(range(len(index)))] == list(range(40))
        again = [frame.pixels for frame in reader.read((5, 25))]  # also when it has to go back
    assert np.abs(again[0].astype(int) - again[1]).mean() < 3, "both parts show the same pictures"
    assert pitch(read_sound(info, 0.5, 1.5)) == pytest.approx(440, abs=3)
    assert pitch(read_sound(info, 2.6, 3.6)) == pytest.approx(880, abs=3)


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_a_hole_of_days_costs_no_work(tmp_path: Path, kind: str) -> None:
    whole = write_media(tmp_path / "whole.mkv", Picture(20, 10.0), Sound(2.0))
    with av.open(str(whole)) as source, av.open(str(tmp_path / "gap.mkv"), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        packets = [packet for packet in source.demux() if packet.size]
        last = [packet for packet in packets if packet.stream.type == kind][-2:]
        for packet in packets:
            if packet in last:
                ticks = int(1_000_000 / packet.time_base)
                packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
    info = probe(tmp_path / "gap.mkv")
    assert info.duration == pytest.approx(2.0, abs=0.4)
    assert any("holes" in notice for notice in info.notices)
    assert frame_index(info).end < 3
    assert len(heard(info)) < 3 * 16000


def test_a_claimed_rate_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    for rate in (1, 2**31 - 1):
        with pytest.raises(MediaError, match=f"claims {rate} samples"):
            probe(riff(tmp_path / "odd.wav", 1, 16, 1, rate, bytes(32000)))


def test_samples_that_are_no_sound_are_silence(tmp_path: Path) -> None:
    for value in (np.inf, -np.inf, np.nan, 3e38):
        samples = wave(440)
        samples[::2] = value
        path = riff(tmp_path / "odd.wav", 3, 32, 1, 16000, samples.astype("<f4").tobytes())
        path = path.rename(tmp_path / f"{value}.wav")
        assert not heard(probe(path)).any(), value


def test_integers_of_64_bits_are_sound(tmp_path: Path) -> None:
    samples = (wave(440) * 2.0**63).astype("<i8").tobytes()
    sound = heard(probe(riff(tmp_path / "odd.wav", 1, 64, 1, 16000, samples)))
    assert sound[1000:-1000].std() == pytest.approx(0.354, abs=0.02)


def test_a_channel_turned_over_is_heard(tmp_path: Path) -> None:
    both = np.stack([wave(500), -wave(500)], axis=1)
    path = riff(tmp_path / "odd.wav", 1, 16, 2, 16000, (both * 32767).astype("<i2").tobytes())
    sound = heard(probe(path))
    assert sound[1000:-1000].std() == pytest.approx(0.354, abs=0.02)
    assert pitch(sound) == pytest.approx(500, abs=2)


def test_a_voice_in_the_centre_is_as_loud_as_ffmpeg_mixes_it(tmp_path: Path) -> None:
    whole = np.zeros((16000, 6))
    whole[:, 2] = wave(500)
    frame = av.AudioFrame.from_ndarray((whole * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="5.1")
    frame.sample_rate = 16000
    with av.open(str(tmp_path / "centre.mkv"), "w") as target:
        stream = target.add_stream("pcm_s16le", rate=16000, layout="5.1")
        target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    mixed = av.AudioResampler(format="s16", layout="mono").resample(frame)[0].to_ndarray() / 32768
    assert heard(probe(tmp_path / "centre.mkv")).std() == pytest.approx(mixed.std(), rel=0.01)


@pytest.mark.parametrize(
    ("matrix", "turned"),
    [
        ((-1, 0, 0, 1), lambda p: p[:, ::-1]),
        ((1, 0, 0, -1), lambda p: p[::-1]),
        ((0, 1, 1, 0), lambda p: p.swapaxes(0, 1)),
        ((0, -1, -1, 0), lambda p: p[::-1, ::-1].swapaxes(0, 1)),
        ((-1, 0, 0, -1), lambda p: p[::-1, ::-1]),
    ],
)
def test_the_whole_display_matrix(tmp_path: Path, matrix: tuple[int, ...], turned: object) -> None:
    path = write_media(tmp_path / "talk.mp4", Picture(2, 10.0))
    with FrameReader(probe(path)) as reader:
        stored = reader.frame(0).pixels
    a, b, c, d = (number * 65536 for number in matrix)
    body = path.read_bytes()
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 2**30)
    place = body.index(identity, body.index(b"tkhd"))
    (tmp_path / "turned.mp4").write_bytes(
        body[:place] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 2**30) + body[place + 36 :]
    )
    info = probe(tmp_path / "turned.mp4")
    with FrameReader(info) as reader:
        shown = reader.frame(0).pixels
    assert info.video is not None
    assert shown.shape[:2] == (info.video.height, info.video.width)
    np.testing.assert_array_equal(shown, turned(stored))  # type: ignore[operator]
