"""What the training command tells a person at a terminal."""

from pathlib import Path

import pytest

from tests.trainer.test_cli import write_pack, write_run
from trainer.cli import main


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run on a small feature pack."""
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    return write_run(tmp_path, "pack")


def test_epochs_and_figures_are_told_and_a_finished_step_says_so(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quick = ["fusion", str(run), "--set", "fusion.loop.epochs=2"]
    assert main(quick) == 0
    told = capsys.readouterr()
    assert told.out == ""  # standard output is for programs
    assert f"fusion on cpu, in {run.parent / 'runs' / 'tiny'}" in told.err
    assert "  epoch 2: " in told.err
    assert "fusion is done" in told.err
    assert main([*quick, "--resume"]) == 0
    assert "fusion was done already" in capsys.readouterr().err


def test_an_estimate_names_time_and_room(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", str(run), "--set", 'steps=["fusion"]']) == 0
    told = capsys.readouterr().err
    assert "fusion: about " in told
    assert " MB of disk, " in told


def test_devices_are_listed_with_why_others_cannot_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("cpu: CPU, ")
    assert all(": " in line for line in lines)


def test_a_failure_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "gone"), "--kind", "meld"]) == 1
    told = capsys.readouterr().err
    assert "There is no folder" in told
    assert "Traceback" not in told
