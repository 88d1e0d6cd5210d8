"""A training as the window starts it: its words are in its log, its end is a code, and it ends when told."""

import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.training import TrainingProcess
from m2fnet_core.base.errors import TrainingError
from tests.patience import patiently
from tests.trainer.test_cli import write_pack, write_run


def test_what_cannot_be_trained_is_in_its_log(qtbot: QtBot, tmp_path: Path) -> None:
    process = TrainingProcess(tmp_path / "gone.toml", tmp_path / "log.txt")
    patiently(qtbot, lambda: process.code is not None)
    assert process.code == 1
    assert "gone.toml" in (tmp_path / "log.txt").read_text(encoding="utf-8")


def test_one_that_is_told_to_end_has_ended_and_says_that_it_was_stopped(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    toml = write_run(tmp_path, "pack")
    toml.write_text(toml.read_text("utf-8").replace('name = "tiny"', 'name = "tiny"\nsteps = ["fusion"]'), "utf-8")
    process = TrainingProcess(toml, tmp_path / "log.txt")
    assert process.code is None
    process.end_and_wait(300.0)
    assert process.code == 130
    assert "Stopped." in (tmp_path / "log.txt").read_text(encoding="utf-8")


def test_one_that_cannot_be_started_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrainingError, match="check the folder"):
        TrainingProcess(tmp_path / "run.toml", tmp_path / "no folder" / "log.txt")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python here"))
    with pytest.raises(TrainingError, match="no python here"):
        TrainingProcess(tmp_path / "run.toml", tmp_path / "log.txt")
