"""What a run will take is measured on its own batches; which devices can train, and rare labels, are told."""

from pathlib import Path

import pytest

from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.nets.text_encoder import save_text_encoder
from tests.trainer.test_cli import write_meld, write_run
from trainer.cli import main
from trainer.events import Devices, Estimated, Failed, Warned, from_line


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "encoder").mkdir()
    write_meld(tmp_path / "corpus")
    save_text_encoder(untrained_bundle().text, tmp_path / "encoder")
    return write_run(tmp_path, "meld")


def test_every_long_step_is_measured_and_nothing_is_left_behind(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = ["--set", 'steps=["text", "audio", "features", "fusion", "evaluate", "ablate"]', "--set", "ablate.seeds=2"]
    before = sorted(run.parent.rglob("*"))
    assert main(["estimate", str(run), "--events", *steps]) == 0
    told = [from_line(line) for line in capsys.readouterr().out.splitlines()]
    found = {event.step: event for event in told if isinstance(event, Estimated)}
    assert list(found) == ["text", "features", "fusion", "ablate"]
    assert [event.step for event in told if isinstance(event, Failed)] == ["audio"]
    assert all(event.seconds > 0 and event.disk > 0 and event.memory > 0 for event in found.values())
    rows = 20  # of 23: the full network stands in all four tables, and is trained once
    assert found["ablate"].seconds == pytest.approx(2 * rows * found["fusion"].seconds)
    assert found["text"].free_disk > found["text"].disk
    assert found["text"].free_memory > 0
    assert sorted(run.parent.rglob("*")) == before


def test_the_devices_of_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--events"]) == 0
    told = from_line(capsys.readouterr().out)
    assert isinstance(told, Devices)
    assert "cpu" in told.names
    assert {name.split(":")[0] for name in told.names} | told.unusable.keys() == {"cpu", "cuda", "mps"}
    assert all(reason.endswith(".") for reason in told.unusable.values())


def test_rare_labels_are_warned_of(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (run.parent / "corpus" / "train_sent_emo.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in text if ",joy," not in line]
    (run.parent / "corpus" / "train_sent_emo.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert main(["check", str(run), "--events"]) == 0
    told = [from_line(line) for line in capsys.readouterr().out.splitlines()]
    (warned,) = [event.text for event in told if isinstance(event, Warned)]
    assert "joy (0)" in warned
    assert "neutral" not in warned
