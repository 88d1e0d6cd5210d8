"""A run folder takes back the run that made it, and no other."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.errors import TrainingError
from trainer.config import AblateStep, FeaturesStep, FusionStep, RunConfig
from trainer.runs import Run


def begun(folder: Path) -> RunConfig:
    config = RunConfig(name="one", out=folder)
    Run(config).prepare("fusion", resume=False)
    return config


def test_other_settings_are_named(tmp_path: Path) -> None:
    config = begun(tmp_path)
    other = replace(config, seed=3, fusion=FusionStep(balance=0.5))
    with pytest.raises(TrainingError, match=r"fusion.balance: 0.0 there, 0.5 here; seed: 0 there, 3 here"):
        Run(other).prepare("fusion", resume=True)


def test_what_no_network_depends_on_may_change(tmp_path: Path) -> None:
    config = begun(tmp_path)
    Run(config).mark_done("ablate", {})
    Run(replace(config, features=FeaturesStep(workers=3), steps=("text",))).prepare("text", resume=False)
    assert Run(config).done("ablate") == {}
    other = replace(config, ablate=AblateStep(tables=(2,)))
    Run(other).prepare("ablate", resume=False)
    assert Run(other).done("ablate") is None, "another table"
    assert json.loads((tmp_path / "one" / "run.json").read_text("utf-8"))["config"]["ablate"]["tables"] == [2]


def test_a_folder_of_an_older_program_has_todays_defaults(tmp_path: Path) -> None:
    config = begun(tmp_path)
    path = tmp_path / "one" / "run.json"
    about = json.loads(path.read_text("utf-8"))
    del about["config"]["fusion"]["balance"], about["config"]["audio"]["loop"]["patience"]
    path.write_text(json.dumps(about), encoding="utf-8")
    Run(config).prepare("fusion", resume=True)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"run.json cannot be compared"):
        Run(config).prepare("fusion", resume=True)
