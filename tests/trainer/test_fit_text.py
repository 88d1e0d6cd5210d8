"""Fine-tuning the text encoder: inputs that neighbours share, and learning from other encoders."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from m2fnet_core.features.text_inputs import TextInput
from m2fnet_core.nets.text_encoder import save_text_encoder
from m2fnet_core.untrained import untrained_bundle
from tests.trainer.test_cli import LABELS, write_meld, write_run
from trainer.cli import main
from trainer.config import TextStep
from trainer.events import Epoch, Progress, from_line
from trainer.fit_text import TextExamples, TextTask

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


def test_teachers_are_trained_first_as_parts_of_one_step(run: Path) -> None:
    folder = text_step(run, "text.teachers=2", "text.loop.epochs=2")
    lines = (folder.parent / "events.jsonl").read_text(encoding="utf-8").splitlines()
    events = [from_line(line) for line in lines]
    progress = [event for event in events if isinstance(event, Progress)]
    assert len({event.of for event in progress}) == 1
    assert [event.done for event in progress] == sorted({event.done for event in progress})
    assert progress[-1].done == progress[-1].of
    assert [event.epoch for event in events if isinstance(event, Epoch)] == [1, 2]
    assert not list((folder / "teachers").rglob("last.safetensors"))


def test_what_a_teacher_said_is_not_asked_again(run: Path) -> None:
    settings = ("text.teachers=1", "text.loop.epochs=1")
    folder = text_step(run, *settings)
    (said,) = (folder / "teachers" / "1" / "said").iterdir()
    before = said.stat().st_mtime_ns
    for name in ("done.json", "last.safetensors"):
        (folder / name).unlink()
    text_step(run, *settings)
    assert (folder / "last.safetensors").exists()
    assert said.stat().st_mtime_ns == before


class Says(nn.Module):
    """A network that gives every example these probabilities."""

    def __init__(self, *probabilities: float) -> None:
        super().__init__()
        self.probabilities = torch.tensor(probabilities)

    def forward(self, batch: object) -> Tensor:
        return self.probabilities.log()[None]


def test_the_label_and_the_teachers_count_alike() -> None:
    encoder = untrained_bundle().text
    example = TextExamples((TextInput((0, 5, 2), 1, 2),), (0,), ("d",))
    task = TextTask(encoder, TextStep(), example, example, LABELS, 0, np.array([[0.0, 0.8, 0.2]]))
    batch = task.load([0], [])

    def loss(*said: float) -> float:
        return task.losses(Says(*said), batch)["total"].item()

    assert loss(0.5, 0.4, 0.1) < min(loss(0.6, 0.3, 0.1), loss(0.4, 0.5, 0.1), loss(0.5, 0.3, 0.2))
