"""run.toml: defaults, overrides, and errors that name the way out."""

import json
from pathlib import Path

import pytest

from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.folders import resource
from m2fnet_core.bundle.info import TextConfig
from m2fnet_core.nets.configs import FusionConfig
from trainer.config import AudioStep, CorpusConfig, FusionStep, LoopConfig, RunConfig, TextStep
from trainer.run.file import read_run, write_run


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    path = tmp_path / "run.toml"
    path.write_text(
        'name = "small"\n[audio.loop]\nepochs = 3\n[[corpora]]\nkind = "meld"\nfolder = "MELD.Raw"\n'
        '[corpora.label_map]\nhappy = "joy"\n',
        encoding="utf-8",
    )
    return path


def test_a_changed_setting_keeps_the_other_defaults_of_its_step(toml: Path) -> None:
    run = read_run(toml)
    assert run.audio.loop.epochs == 3
    assert run.audio.loop.weight_decay == RunConfig().audio.loop.weight_decay != LoopConfig().weight_decay


def test_folders_are_taken_from_the_file_that_names_them(toml: Path) -> None:
    run = read_run(toml)
    assert run.corpora[0].folder == toml.parent / "MELD.Raw"
    assert run.out == toml.parent / "runs"
    assert run.corpora[0].label_map == {"happy": "joy"}


def test_overrides_read_numbers_words_and_lists(toml: Path) -> None:
    run = read_run(toml, ["fusion.loop.learning_rate=1e-3", "text.encoder=roberta-base", 'steps=["fusion"]'])
    assert (run.fusion.loop.learning_rate, run.text.encoder, run.steps) == (1e-3, "roberta-base", ("fusion",))


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("audio.loop.epoch=3", "audio.loop.epochs"),
        ("fusoin.balance=1", "fusion"),
        ("audio.loop.epochs=0", "audio.loop: epochs is 0, below 1"),
        ("audio.loop.epochs=true", "audio.loop.epochs: a number is expected instead of True"),
        ("text.loop.ema=1", "text.loop: ema is 1.0, above 0.99999"),
        ("visual.loop.batch_size=64", "visual: loop.batch_size means nothing here; set per_class"),
        ("fusion.net.text=384", "fusion: net.text follows from the vectors"),
        ("audio.loop.optimiser=sgd", "adam, adamw"),
        ("seed=many", "many"),
        ("seed", "no value"),
        ('steps=["txt"]', "steps has txt; the steps are text, audio"),
        ('labels=["joy","joy"]', "labels names a label twice"),
    ],
)
def test_a_wrong_setting_is_refused_with_the_way_out(toml: Path, override: str, says: str) -> None:
    with pytest.raises(TrainingError, match=r"run\.toml|--set") as refusal:
        read_run(toml, [override])
    assert says in str(refusal.value)


def test_an_unknown_key_inside_a_corpus_is_refused(toml: Path) -> None:
    toml.write_text('[[corpora]]\nkind = "meld"\nfoldr = "x"\n', encoding="utf-8")
    with pytest.raises(TrainingError, match=r"corpora\.folder"):
        read_run(toml)


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"gone\.toml cannot be read"):
        read_run(tmp_path / "gone.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(TrainingError, match="not valid TOML"):
        read_run(broken)


@pytest.mark.parametrize("name", ["meld", "iemocap", "smoke", "starter"])
def test_a_written_preset_reads_as_the_same_run(name: str, tmp_path: Path) -> None:
    config = read_run(resource("runs", f"{name}.toml"))
    write_run(config, tmp_path / "elsewhere" / "run.toml")
    assert read_run(tmp_path / "elsewhere" / "run.toml") == config


def test_only_what_is_no_default_is_written(tmp_path: Path) -> None:
    config = RunConfig(
        name='a "quoted" näme',
        out=tmp_path / "runs",
        steps=("fusion",),
        text=TextStep(input=TextConfig(past=3)),
        audio=AudioStep(loop=LoopConfig(epochs=2)),
        fusion=FusionStep(net=FusionConfig(form="concat")),
        corpora=(CorpusConfig("documents", tmp_path, pseudo_labels=0.9, label_map={"very happy": "joy", "x": ""}),),
    )
    write_run(config, tmp_path / "run.toml")
    assert read_run(tmp_path / "run.toml") == config
    text = (tmp_path / "run.toml").read_text("utf-8")
    assert "device" not in text
    assert "protocol" not in text


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match=r"run\.toml cannot be written"):
        write_run(RunConfig(), tmp_path / "file" / "run.toml")


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("text.label_smoothing=2", "label_smoothing is 2.0, above 1"),
        ("fusion.modality_dropout=-0.1", "modality_dropout is -0.1, below 0"),
        ("audio.loop.learning_rate=nan", "learning_rate is nan, which is no number to work with"),
    ],
)
def test_a_value_out_of_its_bounds_is_refused_by_name(toml: Path, setting: str, reason: str) -> None:
    with pytest.raises(TrainingError, match=reason):
        read_run(toml, [setting])


@pytest.mark.parametrize("name", ["../../../etc", "/abs", "..", "", "a\\b", "x" * 200])
def test_a_runs_name_is_the_name_of_one_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(f"name = {json.dumps(name)}\n", "utf-8")
    with pytest.raises(TrainingError, match="not the name of one folder"):
        read_run(path)


def test_a_file_nested_without_end_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("name = " + "[" * 100_000, "utf-8")
    with pytest.raises(TrainingError, match="is not valid TOML"):
        read_run(path)
