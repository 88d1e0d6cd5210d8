"""Sound through a speech transformer: what does not belong to the voice changes nothing."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.bundle.checkpoint import load_bundle, save_bundle
from m2fnet_core.bundle.info import AudioConfig
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.bundle.untrained import INFO, untrained_bundle
from m2fnet_core.features.audio import AudioVectors
from m2fnet_core.media.speech_mel import SpeechMel, speech_mel
from m2fnet_core.nets.configs import ExtractorConfig
from m2fnet_core.nets.speech_transformer import SpeechExtractor

RATE = 16_000
CONFIG = AudioConfig(encoder="speech-transformer")


@pytest.fixture(scope="module")
def extractor() -> SpeechExtractor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return SpeechExtractor(ExtractorConfig(embedding=20)).eval()


def voice(seconds: float, hertz: float = 200.0, loud: float = 0.3) -> NDArray[np.float32]:
    """A buzz whose loudness rises and falls, over a little noise."""
    time = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12))
    noise = np.random.default_rng(0).normal(size=len(time)) * 0.01
    return np.asarray(loud * ((1.2 + np.sin(9 * time)) * buzz / 3 + noise), np.float32)


def heard(extractor: SpeechExtractor, *sounds: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    found = AudioVectors(extractor, CONFIG).compute(sounds)
    assert all(vector is not None for vector in found)
    return [vector for vector in found if vector is not None]


def test_alone_and_in_a_batch_give_the_same_vector(extractor: SpeechExtractor) -> None:
    sounds = [voice(0.53), voice(1.9, 300), voice(0.1), voice(1.234, 90), voice(0.771, 500)]
    together = heard(extractor, *sounds)
    for sound, vector in zip(sounds, together, strict=True):
        np.testing.assert_allclose(vector, heard(extractor, sound)[0], atol=1e-4)
    assert np.abs(together[0] - together[1]).max() > 1e-2


def test_level_offset_and_silence_around_a_clip_change_nothing(extractor: SpeechExtractor) -> None:
    sound = voice(0.8)
    quiet, shifted = sound * np.float32(0.02), sound + np.float32(0.1)
    silence = np.zeros(8000, np.float32)
    around = np.concatenate([silence, sound, silence])
    same, *others = heard(extractor, sound, quiet, shifted, around)
    for other in others:
        # An edge in the sound is new to the windows that see it, no more.
        assert np.corrcoef(same, other)[0, 1] > 0.97


def test_silence_has_no_spectrogram_and_a_long_clip_goes_in_parts() -> None:
    assert speech_mel(np.zeros(RATE, np.float32)) is None
    assert speech_mel(np.zeros(0, np.float32)) is None
    assert speech_mel(voice(0.02)) is None
    mel = speech_mel(voice(2.5))
    assert mel is not None
    assert mel.levels.shape == (80, len(mel.audible))
    parts = mel.parts(100)
    assert max(len(part.audible) for part in parts) <= 100
    np.testing.assert_array_equal(np.concatenate([part.levels for part in parts], axis=1), mel.levels)
    half = SpeechMel(mel.levels, np.arange(len(mel.audible)) < 80)
    assert len(half.parts(100)) == 1  # nothing is audible in the others


def test_a_bundle_says_which_encoder_it_has_and_carries_it(tmp_path: Path) -> None:
    plain = untrained_bundle()
    info = INFO.__class__(**{name: getattr(INFO, name) for name in INFO.__slots__} | {"audio": CONFIG})
    bundle = Bundle(info, plain.text, SpeechExtractor(ExtractorConfig()).eval(), plain.visual, plain.fusion)
    save_bundle(bundle, tmp_path / "model", small=True)
    again = load_bundle(tmp_path / "model", torch.device("cpu"))
    assert again.info.audio.encoder == "speech-transformer"
    assert isinstance(again.audio, SpeechExtractor)
    sound = voice(0.7)
    before, after = heard(bundle.audio, sound)[0], heard(again.audio, sound)[0]
    assert np.corrcoef(before, after)[0, 1] > 0.999
    config = tmp_path / "model" / "config.json"
    config.write_text(config.read_text("utf-8").replace("speech-transformer", "resnet18"), "utf-8")
    with pytest.raises(CheckpointError, match=r"audio\.safetensors does not fit"):
        load_bundle(tmp_path / "model", torch.device("cpu"))
