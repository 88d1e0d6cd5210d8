"""Fine-tuning the text encoder: inputs that neighbours share."""

import json
from pathlib import Path

import pytest

from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.features.text_inputs import TextInput
from m2fnet_core.nets.text_encoder import save_text_encoder
from tests.trainer.test_cli import LABELS, write_meld, write_run
from trainer.cli import main
from trainer.config import TextStep
from trainer.learn.fit_text import TextExamples, TextTask

SHARED = '{max_tokens = 64, past = 1, future = 1, pooling = "utterance", shared = true}'


@pytest.fixture
def run(tmp_path: Path) -> Path:
    for name in ("corpus", "encoder"):
        (tmp_path / name).mkdir()
    write_meld(tmp_path / "corpus")
    save_text_encoder(untrained_bundle().text, tmp_path / "encoder")
    return write_run(tmp_path, "meld")


def text_step(run: Path, *settings: str) -> Path:
    """Train; the step's folder."""
    assert main(["text", str(run), *(part for each in settings for part in ("--set", each))]) == 0
    return run.parent / "runs" / "tiny" / "text"


def test_shared_inputs_teach_every_utterance_its_own_label(run: Path) -> None:
    folder = text_step(run, f"text.input={SHARED}", "text.loop.epochs=8")
    scores = json.loads((folder / "test.json").read_text(encoding="utf-8"))
    assert scores["weighted_f1"]["value"] == 1.0


def test_parts_of_a_batch_add_up_when_classes_are_weighted() -> None:
    """The loss is a mean weighted by class: parts count by the class weights of what they hold."""
    encoder = untrained_bundle().text
    example = TextInput((0, 5, 2), 1, 2)
    examples = TextExamples((example,) * 6, (0, 0, 0, 0, 1, 2), ("d",) * 6)
    task = TextTask(encoder, TextStep(balance=1.0), examples, examples, LABELS, 0)
    task.net.eval()

    def loss(*places: int) -> float:
        return task.weight([*places]) * task.losses(task.model, task.load([*places], [], 0.0))["total"].item()

    assert loss(0, 1, 4) + loss(2, 3, 5) == pytest.approx(loss(*range(6)))
