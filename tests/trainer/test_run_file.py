"""run.toml: defaults, overrides, and errors that name the way out."""

from pathlib import Path

import pytest

from m2fnet_core.errors import TrainingError
from trainer.config import LoopConfig, RunConfig
from trainer.run_file import read_run


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
        ("audio.loop.epochs=0", "epochs is 0, below 1"),
        ("audio.loop.optimiser=sgd", "adam, adamw"),
        ("seed=many", "many"),
        ("seed", "no value"),
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
