"""Waveform and spectrogram of a whole file, at any zoom, while they are built and afterwards."""

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from m2fnet_core.base.errors import Cancelled, MediaError
from m2fnet_core.base.folders import cache_folder
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.mel import log_mel
from m2fnet_core.media.overview import Overview, build_overview
from m2fnet_core.media.probe import probe
from m2fnet_core.media.pyramid import Pyramid
from m2fnet_core.media.sound import iter_sound
from m2fnet_core.media.spectrogram import SpectrogramPyramid, spectrogram_shape
from m2fnet_core.media.waveform import WaveformPyramid, waveform_shape
from tests.media_maker import Sound, write_media


def _noisy(path: Path, seconds: float) -> MediaInfo:
    draw = np.random.default_rng(0)
    loudness = np.repeat(draw.uniform(0, 0.5, round(seconds * 10)), 4800)
    samples = np.asarray(draw.uniform(-1, 1, len(loudness)) * loudness, np.float32)
    return probe(write_media(path, None, Sound(samples=samples)))


def _built(info: MediaInfo) -> Overview:
    *_, overview = build_overview(info)
    assert overview.complete
    return overview


def _sound(info: MediaInfo) -> NDArray[np.float32]:
    return np.concatenate([sound for _, sound in iter_sound(info)])


@pytest.mark.parametrize(
    ("start", "end", "columns"), [(0.0, 12.8, 100), (2.048, 10.24, 512), (3.2, 4.48, 160), (1.024, 1.28, 128)]
)
def test_waveform_shows_every_peak(tmp_path: Path, start: float, end: float, columns: int) -> None:
    info = _noisy(tmp_path / "talk.wav", 12.8)
    low, high = _built(info).waveform.slice(start, end, columns)
    edges = np.round(np.linspace(start, end, columns + 1) * 16000).astype(int)
    sound = _sound(info)
    parts = [sound[a:b] for a, b in pairwise(edges)]
    np.testing.assert_allclose(high, [part.max() for part in parts], atol=1e-4)
    np.testing.assert_allclose(low, [part.min() for part in parts], atol=1e-4)
    assert (low <= high).all()


def test_waveform_beyond_the_sound_is_flat(tmp_path: Path) -> None:
    low, high = _built(_noisy(tmp_path / "talk.wav", 2.0)).waveform.slice(-4.0, 8.0, 60)
    assert not high[:19].any()
    assert high[21:29].any()
    assert not low[31:].any()


def test_spectrogram_is_the_models_own_mel(tmp_path: Path) -> None:
    info = _noisy(tmp_path / "talk.wav", 6.0)
    spectrogram = _built(info).spectrogram
    truth = np.clip(log_mel(_sound(info)), -90.0, 37.5)
    finest = spectrogram.slice(1.0, 3.0, 200)
    assert finest.dtype == np.uint8
    np.testing.assert_allclose(finest / 2 - 90, truth[:, 100:300], atol=0.26)
    coarse = spectrogram.slice(0.0, 5.12, 32)
    centred = np.array([truth[:, i * 16 : i * 16 + 16].max(axis=1) for i in range(32)]).T
    np.testing.assert_allclose(coarse / 2 - 90, centred, atol=0.26)
    low, high = spectrogram.levels
    assert high - low == 160
    assert high / 2 - 90 == pytest.approx(truth.max(), abs=0.5)
    assert not spectrogram.slice(7.0, 8.0, 10).any()


def test_zoomed_in_beyond_its_rows(tmp_path: Path) -> None:
    overview = _built(_noisy(tmp_path / "talk.wav", 2.0))
    assert (overview.spectrogram.slice(1.0, 1.002, 50) == overview.spectrogram.slice(1.0, 1.01, 1)).all()
    low, high = overview.waveform.slice(1.0, 1.0001, 30)
    assert len(set(high.tolist())) == len(set(low.tolist())) == 1


def test_drawn_while_it_is_built(tmp_path: Path) -> None:
    info = _noisy(tmp_path / "talk.wav", 22.0)
    seconds, loudest = [], []
    for overview in build_overview(info):
        seconds.append(overview.seconds)
        _, high = overview.waveform.slice(0.0, 22.0, 22)
        loudest.append(int(np.count_nonzero(high)))
        assert overview.spectrogram.slice(0.0, 22.0, 22).shape == (128, 22)
    assert seconds == pytest.approx([5.0, 10.0, 15.0, 20.0, 22.0, 22.0], abs=0.01)
    assert loudest == sorted(loudest)
    assert loudest[0] <= 6


def test_the_second_time_it_is_there_at_once(tmp_path: Path) -> None:
    info = _noisy(tmp_path / "talk.wav", 12.0)
    first = _built(info)
    again = list(build_overview(info))
    assert len(again) == 1
    assert again[0].complete
    for span in [(0.0, 12.0), (3.0, 3.5)]:
        np.testing.assert_array_equal(again[0].waveform.slice(*span, 100), first.waveform.slice(*span, 100))
        np.testing.assert_array_equal(again[0].spectrogram.slice(*span, 100), first.spectrogram.slice(*span, 100))
    assert again[0].spectrogram.levels == first.spectrogram.levels


def test_cancelled_it_leaves_nothing_behind(tmp_path: Path) -> None:
    cancel = CancelToken()
    builder = build_overview(_noisy(tmp_path / "talk.wav", 12.0), cancel)
    next(builder)
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(builder)
    assert [path for path in cache_folder().rglob("*") if path.is_file()] == []


def test_without_a_writable_cache_it_lives_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    info = _noisy(tmp_path / "talk.wav", 6.0)
    on_disk = _built(info)
    monkeypatch.setenv("M2FNET_CACHE", str(info.path / "cache"))
    in_memory = _built(info)
    assert "cannot be written" in caplog.text
    np.testing.assert_array_equal(in_memory.waveform.slice(0, 6, 300), on_disk.waveform.slice(0, 6, 300))
    np.testing.assert_array_equal(in_memory.spectrogram.slice(0, 6, 300), on_disk.spectrogram.slice(0, 6, 300))


def test_the_disk_fills_up_while_building(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    resource = pytest.importorskip("resource", reason="this system has no limit on file sizes")
    info = _noisy(tmp_path / "talk.wav", 30.0)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        overview = _built(info)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "cannot be written" in caplog.text
    assert overview.waveform.slice(29.0, 30.0, 10)[1].any()
    assert [path for path in cache_folder().rglob("*") if path.is_file()] == []


def test_a_cache_deleted_while_in_use_draws_nothing(tmp_path: Path) -> None:
    overview = _built(_noisy(tmp_path / "talk.wav", 3.0))
    for path in cache_folder().rglob("*.levels"):
        path.unlink()
    assert not overview.spectrogram.slice(0.0, 3.0, 10).any()


def test_without_sound(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"silent\.mp4 has no sound"):
        next(build_overview(probe(write_media(tmp_path / "silent.mp4", sound=None))))


def test_ten_hours(tmp_path: Path) -> None:
    info = dataclasses.replace(_noisy(tmp_path / "talk.wav", 1.0), duration=36_000.0)
    wave = WaveformPyramid(Pyramid.on_disk(waveform_shape(info), tmp_path / "wave"))
    mel = SpectrogramPyramid(Pyramid.in_memory(spectrogram_shape(info)))
    wave.pyramid.append(np.full((waveform_shape(info).rows, 2), 1000, np.int16))
    wave.pyramid.finish(tmp_path / "wave")
    mel.pyramid.finish(tmp_path / "mel")
    for span in (1.0, 60.0, 3600.0, 36_000.0):
        assert len(wave.slice(0.0, span, 1920)[0]) == 1920
        assert mel.slice(0.0, span, 1920).shape[-1] == 1920
    assert wave.slice(35_999.0, 36_000.0, 10)[1] == pytest.approx(1000 / 32767)
