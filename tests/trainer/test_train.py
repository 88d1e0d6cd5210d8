"""What a training refuses, and what it does with a run folder that was damaged: one sentence, and the rest is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from m2fnet_core.base.progress import CancelToken
from tests.trainer.test_cli import write_meld, write_pack, write_run
from trainer.cli import main
from trainer.events import Event, Stopped
from trainer.run.file import read_run
from trainer.train import How, train

QUICK = ["--set", "fusion.loop.epochs=1"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A run on a small feature pack."""
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    return write_run(tmp_path, "pack")


@pytest.fixture
def meld(tmp_path: Path) -> Path:
    """A run on MELD's csv files."""
    (tmp_path / "corpus").mkdir()
    write_meld(tmp_path / "corpus")
    return write_run(tmp_path, "meld")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command says when it fails."""
    assert main([*arguments, "--events"]) == 1
    return capsys.readouterr().out


def test_a_run_without_steps(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "names no steps; name at least one" in refused(capsys, "all", str(pack), "--set", "steps=[]")


def test_a_step_whose_corpora_are_missing(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "names no corpus with dialogues" in refused(capsys, "text", str(pack))


def test_fusion_without_vectors(meld: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "has no vectors: run its step features first" in refused(capsys, "fusion", str(meld))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (("train", "dev", "test"), "holds no MELD"),
        (("train",), "have no train split; add one"),
        (("dev",), "have no validation split; add one"),
    ],
)
def test_a_corpus_that_lacks_splits(
    meld: Path, capsys: pytest.CaptureFixture[str], files: tuple[str, ...], says: str
) -> None:
    for name in files:
        (meld.parent / "corpus" / f"{name}_sent_emo.csv").unlink()
    assert says in refused(capsys, "text", str(meld))


def test_what_is_cancelled_before_it_begins_learns_nothing(pack: Path) -> None:
    cancel, told = CancelToken(), list[Event]()
    cancel.cancel()
    assert train("fusion", lambda: read_run(pack), How(), told.append, cancel) == 130
    assert told == [Stopped("fusion")]
    assert not (pack.parent / "runs" / "tiny" / "fusion").exists()


def damaged(path: Path) -> None:
    """No JSON, no safetensors."""
    path.write_bytes(b"\x00 half of it")


def without_end(folder: Path) -> None:
    """It has its state, and did not come to its end."""
    (folder / "done.json").unlink()
    damaged(folder / "last.safetensors")


@pytest.mark.parametrize(
    ("damage", "file"),
    [(lambda folder: damaged(folder / "done.json"), "done.json"), (without_end, "last.safetensors")],
)
def test_a_damaged_run_says_which_file_to_remove(
    pack: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None], file: str
) -> None:
    assert main(["fusion", str(pack), *QUICK]) == 0
    folder = pack.parent / "runs" / "tiny" / "fusion"
    damage(folder)
    capsys.readouterr()
    told = refused(capsys, "fusion", str(pack), *QUICK, "--resume")
    assert f"{file} is damaged" in told
    assert "remove it to" in told
    (folder / file).unlink()
    assert main(["fusion", str(pack), *QUICK, "--resume"]) == 0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("dialogue,", "talk,", "lacks the column dialogue"),
        (",train\n", ",training\n", "line 2: split is one of train, validation, test"),
        ("\n0,0,0,", "\n0,0,first,", "line 2: split is one of"),
    ],
)
def test_a_table_of_a_pack_that_is_wrong(
    pack: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str
) -> None:
    table = pack.parent / "corpus" / "utterances.csv"
    text = table.read_text(encoding="utf-8").replace("\r\n", "\n")
    assert old in text
    table.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert says in refused(capsys, "fusion", str(pack))
