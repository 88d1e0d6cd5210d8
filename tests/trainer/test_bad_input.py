"""Corpora and machines that a training cannot work with: one sentence each, through the real command."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.trainer.learn.test_extractors import write_faces
from tests.trainer.learn.test_extractors import write_run as write_extractor_run
from tests.trainer.test_cli import ROOT, write_meld, write_pack, write_run
from trainer.cli import main


def failure(capsys: pytest.CaptureFixture[str], step: str, run: Path, *settings: str) -> str:
    """What the step said when it failed."""
    assert main([step, str(run), "--events", *settings]) == 1
    told: str = capsys.readouterr().out.splitlines()[-1]
    assert '"event": "Failed"' in told
    return told


def test_packs_of_different_widths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, width in (("corpus", 12), ("other", 16)):
        (tmp_path / name).mkdir()
        write_pack(tmp_path / name, {"text": width})
    run = write_run(tmp_path, "pack")
    run.write_text(run.read_text("utf-8") + '[[corpora]]\nkind = "pack"\nfolder = "other"\n', encoding="utf-8")
    assert "text vectors of these packs have different widths (12, 16)" in failure(capsys, "fusion", run)


def test_packs_whose_other_splits_have_other_widths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, width, split in (("corpus", 12, "test"), ("other", 16, "train")):
        (tmp_path / name).mkdir()
        write_pack(tmp_path / name, {"text": width})
        leave_out(tmp_path / name, split)
    run = write_run(tmp_path, "pack")
    run.write_text(run.read_text("utf-8") + '[[corpora]]\nkind = "pack"\nfolder = "other"\n', encoding="utf-8")
    assert "other widths than those of the training split" in failure(capsys, "fusion", run)


def leave_out(pack: Path, *splits: str) -> None:
    """Take splits away from a pack: their dialogues, and their rows."""
    head, *rows = (pack / "utterances.csv").read_text("utf-8").splitlines()
    kept = [place for place, row in enumerate(rows) if row.rsplit(",", 1)[1] not in splits]
    (pack / "utterances.csv").write_text("\n".join([head, *(rows[k] for k in kept)]), encoding="utf-8")
    np.save(pack / "text.npy", np.load(pack / "text.npy")[kept])


@pytest.mark.parametrize(("split", "step"), [("train", "fusion"), ("validation", "fusion"), ("test", "ablate")])
def test_a_split_without_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str], split: str, step: str) -> None:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    table = tmp_path / "corpus" / "utterances.csv"
    rows = [row.split(",") for row in table.read_text("utf-8").splitlines()]
    bare = [[*row[:-2], "", split] if row[-1] == split else row for row in rows]
    table.write_text("\n".join(",".join(row) for row in bare), encoding="utf-8")
    assert f"The {split} split has no label of the set" in failure(capsys, step, write_run(tmp_path, "pack"))


def test_labels_that_the_set_does_not_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corpus").mkdir()
    write_meld(tmp_path / "corpus")
    run = write_run(tmp_path, "meld")
    assert "no label of the set (calm, wild)" in failure(capsys, "text", run, "--set", 'labels=["calm","wild"]')


def test_one_class_only_and_an_empty_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty class is named and left out of the batches; one class alone cannot be learnt."""
    write_faces(tmp_path / "faces")
    for picture in (tmp_path / "faces").rglob("angry/*.png"):
        picture.unlink()
    settings = "[visual.input]\nface_size = 32"
    run = write_extractor_run(tmp_path, 'kind = "faces"\nfolder = "faces"', "visual", settings)
    assert main(["visual", str(run)]) == 0
    assert "The training split has no example of anger" in " ".join(capsys.readouterr().err.split())
    for picture in (tmp_path / "faces").rglob("happy/*.png"):
        picture.unlink()
    assert "only the label neutral" in failure(capsys, "visual", run, "--set", "name=other")


def test_a_few_unreadable_pictures_are_named_and_left_out(tmp_path: Path) -> None:
    write_faces(tmp_path / "faces")
    (tmp_path / "faces" / "train" / "happy" / "0.png").write_bytes(b"no picture")
    Image.new("RGB", (48, 40)).save(tmp_path / "faces" / "train" / "happy" / "cut.png")
    body = (tmp_path / "faces" / "train" / "happy" / "cut.png").read_bytes()
    (tmp_path / "faces" / "train" / "happy" / "cut.png").write_bytes(body[:60])
    settings = "[visual.input]\nface_size = 32"
    run = write_extractor_run(tmp_path, 'kind = "faces"\nfolder = "faces"', "visual", settings)
    assert main(["visual", str(run)]) == 0
    told = (tmp_path / "runs" / "tiny" / "visual" / "unreadable.txt").read_text(encoding="utf-8").splitlines()
    assert ["0.png is left out" in line or "cut.png is left out" in line for line in told] == [True, True]


def test_a_full_disk_keeps_the_state_before(tmp_path: Path) -> None:
    """In a child whose files may grow no larger than half of a state."""
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    run = write_run(tmp_path, "pack")
    command = [sys.executable, "-m", "trainer.cli", "fusion", str(run), "--events"]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}  # a second thread would only wait for the first
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=alone) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if '"Epoch"' in line)
        process.terminate()
        process.stdout.read()
    last = tmp_path / "runs" / "tiny" / "fusion" / "last.safetensors"
    before, limit = last.read_bytes(), last.stat().st_size // 2

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [*command, "--resume"], cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=full, env=alone
    )
    assert (done.returncode, last.read_bytes()) == (1, before), done.stderr
    assert "the former state is kept. Free some space" in done.stdout.splitlines()[-1]
    assert main(["fusion", str(run), "--resume"]) == 0


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    (tmp_path / "runs").write_text("a file where the runs should be", encoding="utf-8")
    assert "choose another folder for runs" in failure(capsys, "fusion", write_run(tmp_path, "pack"))


def test_a_loss_that_is_no_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    wild = ["fusion.loop.learning_rate=1e30", "fusion.loop.warmup=0", "fusion.loop.clip=0"]
    told = failure(capsys, "fusion", write_run(tmp_path, "pack"), *(part for each in wild for part in ("--set", each)))
    assert "is no number any more in epoch 1, step 2" in told


def test_vectors_that_are_no_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    vectors = np.load(tmp_path / "corpus" / "text.npy")
    vectors[3, 4] = np.inf
    np.save(tmp_path / "corpus" / "text.npy", vectors)
    assert "only whole rows of NaN are allowed" in failure(capsys, "fusion", write_run(tmp_path, "pack"))


@pytest.mark.parametrize(
    ("file", "body", "says"),
    [
        ("train.tar", b"no archive", "is damaged"),
        ("labels.csv", b"name,label\n", "needs the columns file and label"),
        ("labels.csv", b"file,label\n\xff\xfe.png,joy\n", "UTF-8"),
    ],
)
def test_damaged_tables_and_archives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, body: bytes, says: str
) -> None:
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / file).write_bytes(body)
    run = write_extractor_run(tmp_path, 'kind = "faces"\nfolder = "faces"', "visual", "")
    assert says in failure(capsys, "visual", run)


def test_a_folder_named_like_markup_is_told_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "[bold]" / "run.toml"
    assert main(["text", str(missing)]) == 1
    assert str(missing) in capsys.readouterr().err
