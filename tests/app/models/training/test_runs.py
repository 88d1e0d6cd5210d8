"""The queue of trainings and what a window makes of run folders; nothing is trained here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.base.settings import Settings
from app.models.notices import Notices
from app.models.training.runs import Runs
from app.models.training.runs_rows import HEAD, side_by_side
from app.models.training.settings_tree import changed, rows
from app.views.train.ablation import ablation_of, as_csv
from m2fnet_core.base.errors import TrainingError
from tests.app.made_runs import going, made_run
from trainer.config import RunConfig
from trainer.run.file import read_run
from trainer.run.lock import locked
from trainer.run.view import StepState, runs_folder
from trainer.studies.paper_tables import Result


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("M2FNET_DATA", str(tmp_path / "data"))
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def busy(settings: Settings) -> Iterator[None]:
    """Somebody else trains, so that nothing starts here."""
    with locked(runs_folder() / "elsewhere"):
        (runs_folder() / "elsewhere" / "run.json").write_text("{}", encoding="utf-8")
        yield


@pytest.fixture
def runs(qtbot: QtBot, settings: Settings, busy: None) -> Iterator[Runs]:
    made = Runs(settings, Notices())
    yield made
    made.close()


def test_runs_wait_while_another_process_trains(runs: Runs, settings: Settings) -> None:
    assert [runs.add(RunConfig("mine")), runs.add(RunConfig("mine"))] == ["mine", "mine-2"]
    assert runs.training == ""
    assert list(runs.waiting) == ["mine", "mine-2"]
    assert list(Runs(settings, Notices()).waiting) == ["mine", "mine-2"]  # after a restart
    assert runs.view("mine").state is StepState.WAITING
    runs.stop("mine")
    assert list(runs.waiting) == ["mine-2"]
    runs.resume("mine")
    assert list(runs.waiting) == ["mine-2", "mine"]
    runs.remove("mine")
    assert list(runs.waiting) == ["mine-2"]
    assert not runs.folder("mine").exists()


def test_a_run_elsewhere_is_in_sight_and_is_not_deleted(runs: Runs) -> None:
    assert runs.names == ("elsewhere",)
    assert runs.is_training("elsewhere")
    assert "run.json is damaged" in runs.trouble("elsewhere")
    runs.remove("elsewhere")
    assert runs.folder("elsewhere").is_dir()


def test_the_table_has_only_settings_that_differ(runs: Runs) -> None:
    for seed in (0, 1):
        runs.add(RunConfig("mine", seed=seed))
    titles, table = side_by_side([runs.view(name) for name in ("mine", "mine-2")])
    assert titles == (*HEAD, "seed")
    assert table == [("mine", "waiting", None, None, 0.0, 0), ("mine-2", "waiting", None, None, 0.0, 1)]


def test_settings_are_changed_as_they_are_typed() -> None:
    config = changed(RunConfig(), "fusion.loop.epochs", " 7 ")
    assert config.fusion.loop.epochs == 7
    assert changed(config, "ablate.tables", "2, 3").ablate.tables == (2, 3)
    shown = {row.name: row for row in rows(config)}
    assert shown["fusion.loop.epochs"].text == "7"
    assert shown["audio.loss.margin_weight"].paper == "20"
    with pytest.raises(TrainingError, match="not one of adam, adamw"):
        changed(config, "text.loop.optimiser", "sgd")


def test_an_ablation_takes_the_vectors_of_its_run(runs: Runs) -> None:
    runs.add(RunConfig("mine"))
    view = runs.view("mine")
    config = ablation_of(view, RunConfig("mine"), ("2 audio", "5 fusion layers m = 1"))
    assert (config.name, config.steps) == ("mine-ablation", ("features", "ablate"))
    assert config.ablate.tables == (2, 5)
    (view.folder / "features").mkdir()
    (view.folder / "features" / "utterances.csv").touch()
    config = ablation_of(view, RunConfig("mine"), ("2 audio",))
    assert config.steps == ("ablate",)
    assert [(corpus.kind, corpus.folder) for corpus in config.corpora] == [("pack", view.folder / "features")]
    assert as_csv([Result(2, "audio", 40.0, 1.0, 39.63)]).splitlines()[1] == "2,audio,40.00,1.00,39.63"


def test_a_run_that_cannot_be_kept_is_refused(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("M2FNET_DATA", str(tmp_path / "file"))  # no folder can be made in it
    with pytest.raises(TrainingError, match="mine cannot be written"):
        runs.add(RunConfig("mine"))
    assert runs.waiting == ()


def test_a_run_made_without_the_window_is_given_its_file_and_waits_its_turn(runs: Runs) -> None:
    folder = made_run("foreign", going(2))
    (folder / "run.toml").unlink()
    runs.add(RunConfig("mine"))
    runs.resume("foreign")
    assert read_run(folder / "run.toml").name == "foreign"
    assert list(runs.waiting) == ["mine", "foreign"]
    runs.resume("foreign")  # once is enough
    assert list(runs.waiting) == ["mine", "foreign"]
    assert runs.held_up == "It waits until elsewhere has ended, which is trained by another window or without one."


def test_settings_of_every_kind_are_typed() -> None:
    config = RunConfig()
    for name, text, wanted in (
        ("name", " mine ", "mine"),
        ("fusion.loop.learning_rate", "3e-4", 3e-4),
        ("steps", "fusion, evaluate", ("fusion", "evaluate")),
        ("seed", "7", 7),
    ):
        config = changed(config, name, text)
        found: object = config
        for part in name.split("."):
            found = getattr(found, part)
        assert found == wanted
    for name, text in (("seed", "x"), ("fusion.loop.learning_rate", "fast"), ("ablate.tables", "two")):
        with pytest.raises(TrainingError, match=name):
            changed(config, name, text)
