"""The training loop: reproducible, resumable, honest about failure."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from m2fnet_core.base.errors import Cancelled, TrainingError
from m2fnet_core.base.progress import CancelToken
from tests.trainer.learn.tiny import Points, TooBig, fit
from trainer.config import LoopConfig, RunConfig
from trainer.events import Epoch, Event, Progress, Warned, ignore
from trainer.judge.validation import Validation
from trainer.learn.loop import Fit
from trainer.learn.optimise import learning_rate
from trainer.learn.precision import has_bf16, number_format
from trainer.run.folder import Run

ROOT = Path(__file__).resolve().parents[3]
TINY = [sys.executable, "-m", "tests.trainer.learn.tiny"]


def last(out: Path) -> dict[str, Tensor]:
    return load_file(out / "tiny" / "points" / "last.safetensors")


def same(left: dict[str, Tensor], right: dict[str, Tensor]) -> bool:
    return left.keys() == right.keys() and all(torch.equal(left[k], right[k]) for k in left)


def test_the_same_seed_gives_the_same_numbers_and_it_learns(tmp_path: Path) -> None:
    _, first = fit(tmp_path / "a")
    fit(tmp_path / "b")
    assert same(last(tmp_path / "a"), last(tmp_path / "b"))
    assert first.best > 0.6


def test_a_stopped_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    fit(tmp_path / "whole")
    cancel = CancelToken()

    def stop_in_the_middle(event: Event) -> None:
        if isinstance(event, Progress) and event.done == 9:
            cancel.cancel()

    with pytest.raises(Cancelled):
        fit(tmp_path / "parts", hook=stop_in_the_middle, cancel=cancel)
    fit(tmp_path / "parts")
    assert same(last(tmp_path / "whole"), last(tmp_path / "parts"))


class StoppedWhileJudged(Points):
    """Somebody stops it in its second validation."""

    judged = 0

    def validate(self, model: nn.Module, cancel: CancelToken) -> Validation:
        self.judged += 1
        if self.judged == 2:
            cancel.cancel()
        cancel.check()
        return super().validate(model, cancel)


def test_a_run_stopped_in_a_validation_goes_on_bit_for_bit(tmp_path: Path) -> None:
    fit(tmp_path / "whole")
    with pytest.raises(Cancelled):
        fit(tmp_path / "parts", StoppedWhileJudged())
    fit(tmp_path / "parts")
    assert same(last(tmp_path / "whole"), last(tmp_path / "parts"))


def test_the_best_so_far_can_be_the_end(tmp_path: Path) -> None:
    cancel, told = CancelToken(), list[Event]()

    def stop_in_the_third_epoch(event: Event) -> None:
        if isinstance(event, Progress) and event.done == 15:
            cancel.cancel()

    with pytest.raises(Cancelled):
        fit(tmp_path, hook=stop_in_the_third_epoch, cancel=cancel)
    before = Run(RunConfig(name="tiny", out=tmp_path)).load_state("points", "best")
    task, state = fit(tmp_path, hook=told.append, finish=True)
    assert not told
    assert before is not None
    assert before.about["epoch"] == state.best_epoch
    assert all(torch.equal(before.tensors[name], value) for name, value in task.model.state_dict().items())


def test_what_has_no_best_yet_is_trained_to_its_end(tmp_path: Path) -> None:
    assert fit(tmp_path, finish=True)[1].epoch == 5


def test_a_killed_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    fit(tmp_path / "whole")
    process = subprocess.Popen(
        [*TINY, str(tmp_path / "killed"), "0.2", "print"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "Epoch":
                process.kill()
                break
    fit(tmp_path / "killed")
    assert same(last(tmp_path / "whole"), last(tmp_path / "killed"))


def test_two_processes_do_what_one_does(tmp_path: Path) -> None:
    fit(tmp_path / "one", Points(dropout=0))
    launch = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node=2",
        "-m",
        "tests.trainer.learn.tiny",
    ]
    done = subprocess.run(
        [*launch, str(tmp_path / "two"), "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = last(tmp_path / "one"), last(tmp_path / "two")
    for name in one:
        torch.testing.assert_close(one[name], two[name], rtol=1e-4, atol=1e-5)


def test_splitting_a_batch_does_not_change_the_result(tmp_path: Path) -> None:
    fit(tmp_path / "whole", Points(dropout=0))
    fit(tmp_path / "split", Points(dropout=0), accumulate=4)
    whole, split = last(tmp_path / "whole"), last(tmp_path / "split")
    for name in whole:
        torch.testing.assert_close(whole[name], split[name], rtol=1e-4, atol=1e-5)


def test_each_part_of_a_batch_has_of_all_its_classes(tmp_path: Path) -> None:
    task = Points()
    by_class = sorted(range(12), key=lambda example: int(task.labels[example]))
    run = Run(RunConfig("parts", tmp_path))
    run.prepare("points", resume=False)
    parts = Fit(task, LoopConfig(accumulate=4), run, torch.device("cpu"), ignore, CancelToken()).load(by_class, 0)
    assert len(parts) == 4
    assert all({*labels.tolist()} == {0, 1, 2} for _, (_, labels) in parts)


def test_too_little_memory_splits_the_batch_and_says_so(tmp_path: Path) -> None:
    heard: list[Event] = []
    fit(tmp_path / "big", TooBig(dropout=0), heard.append)
    fit(tmp_path / "small", Points(dropout=0), accumulate=4)
    assert [e.text for e in heard if isinstance(e, Warned)][-1].endswith("4 parts.")
    assert same(_weights(last(tmp_path / "big")), _weights(last(tmp_path / "small")))


@pytest.mark.parametrize("word", ["", "big"])
def test_processes_that_load_ahead_change_nothing(tmp_path: Path, word: str) -> None:
    """Not even when a batch turns out too big for the memory while the next ones are loaded already."""
    subprocess.run([*TINY, str(tmp_path / "ahead"), "0", "workers", word], cwd=ROOT, check=True)
    fit(tmp_path / "alone", TooBig(dropout=0) if word else Points(dropout=0))
    assert same(last(tmp_path / "ahead"), last(tmp_path / "alone"))


def _weights(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in tensors.items() if name.startswith("model.")}


class Breaks(Points):
    """The loss stops being a number in the second epoch."""

    broken = False

    def batches(self, epoch: int) -> Any:
        self.broken = epoch == 2
        return super().batches(epoch)

    def losses(self, model: nn.Module, batch: Any) -> dict[str, Tensor]:
        losses = dict(super().losses(model, batch))
        return {"total": losses["total"] * float("nan")} if self.broken else losses


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_good_state(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="epoch 2, step 1"):
        fit(tmp_path, Breaks())
    assert all(torch.isfinite(t).all() for t in last(tmp_path).values())


def test_it_stops_when_patience_is_over_and_ends_on_the_best_weights(tmp_path: Path) -> None:
    heard: list[Event] = []
    task, state = fit(tmp_path, hook=heard.append, epochs=50, patience=2, ema=0)
    epochs = [e for e in heard if isinstance(e, Epoch)]
    assert len(epochs) == state.best_epoch + 2 < 50
    assert task.validate(task.model, CancelToken()).metrics["accuracy"] == pytest.approx(state.best)


def test_every_batch_and_epoch_is_told_with_its_losses(tmp_path: Path) -> None:
    heard: list[Event] = []
    fit(tmp_path, hook=heard.append)
    assert [type(event).__name__ for event in heard] == ["Started", *[*["Progress"] * 6, "Epoch"] * 4]
    epochs = [event for event in heard if isinstance(event, Epoch)]
    assert epochs[0].losses["total"] > epochs[-1].losses["total"] > 0
    last = [event.losses["total"] for event in heard if isinstance(event, Progress)][-6:]
    assert epochs[-1].losses["total"] == pytest.approx(sum(last) / 6)


def test_the_learning_rate_rises_and_falls() -> None:
    config = LoopConfig(learning_rate=1.0, warmup=0.5, schedule="linear")
    assert [learning_rate(config, done, 8) for done in range(8)] == pytest.approx(
        [0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25]
    )


def test_bf16_learns_on_the_cpu_and_leaves_a_network_of_whole_precision(tmp_path: Path) -> None:
    task, state = fit(tmp_path, precision="forced-bf16")
    assert state.best > 0.6
    assert task.model(task.points[:4]).dtype == torch.float32
    first = task.model[0]
    whole = task.points @ first.weight.T + first.bias
    rest = torch.relu(whole) @ task.model[3].weight.T + task.model[3].bias
    assert torch.allclose(task.model(task.points), rest, atol=1e-5)  # bf16 would be off by more than 1e-3


def test_a_precision_that_the_device_lacks_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="fp16 needs a CUDA GPU; choose bf16"):
        fit(tmp_path, precision="fp16")


def test_auto_is_bf16_where_the_processor_has_it_and_slow_bf16_is_told_and_not_taken() -> None:
    processor = torch.device("cpu")
    assert number_format("auto", processor) == ("bf16" if has_bf16() else "no", "")
    form, told = number_format("bf16", processor)
    assert form == ("bf16" if has_bf16() else "no")
    assert bool(re.search(r"\d pictures a second, \d.* in fp32", told)) is not has_bf16()
    assert number_format("forced-bf16", processor) == ("bf16", "")
