"""Fine-tuning the text encoder with several members, on inputs that neighbours share."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from m2fnet_core.nets.text_encoder import load_text_encoder, save_text_encoder
from m2fnet_core.untrained import untrained_bundle
from tests.trainer.test_cli import write_meld, write_run
from trainer.cli import main
from trainer.fit_text import disagreement

SHARED = '{max_tokens = 64, past = 1, future = 1, pooling = "utterance", shared = true}'


@pytest.fixture
def run(tmp_path: Path) -> Path:
    for name in ("corpus", "encoder"):
        (tmp_path / name).mkdir()
    write_meld(tmp_path / "corpus")
    save_text_encoder(untrained_bundle().text, tmp_path / "encoder")
    return write_run(tmp_path, "meld")


def test_members_on_shared_inputs_end_as_one_encoder_of_their_mean_weights(run: Path) -> None:
    settings = (f"text.input={SHARED}", "text.members=2", "text.loop.epochs=8")
    assert main(["text", str(run), *(part for each in settings for part in ("--set", each))]) == 0
    folder = run.parent / "runs" / "tiny" / "text"
    scores = json.loads((folder / "test.json").read_text(encoding="utf-8"))
    assert scores["weighted_f1"]["value"] == 1.0
    weights = load_file(folder / "best.safetensors")
    one = load_text_encoder(folder / "encoder").state_dict()
    name = next(key for key in one if one[key].dim() == 2)
    first, second = (
        next(value for key, value in weights.items() if key.endswith(f"members.{k}.encoder.{name}")) for k in (0, 1)
    )
    assert not torch.equal(first, second)
    torch.testing.assert_close(one[name], (first + second) / 2)


def test_members_disagree_by_how_far_they_are_from_their_mean() -> None:
    logits = torch.tensor([[[2.0, 0.0, 0.0]], [[0.0, 2.0, 0.0]]], requires_grad=True)
    assert disagreement(logits[:1].repeat(2, 1, 1)).item() == pytest.approx(0, abs=1e-6)
    apart = disagreement(logits)
    apart.backward()
    assert apart.item() > 0.1
    assert logits.grad is not None
    assert disagreement(logits.detach() - logits.grad) < apart
