"""Encoders made elsewhere become a bundle; features and fusion train on it, and it comes back as it was saved."""

from pathlib import Path

import numpy as np
import pytest
import torch

from m2fnet_core.bundle.card import model_card
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.bundle.shelf import add
from m2fnet_core.features.audio import AudioVectors
from m2fnet_core.nets.onnx_extractor import OnnxExtractor
from tests.core.small_model import write_small_model
from tests.onnx_maker import write_face, write_voice
from trainer.cli import main
from trainer.datasets.smoke import make_corpora


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a voice of 5 numbers and a face of 4 classes around a small model."""
    folder = tmp_path_factory.mktemp("wrap")
    base = write_small_model(folder / "base")
    voice, face, out = write_voice(folder / "voice.onnx"), write_face(folder / "face.onnx"), folder / "wrapped"
    command = ["wrap", "--audio", str(voice), "--face", str(face), "--base", str(base), "--out", str(out)]
    assert main([*command, "--licence", "CC0-1.0"]) == 0
    return out


def set_to(*settings: str) -> list[str]:
    """As the command line wants them."""
    return [part for each in settings for part in ("--set", each)]


def test_fusion_learns_on_wrapped_encoders(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = load_bundle(out, torch.device("cpu"))
    assert isinstance(made.audio, OnnxExtractor)
    assert (made.info.onnx["audio"].takes, made.info.onnx["audio"].pool) == ("waveform", "mean")
    assert (made.info.fusion.audio, made.info.fusion.faces, made.info.visual.face_size) == (5, 4, 48)
    assert (made.info.kind, made.info.onnx["visual"].licence) == ("untrained", "CC0-1.0")
    assert add(out).info == made.info
    assert "audio: an ONNX file, waveform to 5 numbers, licence: CC0-1.0" in model_card(out)

    toml = make_corpora(tmp_path / "smoke")
    place = [f"start_from={out}", f"out={tmp_path / 'runs'}"]
    assert main(["audio", str(toml), *set_to(*place), "--events"]) == 1
    assert "is an ONNX file, which is not trained further; leave audio out" in capsys.readouterr().out
    quick = ['steps=["features", "fusion"]', "fusion.loop.epochs=1"]
    assert main(["all", str(toml), *set_to(*place, *quick)]) == 0
    bundle = load_bundle(next((tmp_path / "runs").glob("*/bundle")), torch.device("cpu"))
    assert bundle.info.trained
    assert (bundle.info.fusion.audio, bundle.info.onnx) == (5, made.info.onnx)
    assert bundle.keys.audio == made.keys.audio


def test_a_wrapped_voice_hears_every_part_once(out: Path) -> None:
    bundle = load_bundle(out, torch.device("cpu"))
    sound = np.random.default_rng(0).normal(0, 0.1, 16_000 * 25).astype(np.float32)
    long, short, silent = AudioVectors(bundle.audio, bundle.info.audio).compute([sound, sound[:8000], sound * 0])
    assert silent is None
    assert long is not None
    assert short is not None

    def heard(part: np.ndarray) -> np.ndarray:
        return np.asarray(bundle.audio(torch.from_numpy(part)[None])[0])

    assert np.allclose(short, heard(sound[:8000]), atol=1e-6)
    assert np.allclose(long, np.mean([heard(part) for part in np.array_split(sound, 3)], axis=0), atol=1e-6)


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wrap", "--text", "x", "--out", str(tmp_path)]) == 1
    assert "is there already; name a new folder." in " ".join(capsys.readouterr().err.split())
