"""The real command on tiny corpora: MELD csv files with a tiny encoder, and a feature pack."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.nets.text_encoder import load_text_encoder, save_text_encoder
from trainer.cli import main
from trainer.events import Done, Epoch, Failed, from_line
from trainer.studies.paper_tables import read_results

ROOT = Path(__file__).resolve().parents[2]
LABELS = ("neutral", "joy", "anger")
WORDS = {"neutral": "well fine today", "joy": "great wonderful yes", "anger": "stop never again"}


def rows(count: int, seed: int) -> list[tuple[int, int, str]]:
    """(dialogue, place, label) of ``count`` dialogues of four turns."""
    generator = np.random.default_rng(seed)
    return [(d, k, LABELS[generator.integers(3)]) for d in range(count) for k in range(4)]


def write_meld(folder: Path) -> None:
    """Three csv files as MELD has them, without clips."""
    head = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime"
    for seed, (name, count) in enumerate((("train", 24), ("dev", 8), ("test", 8))):
        lines = [head]
        for d, k, label in rows(count, seed):
            times = f'"00:00:0{k},000","00:00:0{k},900"'
            lines.append(f'{len(lines)},"{WORDS[label]}",Ann,{label},x,{d},{k},1,1,{times}')
        (folder / f"{name}_sent_emo.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_pack(folder: Path, widths: Mapping[str, int]) -> None:
    """A feature pack whose vectors tell the label, in noise."""
    generator = np.random.default_rng(0)
    table = [(s, *r) for i, (s, n) in enumerate((("train", 40), ("validation", 12), ("test", 12))) for r in rows(n, i)]
    with (folder / "utterances.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["dialogue", "utterance", "order", "speaker", "text", "label", "split"])
        writer.writerows([d, k, k, "Ann", "", label, split] for split, d, k, label in table)
    places = [LABELS.index(label) for *_, label in table]
    for name, width in widths.items():
        centres = generator.normal(size=(3, width))
        np.save(folder / f"{name}.npy", (centres[places] + generator.normal(size=(len(table), width))).astype("f4"))


def write_run(folder: Path, kind: str, **more: Any) -> Path:
    """A run.toml with a few quick epochs."""
    encoder = folder / "encoder"
    path = folder / "run.toml"
    path.write_text(
        f'name = "tiny"\nlabels = {list(LABELS)}\nlabel_set = "three"\ndevice = "cpu"\n'
        f'[[corpora]]\nkind = "{kind}"\nfolder = "corpus"\n'
        f'[text]\nencoder = "{encoder.as_posix()}"\n[text.input]\nmax_tokens = 64\n'
        "[text.loop]\nepochs = 2\nlearning_rate = 1e-3\n"
        f"[fusion.net]\nfusion_layers = 2\nfeedforward = 32\nhidden = 32\n"
        "[fusion.loop]\nepochs = 6\nlearning_rate = 2e-3\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def pack_run(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12, "audio": 6, "visual": 8})
    return write_run(tmp_path, "pack")


def test_fusion_learns_a_pack_of_three_modalities_and_reports(pack_run: Path) -> None:
    assert main(["fusion", str(pack_run)]) == 0
    assert main(["evaluate", str(pack_run)]) == 0
    folder = pack_run.parent / "runs" / "tiny" / "evaluate"
    report = json.loads((folder / "test.json").read_text(encoding="utf-8"))
    assert report["weighted_f1"]["value"] > 0.8
    assert report["utterances"] == 48
    assert (folder / "test.png").read_bytes().startswith(b"\x89PNG")


def test_ablation_tables_stand_beside_the_papers_numbers(pack_run: Path) -> None:
    quick = ["--set", "fusion.loop.epochs=1", "--set", "ablate.seeds=1", "--set", "ablate.tables=[2, 5]"]
    assert main(["ablate", str(pack_run), *quick]) == 0
    table = (pack_run.parent / "runs" / "tiny" / "ablate" / "table.md").read_text(encoding="utf-8")
    assert len(table.splitlines()) == 2 + 8 + 6
    assert "| 66.71 |" in table
    results = read_results(pack_run.parent / "runs" / "tiny" / "ablate" / "table.csv")
    assert len(results) == 8 + 6
    assert f"| {results[0].mean:.2f} ±" in table
    full = [
        r.mean for r in results if r.name in ("all three, fusion", "fusion layers m = 2")
    ]  # as many as this run has
    assert full[0] == full[1]
    trained = list((pack_run.parent / "runs" / "tiny" / "ablate" / "rows").iterdir())
    assert len(trained) == len(results) - 1, "the whole network stands in both tables and is trained once"


def test_single_rows_are_ablated(pack_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["--set", "fusion.loop.epochs=1", "--set", "ablate.seeds=1", "--set", 'ablate.rows=["2 text"]']
    assert main(["ablate", str(pack_run), *wanted]) == 0
    (row,) = read_results(pack_run.parent / "runs" / "tiny" / "ablate" / "table.csv")
    assert (row.table, row.name, row.paper) == (2, "text", 66.23)
    assert main(["ablate", str(pack_run), *wanted[:-1], 'ablate.rows=["2 txt"]', "--events"]) == 1
    assert "the nearest is '2 text'" in capsys.readouterr().out


def test_judging_before_training_says_what_to_do(pack_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(pack_run), "--events"]) == 1
    assert "run its step fusion first" in capsys.readouterr().out


def test_packs_hold_what_their_corpus_says_they_are_for(tmp_path: Path) -> None:
    for name in ("corpus", "other"):
        (tmp_path / name).mkdir()
        write_pack(tmp_path / name, {"text": 12})
    run = write_run(tmp_path, "pack")
    more = '[[corpora]]\nkind = "pack"\nfolder = "other"\nsplit = "test"\n'
    run.write_text(run.read_text("utf-8").replace("[text]", more + "[text]", 1), "utf-8")
    assert main(["fusion", str(run)]) == 0
    assert main(["evaluate", str(run)]) == 0
    report = json.loads((tmp_path / "runs" / "tiny" / "evaluate" / "test.json").read_text("utf-8"))
    assert report["utterances"] == 4 * (12 + 64)


def test_fusion_trains_on_text_vectors_alone(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    assert main(["fusion", str(write_run(tmp_path, "pack"))]) == 0


def test_text_is_fine_tuned_on_csv_files_alone_and_exported(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "encoder").mkdir()
    write_meld(tmp_path / "corpus")
    save_text_encoder(untrained_bundle().text, tmp_path / "encoder")
    assert main(["text", str(write_run(tmp_path, "meld"))]) == 0
    folder = tmp_path / "runs" / "tiny" / "text"
    assert load_text_encoder(folder / "encoder").width == load_text_encoder(tmp_path / "encoder").width
    assert (folder / "test.json").is_file()


def test_a_finished_step_is_skipped_and_other_settings_are_refused(
    pack_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fusion", str(pack_run), "--events"]) == 0
    capsys.readouterr()
    assert main(["fusion", str(pack_run), "--events"]) == 0
    done = from_line(capsys.readouterr().out)
    assert isinstance(done, Done)
    assert done.skipped
    assert main(["fusion", str(pack_run), "--set", "fusion.modality_dropout=0.5", "--events"]) == 1
    refusal = from_line(capsys.readouterr().out)
    assert isinstance(refusal, Failed)
    assert "modality_dropout: 0.1 there, 0.5 here" in refusal.message


def test_a_signal_stops_it_and_resume_goes_on(pack_run: Path) -> None:
    command = [sys.executable, "-m", "trainer.cli", "fusion", str(pack_run), "--events"]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}  # a second thread would only wait for the first
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=alone)
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if isinstance(from_line(line), Epoch):
                process.send_signal(signal.SIGTERM)
                break
        rest = [from_line(line) for line in process.stdout]
    assert process.returncode == 130
    assert type(rest[-1]).__name__ == "Stopped"
    assert main(["fusion", str(pack_run)]) == 1, "a begun step is not started over by accident"
    assert main(["fusion", str(pack_run), "--resume"]) == 0


def _named_twice(path: Path) -> str:
    head, first, _, *rest = path.read_text(encoding="utf-8").splitlines()
    return "\n".join([head, first, first, *rest])


def _partly(path: Path) -> Any:
    vectors = np.load(path)
    vectors[0], vectors[1, 2] = np.nan, np.nan
    return vectors


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda c: (c / "utterances.csv").unlink(), "utterances.csv cannot be read"),
        (lambda c: [p.unlink() for p in c.glob("*.npy")], "has none of text.npy"),
        (lambda c: np.save(c / "audio.npy", np.zeros((3, 5), "f4")), "256 rows"),
        (lambda c: (c / "audio.npy").write_bytes(b"junk"), "audio.npy is no array"),
        (
            lambda c: (c / "utterances.csv").write_text("dialogue,label\n", encoding="utf-8"),
            "lacks the column utterance",
        ),
        (
            lambda c: (c / "utterances.csv").write_text(_named_twice(c / "utterances.csv"), encoding="utf-8"),
            "line 3: train 0 0 is there already",
        ),
        (lambda c: np.save(c / "audio.npy", _partly(c / "audio.npy")), "audio.npy, row 2: some values are NaN"),
    ],
)
def test_a_bad_pack_is_named(pack_run: Path, damage: Any, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    damage(pack_run.parent / "corpus")
    assert main(["fusion", str(pack_run), "--events"]) == 1
    assert says in capsys.readouterr().out


def test_a_missing_corpus_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["text", str(write_run(tmp_path, "meld")), "--events"]) == 1
    assert "There is no folder" in capsys.readouterr().out
