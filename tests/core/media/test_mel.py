"""The one mel spectrogram."""

import numpy as np
import pytest
import torch
import torchaudio
from numpy.typing import NDArray

from m2fnet_core.media.mel import MelStream, log_mel, mel_filters, mel_image
from tests.media_maker import tone


def _noise(samples: int) -> NDArray[np.float32]:
    return np.asarray(np.random.default_rng(0).normal(0, 0.1, samples), np.float32)


def _torchaudio() -> torchaudio.transforms.MelSpectrogram:
    return torchaudio.transforms.MelSpectrogram(
        16000, n_fft=400, win_length=400, hop_length=160, n_mels=128, norm="slaney", mel_scale="slaney"
    )


@pytest.mark.parametrize("samples", [201, 400, 401, 1000, 16000, 40001])
def test_equals_torchaudio(samples: int) -> None:
    sound = _noise(samples)
    truth = _torchaudio()(torch.from_numpy(sound)).numpy()
    np.testing.assert_allclose(10.0 ** (log_mel(sound) / 10.0), truth, rtol=1e-3)


def test_filters_equal_torchaudio_and_none_is_empty() -> None:
    np.testing.assert_allclose(mel_filters(), _torchaudio().mel_scale.fb.numpy().T, atol=1e-6)
    assert (mel_filters().sum(axis=1) > 0).all()


@pytest.mark.parametrize("samples", [0, 1, 5, 199, 200])
def test_sound_shorter_than_one_window(samples: int) -> None:
    decibels = log_mel(_noise(samples))
    assert decibels.shape == (128, 1 + samples // 160 if samples else 0)
    assert np.isfinite(decibels).all()


@pytest.mark.parametrize("samples", [0, 100, 399, 401, 30_000])
def test_in_pieces_there_are_no_seams(samples: int) -> None:
    sound = _noise(samples)
    cuts = np.sort(np.random.default_rng(1).integers(0, samples + 1, 60))
    stream = MelStream()
    frames = [*(stream.push(piece) for piece in np.split(sound, cuts)), stream.finish()]
    np.testing.assert_allclose(np.concatenate(frames, axis=1), log_mel(sound), atol=1e-4)


def test_a_tone_is_brightest_in_its_band() -> None:
    assert log_mel(tone(1000.0, 0.5)).argmax(axis=0)[10] < log_mel(tone(3000.0, 0.5)).argmax(axis=0)[10]


def test_image_spans_80_decibels_below_the_peak() -> None:
    quiet, loud = mel_image(tone(1000.0, 1.0) * 0.01), mel_image(tone(1000.0, 1.0))
    assert loud.dtype == np.float32
    assert (loud.min(), loud.max()) == (0.0, 1.0)
    np.testing.assert_allclose(quiet, loud, atol=0.01)
    assert not mel_image(np.zeros(1600, np.float32)).any()
    assert mel_image(np.zeros(0, np.float32)).shape == (128, 0)
