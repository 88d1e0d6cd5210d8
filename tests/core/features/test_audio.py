"""Sound to mel pictures to vectors."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from m2fnet_core.base.errors import Cancelled
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import AudioConfig
from m2fnet_core.features.audio import AudioVectors, audible, mel_levels, picture_batch
from m2fnet_core.features.colours import LEVELS, MEAN, colour_map, normalised_colour_map
from m2fnet_core.nets.configs import ExtractorConfig
from m2fnet_core.nets.extractor import Extractor

RATE = 16_000


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Extractor(ExtractorConfig(embedding=20)).eval()


def tone(seconds: float, hertz: float = 440.0, loud: float = 0.3) -> NDArray[np.float32]:
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(0).normal(size=len(time)) * 0.01
    return np.asarray(loud * (np.sin(2 * np.pi * hertz * time * (1 + time)) + noise), np.float32)


def test_alone_and_in_a_batch_give_the_same_vector(extractor: Extractor) -> None:
    sounds = [tone(0.53), tone(1.9, 900), tone(0.1), tone(1.234, 200), tone(0.77, 3000)]
    work = AudioVectors(extractor, AudioConfig())
    together = work.compute(sounds)
    for sound, vector in zip(sounds, together, strict=True):
        (alone,) = work.compute([sound])
        assert alone is not None
        assert vector is not None
        assert vector.dtype == np.float32
        np.testing.assert_allclose(vector, alone, atol=1e-4)
    assert np.abs(together[0] - together[1]).max() > 1e-2


def test_what_cannot_be_heard_is_absent_not_a_vector(extractor: Extractor) -> None:
    sounds = [None, np.zeros(RATE, np.float32), tone(0.05), np.zeros(0, np.float32), tone(1, loud=5e-5), tone(0.2)]
    vectors = AudioVectors(extractor, AudioConfig()).compute(sounds)
    assert [vector is None for vector in vectors] == [True, True, True, True, True, False]
    assert AudioVectors(extractor, AudioConfig()).compute([]) == []


def test_loudness_alone_changes_nothing(extractor: Extractor) -> None:
    quiet, loud = AudioVectors(extractor, AudioConfig()).compute([tone(0.6, loud=0.01), tone(0.6, loud=0.5)])
    np.testing.assert_allclose(quiet, loud, atol=0.05)


def test_a_long_sound_is_the_mean_of_equal_parts(extractor: Extractor) -> None:
    config = AudioConfig(max_seconds=1.0)
    sound = tone(2.5)
    (vector,) = AudioVectors(extractor, config).compute([sound])
    parts = np.array_split(mel_levels(sound), 3, axis=1)
    assert max(part.shape[1] for part in parts) <= 101
    with torch.inference_mode():
        expected = [extractor(*picture_batch([part], torch.device("cpu")))[0].numpy() for part in parts]
    np.testing.assert_allclose(vector, np.mean(expected, axis=0), atol=1e-4)


def test_pictures_are_coloured_normalised_and_padded_with_zeros() -> None:
    levels = mel_levels(tone(0.5))
    assert levels.shape == (128, 51)
    assert levels.max() == LEVELS - 1
    images, widths = picture_batch([levels, levels[:, :20]], torch.device("cpu"))
    assert images.shape == (2, 3, 128, 51)
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert widths.tolist() == [51, 20]
    assert (images[1, ..., 20:] == 0).all()
    np.testing.assert_array_equal(images[0, :, 5, 7], normalised_colour_map()[levels[5, 7]])


def test_the_colour_map_runs_from_black_to_white_evenly() -> None:
    colours = colour_map()
    assert colours.shape == (256, 3)
    np.testing.assert_allclose(colours[[0, -1]], [[0, 0, 0], [1, 1, 1]], atol=1e-6)
    assert ((colours >= 0) & (colours <= 1)).all()
    brightness = colours @ [0.30, 0.59, 0.11]
    assert (np.diff(brightness) > 0).all()
    assert np.abs(brightness - np.linspace(0, 1, 256)).max() < 0.03
    np.testing.assert_allclose(normalised_colour_map()[0], -np.array(MEAN) / [0.229, 0.224, 0.225], rtol=1e-6)


def test_the_shortest_audible_sound_is_a_tenth_of_a_second() -> None:
    assert audible(tone(0.1), AudioConfig())
    assert not audible(tone(0.0999), AudioConfig())


def test_it_can_be_cancelled(extractor: Extractor) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        AudioVectors(extractor, AudioConfig()).compute([tone(0.2)], cancel)
