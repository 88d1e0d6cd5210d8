"""A run folder takes back the run that made it, and no other."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from m2fnet_core.base.errors import TrainingError
from trainer.config import AblateStep, CorpusConfig, FeaturesStep, FusionStep, RunConfig
from trainer.run.folder import ROWS, UNREADABLE, Run, State


def begun(folder: Path) -> RunConfig:
    config = RunConfig(name="one", out=folder)
    Run(config).prepare("fusion", resume=False)
    Run(config).mark_done("text", {})
    return config


def test_a_wrong_setting_can_be_corrected_while_nothing_is_made(tmp_path: Path) -> None:
    wrong = RunConfig(name="one", out=tmp_path, seed=3)
    Run(wrong).prepare("text", resume=False)
    (Run(wrong).step_folder("text") / UNREADABLE).write_text("a.jpg cannot be read\n", encoding="utf-8")
    begun(tmp_path)
    assert json.loads((tmp_path / "one" / "run.json").read_text("utf-8"))["config"]["seed"] == 0


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


def test_a_folder_that_moved_to_another_machine_goes_on(tmp_path: Path) -> None:
    config = begun(tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    Run(replace(config, out=tmp_path / "there", device="cpu")).prepare("fusion", resume=True)


def test_corpora_that_differ_are_named_by_what_differs(tmp_path: Path) -> None:
    corpus = CorpusConfig("faces", tmp_path)
    config = RunConfig(name="one", out=tmp_path, corpora=(CorpusConfig("meld"), corpus))
    Run(config).prepare("fusion", resume=False)
    Run(config).mark_done("text", {})
    other = replace(config, corpora=(CorpusConfig("meld"), replace(corpus, align=True)))
    with pytest.raises(TrainingError, match=r"\(corpora\[2\]\.align: False there, True here\)"):
        Run(other).prepare("fusion", resume=True)


def test_what_was_made_from_a_former_result_is_made_again(tmp_path: Path) -> None:
    run = Run(begun(tmp_path))
    run.save_state("fusion", "last", State({}, {}))
    row = run.step_folder("ablate") / ROWS / "text concat N1 m5 seed0"
    row.mkdir(parents=True)
    for step in ("features", "fusion", "evaluate", "ablate"):
        run.mark_done(step, {})
    run.mark_done("text", {"test/weighted_f1": 0.6})
    assert all(run.done(step) is None for step in ("features", "fusion", "evaluate", "ablate"))
    assert run.load_state("fusion", "last") is None
    assert not row.exists()
    assert run.done("text") == {"test/weighted_f1": 0.6}


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
