"""Bundles: the untrained one, saving and loading, and what is refused."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from m2fnet_core.analysis.predict import predict
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.bundle.checkpoint import Bundle, load_bundle, save_bundle, untrained_bundle
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.nets.text_encoder import load_text_encoder
from m2fnet_core.nets.weights import read_weights, write_weights
from tests.encoder_maker import write_encoder

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return untrained_bundle()


@pytest.fixture
def folder(bundle: Bundle, tmp_path: Path) -> Path:
    save_bundle(bundle, tmp_path / "model")
    return tmp_path / "model"


def probabilities(bundle: Bundle) -> list[float]:
    """What the bundle makes of three turns with fixed vectors."""
    generator = np.random.default_rng(0)
    vectors = [
        UtteranceVectors(*(generator.normal(size=n).astype(np.float32) for n in (bundle.text.width, 300, 300, 300)))
        for _ in range(3)
    ]
    turns = [Utterance(str(i), i, i + 1) for i in range(3)]
    return [p for prediction in predict(bundle, vectors, turns) for p in prediction.probabilities.values()]


def test_untrained_is_always_the_same_and_leaves_the_random_state_alone(bundle: Bundle) -> None:
    state = torch.random.get_rng_state()
    again = untrained_bundle()
    assert torch.equal(torch.random.get_rng_state(), state)
    assert again.keys == bundle.keys
    assert len({bundle.keys.text, bundle.keys.audio, bundle.keys.visual}) == 3
    assert not bundle.info.trained
    assert bundle.info.name == "untrained"


def test_without_a_folder_there_is_a_bundle_that_works() -> None:
    loaded = load_bundle(None, CPU)
    assert loaded.device == CPU
    assert not loaded.fusion.training
    assert np.isfinite(probabilities(loaded)).all()


def test_it_is_rebuilt_from_its_folder_alone(bundle: Bundle, folder: Path) -> None:
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        ["config.json", "audio.safetensors", "visual.safetensors", "fusion.safetensors", "text"]
    )
    assert [p.name for p in folder.parent.iterdir()] == ["model"]
    moved = folder.rename(folder.with_name("moved"))
    loaded = load_bundle(moved, CPU)
    assert loaded.info == bundle.info
    assert loaded.keys == bundle.keys
    assert probabilities(loaded) == probabilities(bundle)
    assert not any(module.training for net in (loaded.text, loaded.audio, loaded.fusion) for module in net.modules())


def test_a_bundle_with_any_encoder_is_rebuilt(bundle: Bundle, tmp_path: Path) -> None:
    encoder = load_text_encoder(write_encoder(tmp_path / "encoder", "distilbert"))
    config = replace(bundle.info.fusion, text=32)
    info = replace(bundle.info, kind="trained", name="other", fusion=config)
    other = replace(bundle, info=info, text=encoder, fusion=type(bundle.fusion)(config).eval())
    save_bundle(other, tmp_path / "model")
    loaded = load_bundle(tmp_path / "model", CPU)
    assert loaded.keys == other.keys
    assert loaded.keys.text != bundle.keys.text
    assert loaded.keys.audio == bundle.keys.audio
    np.testing.assert_allclose(probabilities(loaded), probabilities(other), atol=1e-6)


def test_a_small_bundle_predicts_the_same_and_loads_as_single(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    save_bundle(bundle, small, small=True)
    for name, most in (("text/model", 0.51), ("audio", 0.27), ("visual", 0.27), ("fusion", 0.27)):
        sizes = [(root / f"{name}.safetensors").stat().st_size for root in (folder, small)]
        assert sizes[1] < most * sizes[0]
    loaded = load_bundle(small, CPU)
    for net in ("text", "audio", "visual", "fusion"):
        for ours, stored in zip(getattr(bundle, net).parameters(), getattr(loaded, net).parameters(), strict=True):
            assert stored.dtype == torch.float32
            torch.testing.assert_close(stored, ours, rtol=1e-3, atol=float(ours.detach().abs().max()) / 200 + 1e-6)
    np.testing.assert_allclose(probabilities(loaded), probabilities(bundle), atol=5e-3)
    assert loaded.keys != bundle.keys


def test_a_row_of_zeros_and_counts_stay_what_they_are_in_a_small_file(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    with torch.no_grad():
        net[0].weight[1] = 0
    net[1].num_batches_tracked += 300
    write_weights(net, tmp_path / "net.safetensors", "int8")
    read = read_weights(tmp_path / "net.safetensors")
    assert read.keys() == net.state_dict().keys()
    assert read["0.weight"][1].tolist() == [0, 0, 0]
    torch.testing.assert_close(read["0.weight"][0], net[0].weight[0].detach(), rtol=0, atol=0.003)
    assert int(read["1.num_batches_tracked"]) == 300
    save_file({"0.weight": torch.zeros(2, 3, dtype=torch.int8)}, tmp_path / "net.safetensors")
    with pytest.raises(CheckpointError, match=r"net.safetensors is damaged \(0.weight has no scale\)"):
        read_weights(tmp_path / "net.safetensors")


def test_others_may_read_a_bundle(bundle: Bundle, folder: Path) -> None:
    plain = folder / "plain.txt"
    plain.write_text("x", encoding="utf-8")
    assert {path.stat().st_mode for path in folder.rglob("*") if path.is_file()} == {plain.stat().st_mode}


def test_keys_change_with_weights_and_preprocessing_only(bundle: Bundle) -> None:
    renamed = replace(bundle, info=replace(bundle.info, name="other", temperature=2.0))
    assert renamed.keys == bundle.keys
    cropped = replace(bundle, info=replace(bundle.info, visual=replace(bundle.info.visual, face_margin=0.4)))
    assert cropped.keys.visual != bundle.keys.visual
    assert cropped.keys.audio == bundle.keys.audio
    nudged = untrained_bundle()
    with torch.no_grad():
        nudged.audio.projector.bias[3] += 1e-6
    assert nudged.keys.audio != bundle.keys.audio
    assert nudged.keys.text == bundle.keys.text


def test_saving_replaces_an_older_bundle(bundle: Bundle, folder: Path) -> None:
    (folder / "stray").write_text("x", encoding="utf-8")
    save_bundle(replace(bundle, info=replace(bundle.info, name="newer")), folder)
    assert load_bundle(folder, CPU).info.name == "newer"
    assert not (folder / "stray").exists()
    assert [p.name for p in folder.parent.iterdir()] == ["model"]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file can grow beyond 1 MB."""
    resource = pytest.importorskip("resource", reason="the system cannot limit file sizes")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_older_bundle_and_no_rest(bundle: Bundle, folder: Path, full_disk: None) -> None:
    with pytest.raises(CheckpointError, match="cannot be saved"):
        save_bundle(replace(bundle, info=replace(bundle.info, name="newer")), folder)
    assert load_bundle(folder, CPU).info == bundle.info
    assert [p.name for p in folder.parent.iterdir()] == ["model"]


def test_a_place_that_cannot_be_written_is_one_sentence(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CheckpointError, match="cannot be saved"):
        save_bundle(bundle, tmp_path / "file" / "model")


def test_a_kill_between_the_renames_loses_nothing(bundle: Bundle, folder: Path) -> None:
    folder.rename(folder.with_name(".model.previous"))
    assert load_bundle(folder, CPU).info == bundle.info
    assert folder.is_dir()


def missing(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def without_text(folder: Path) -> None:
    (folder / "text").rename(folder / "texts")


def cut(folder: Path) -> None:
    data = (folder / "visual.safetensors").read_bytes()
    (folder / "visual.safetensors").write_bytes(data[: len(data) // 2])


def change(name: str, edit: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        weights = {k: v.clone() for k, v in load_file(folder / name).items()}
        edit(weights)
        save_file(weights, folder / name)

    return spoil


def deeper(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["fusion"]["fusion_layers"] = 6
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def other_text(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["fusion"]["text"] = 128
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def pickled(folder: Path) -> None:
    weights = {k: v.clone() for k, v in load_file(folder / "audio.safetensors").items()}  # not the mapped file itself
    torch.save(weights, folder / "audio.safetensors")


def widen(weights: dict[str, torch.Tensor]) -> None:
    weights["projector.weight"] = torch.zeros(128, 512)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (missing("config.json"), "no model bundle"),
        (missing("audio.safetensors"), "audio.safetensors is missing"),
        (missing("fusion.safetensors"), "fusion.safetensors is missing"),
        (without_text, "text is missing"),
        (missing("text/config.json"), "no text encoder"),
        (cut, "visual.safetensors is damaged"),
        (pickled, "audio.safetensors is damaged"),
        (change("audio.safetensors", widen), r"\[128, 512\] instead of \[300, 512\]"),
        (change("audio.safetensors", lambda w: w.pop("bn1.weight")), "lacks bn1.weight"),
        (change("audio.safetensors", lambda w: w.update(extra=torch.zeros(1))), "holds extra"),
        (deeper, "lacks fusion.5"),
        (other_text, "text vectors of 256"),
    ],
)
def test_half_a_bundle_is_refused_in_a_sentence(folder: Path, spoil: Callable[[Path], None], words: str) -> None:
    spoil(folder)
    with pytest.raises(CheckpointError, match=words) as caught:
        load_bundle(folder, CPU)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no model folder"):
        load_bundle(tmp_path / "nowhere", CPU)


def test_analysing_needs_neither_transformers_nor_torchvision(folder: Path) -> None:
    """Each of them takes longer to import than a short conversation to analyse."""
    program = f"""
import sys, torch, numpy as np
from pathlib import Path
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.features.audio import AudioVectors
from m2fnet_core.features.text import TextVectors
from m2fnet_core.features.text_inputs import text_inputs
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.analysis.predict import predict
bundle = load_bundle(Path({str(folder)!r}), torch.device("cpu"))
turns = [Utterance("a", 0, 1, "Ann", "Hello."), Utterance("b", 1, 2, "Bob", "Hi.")]
texts = TextVectors(bundle.text, bundle.info.text).compute(text_inputs(bundle.text, bundle.info.text, turns))
audio = AudioVectors(bundle.audio, bundle.info.audio).compute([np.ones(9000, np.float32), None])
predict(bundle, [UtteranceVectors(text=t, audio=a) for t, a in zip(texts, audio)], turns)
print(*(m for m in ("transformers", "torchvision", "sympy", "torch._dynamo", "scipy", "sklearn") if m in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr
