"""When each frame is shown."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.base.errors import Cancelled, MediaError
from m2fnet_core.base.folders import cache_folder
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.index import FrameIndex, frame_index
from m2fnet_core.media.probe import probe
from m2fnet_core.media.scan import Packets
from tests.media_maker import Picture, Sound, write_media


def _index(path: Path, cache: bool = False) -> FrameIndex:
    return frame_index(probe(path), cache)


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "webm"])
def test_constant_rate(tmp_path: Path, ending: str) -> None:
    index = _index(write_media(tmp_path / f"talk.{ending}"))
    assert len(index) == 50
    np.testing.assert_allclose(index.times, np.arange(50) / 25, atol=0.001)
    assert not index.variable
    assert index.end == pytest.approx(2.0, abs=0.001)
    assert index.fps == pytest.approx(25.0)
    assert index.keyframe[0]
    assert index.keyframe.sum() == 5


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_avi_has_all_frames_though_it_holds_no_presentation_times(tmp_path: Path, codec: str) -> None:
    index = _index(write_media(tmp_path / "talk.avi", Picture(codec=codec)))
    assert len(index) == 50
    np.testing.assert_allclose(np.diff(index.times), 0.04)
    assert not index.variable


@pytest.mark.parametrize("ending", ["mp4", "mkv", "webm"])
def test_variable_rate(tmp_path: Path, ending: str) -> None:
    times = np.cumsum(np.random.default_rng(1).uniform(0.01, 0.2, 60))
    times -= times[0]
    index = _index(write_media(tmp_path / f"phone.{ending}", Picture(times=times.tolist())))
    np.testing.assert_allclose(index.times, times, atol=0.001)
    assert index.variable


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov"])
def test_time_stamps_that_start_at_five_seconds_begin_at_zero(tmp_path: Path, ending: str) -> None:
    index = _index(write_media(tmp_path / f"late.{ending}", Picture(start=5.0), Sound(start=5.0)))
    assert index.times[0] == pytest.approx(0.0, abs=0.03)
    assert len(index) == 50


def test_a_picture_that_begins_after_the_sound_begins_later(tmp_path: Path) -> None:
    index = _index(write_media(tmp_path / "late.mp4", Picture(start=1.0), Sound(seconds=3.0)))
    assert index.times[0] == pytest.approx(1.0, abs=0.03)


def test_one_frame(tmp_path: Path) -> None:
    index = _index(write_media(tmp_path / "one.mp4", Picture(frames=1), None))
    assert (len(index), index.at(9.0), index.nearest(-1.0), index.fps) == (1, 0, 0, 0.0)
    assert index.end == pytest.approx(0.04)


def test_which_frame_is_shown_when(tmp_path: Path) -> None:
    index = _index(write_media(tmp_path / "talk.mp4"))
    assert [index.at(t) for t in (-1.0, 0.0, 0.039, 0.04, 1.0, 1.999, 99.0)] == [0, 0, 0, 1, 25, 49, 49]
    assert [index.nearest(t) for t in (-1.0, 0.019, 0.021, 1.0, 99.0)] == [0, 0, 1, 25, 49]
    assert index.until(0) == pytest.approx(0.04)
    assert index.until(49) == pytest.approx(2.0)
    assert index.span(0.1, 0.2) == range(2, 5)
    assert index.span(0.1, 0.1) == range(2, 3)
    assert index.key_before(11) == 0
    assert index.key_before(12) == 12
    assert index.key_before(49) == 48


def test_hidden_pictures_of_vp8_are_no_frames(tmp_path: Path) -> None:
    options = (("auto-alt-ref", "1"), ("lag-in-frames", "16"), ("arnr-maxframes", "5"))
    index = _index(write_media(tmp_path / "alt.webm", Picture(frames=60, gop=30, size=(64, 48), options=options), None))
    assert len(index) == 60


def test_without_picture(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "talk.wav", None))
    with pytest.raises(MediaError, match=r"talk\.wav has no picture"):
        frame_index(info)


def test_deleted_meanwhile(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "talk.mp4"))
    info.path.unlink()
    with pytest.raises(MediaError, match="moved or deleted"):
        frame_index(info)


def test_kept_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp4"
    info = probe(write_media(path))
    first = frame_index(info)
    (kept,) = cache_folder().rglob("*.npz")
    written = kept.stat().st_mtime_ns
    again = frame_index(info)
    assert kept.stat().st_mtime_ns == written
    for name in ("times", "keyframe", "stamps"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        assert getattr(first, name).dtype == getattr(again, name).dtype
    assert (again.end, again.variable, again.counted) == (first.end, first.variable, first.counted)
    write_media(path, Picture(frames=30))
    assert len(frame_index(probe(path))) == 30


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"PK\x03\x04rubbish"])
def test_a_damaged_cache_is_ignored(tmp_path: Path, rubbish: bytes) -> None:
    info = probe(write_media(tmp_path / "talk.mp4"))
    frame_index(info)
    (kept,) = cache_folder().rglob("*.npz")
    kept.write_bytes(rubbish)
    assert len(frame_index(info)) == 50


def test_an_unwritable_cache_never_fails_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("M2FNET_CACHE", str(blocked / "cache"))
    assert len(_index(write_media(tmp_path / "talk.mp4"), cache=True)) == 50
    assert "cannot keep" in caplog.text


def test_reading_can_be_cancelled_and_leaves_no_half_index(tmp_path: Path) -> None:
    info, cancel = probe(write_media(tmp_path / "talk.mp4")), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        frame_index(info, cancel=cancel)
    assert len(frame_index(info)) == 50


def test_a_million_frames() -> None:
    ticks = np.arange(1_200_000, dtype=np.int64) * 512
    keyframe = np.arange(len(ticks)) % 250 == 0
    index = FrameIndex.of(Packets(ticks, np.full_like(ticks, 512), keyframe, False), Fraction(1, 12800), 0.0)
    assert not index.variable
    assert index.at(36_000.0) == 900_000
    assert index.key_before(900_100) == 900_000
