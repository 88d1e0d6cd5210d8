"""What a run folder tells about a training: whole, while it grows, after a crash, and of a program yet to come."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from m2fnet_core.base.errors import TrainingError
from tests.trainer.test_cli import LABELS, ROOT, write_pack, write_run
from trainer.cli import main
from trainer.config import RunConfig
from trainer.events import Done, Epoch, Failed, Progress, Started, Stopped, from_line, to_line
from trainer.run.folder import Run
from trainer.run.lock import is_alive, locked
from trainer.run.view import RunTail, StepHistory, StepState, differing, read_view, runs_in

ALL = ["--set", 'steps=["fusion", "evaluate"]']


@pytest.fixture
def pack_run(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    return write_run(tmp_path, "pack")


def child(toml: Path, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "trainer.cli", "all", str(toml), "--events", *ALL, *more]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=alone,
    )


def up_to_an_epoch(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert any(isinstance(from_line(line), Epoch) for line in iter(process.stdout.readline, ""))


def test_a_finished_run_is_told_by_its_folder_alone(pack_run: Path) -> None:
    folder = pack_run.parent / "runs" / "tiny"
    assert main(["all", str(pack_run), *ALL, "--set", "fusion.loop.patience=0"]) == 0
    view = read_view(folder)
    assert (view.name, view.error, view.process, view.state) == ("tiny", "", None, StepState.DONE)
    assert view.config is not None
    assert list(view.steps) == ["fusion", "evaluate"]
    fusion = view.steps["fusion"]
    assert list(fusion.epochs) == [1, 2, 3, 4, 5, 6]
    assert fusion.best is not None
    assert fusion.metrics["validation/weighted_f1"] == fusion.best.metrics["weighted_f1"]
    assert {f"f1/{label}" for label in LABELS} < fusion.best.metrics.keys()
    assert sum(map(sum, fusion.best.confusion)) == 48
    assert len(fusion.losses["total"]) == len(fusion.batches) > 0
    assert view.steps["evaluate"].metrics.keys() > {"test/weighted_f1"}
    assert runs_in(folder.parent) == [folder]


def test_two_processes_never_train_the_same_run(pack_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = pack_run.parent / "runs" / "tiny"
    assert is_alive(folder) is None
    with locked(folder):
        assert is_alive(folder) == os.getpid()
        assert main(["all", str(pack_run), "--events"]) == 1
    told = from_line(capsys.readouterr().out)
    assert isinstance(told, Failed)
    assert f"is being trained by another window or command (process {os.getpid()})" in told.message
    assert is_alive(folder) is None
    assert not (folder / "events.jsonl").exists(), "the refused process wrote into another's run"


def test_a_killed_run_says_so_and_goes_on(pack_run: Path) -> None:
    folder = pack_run.parent / "runs" / "tiny"
    with child(pack_run, "--set", "fusion.loop.epochs=500", "--set", "fusion.loop.patience=0") as process:
        up_to_an_epoch(process)
        tail = RunTail(folder)
        assert any(isinstance(event, Epoch) for event in tail.take())
        assert is_alive(folder) == process.pid
        assert read_view(folder).state is StepState.RUNNING
        process.kill()
    view = read_view(folder)
    assert view.state is StepState.FAILED
    assert "without a word" in view.steps["fusion"].message


def test_the_end_of_its_input_stops_an_attached_training(pack_run: Path) -> None:
    with child(pack_run, "--attached", "--set", "fusion.loop.epochs=500", "--set", "fusion.loop.patience=0") as process:
        up_to_an_epoch(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.stdout is not None
        assert isinstance(from_line(process.stdout.readlines()[-1]), Stopped)
    assert process.returncode == 130
    assert read_view(pack_run.parent / "runs" / "tiny").state is StepState.STOPPED


def test_a_detached_training_goes_on_when_nobody_listens(pack_run: Path) -> None:
    with child(pack_run, "--attached") as process:
        up_to_an_epoch(process)
        assert process.stdin is not None
        process.stdin.write("detach\n")
        process.stdin.close()
        assert process.stdout is not None
        process.stdout.close()
    assert process.returncode == 0
    assert read_view(pack_run.parent / "runs" / "tiny").state is StepState.DONE


def test_a_tail_waits_for_the_end_of_a_line_and_leaves_out_what_is_none(tmp_path: Path) -> None:
    run = Run(RunConfig(name="one", out=tmp_path))
    run.tell(Stopped("fusion"))
    tail = RunTail(run.folder)
    assert tail.take() == [Stopped("fusion")]
    line = to_line(Failed("fusion", "häßlich")).encode()
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(line[:40])
    assert tail.take() == []
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(line[40:] + b'\n{"event": "Foreseen", "step": "text"}\n\xff\n{"event": "Stop')
    assert tail.take() == [Failed("fusion", "häßlich")]
    Run(RunConfig(name="one", out=tmp_path)).tell(Stopped("text"))  # after a crash in the middle of a line
    assert tail.take() == [Stopped("text")]


def test_of_very_many_batches_some_are_left_out_but_nothing_else(tmp_path: Path) -> None:
    run = Run(RunConfig(name="one", out=tmp_path))
    run.folder.mkdir(parents=True)
    lines = []
    for done in range(1, 20_001):
        lines.append(to_line(Progress("audio", done, 20_000, losses={"total": 1 / done})))
        if done % 5000 == 0:
            lines.append(to_line(Epoch("audio", done // 5000, {}, {"probe_weighted_f1": 0.5}, best=True)))
    (run.folder / "events.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = read_view(run.folder).steps["audio"]
    assert list(found.epochs) == [1, 2, 3, 4]
    assert 2000 <= len(found.batches) <= 2004
    assert {5000.0, 10_000.0, 15_000.0, 20_000.0} <= set(found.batches)
    assert found.losses["total"][-1] == 1 / 20_000


def test_batches_and_epochs_that_are_done_again_count_once(tmp_path: Path) -> None:
    history = StepHistory()
    for done in (1, 2, 3, 4):
        history.add(Progress("text", done, 8, losses={"total": float(done)}))
        history.add(Epoch("text", done, {}, {"weighted_f1": done / 10}, best=True))
    history.add(Started("text", tmp_path, "cpu", 4, 8))
    history.add(Progress("text", 3, 8, losses={"total": 30.0}))
    history.add(Epoch("text", 3, {}, {"weighted_f1": 0.1}, best=False))
    assert (list(history.batches), list(history.losses["total"])) == ([1, 2, 3], [1.0, 2.0, 30.0])
    assert list(history.epochs) == [1, 2, 3]
    assert history.best is not None
    assert history.best.epoch == 2
    history.add(Done("text", metrics={"x": 1.0}, seconds=2.5))
    assert (history.state, history.seconds) == (StepState.DONE, 2.5)


def test_runs_of_another_program_and_damaged_ones_are_named(tmp_path: Path) -> None:
    run = Run(RunConfig(name="one", out=tmp_path))
    run.prepare("text", resume=False)
    run.mark_done("text", {})
    path = run.folder / "run.json"
    about = json.loads(path.read_text("utf-8"))
    created = read_view(run.folder).created
    run.prepare("text", resume=True)
    assert read_view(run.folder).created == created, "when it was made, not when it was resumed"
    path.write_text(json.dumps({**about, "program": "99.0", "config": {**about["config"], "magic": 1}}), "utf-8")
    assert "made by version 99.0 of the program; update this one" in read_view(run.folder).error
    path.write_text("{", "utf-8")
    assert "run.json is damaged" in read_view(run.folder).error
    path.unlink()
    assert "run.json cannot be read" in read_view(run.folder).error


def test_only_settings_that_differ_are_listed(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 3)):
        Run(RunConfig(name=name, out=tmp_path, seed=seed)).prepare("text", resume=False)
    assert differing([read_view(tmp_path / name) for name in "ab"]) == {"seed": (0, 3)}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match="choose another folder for runs"), locked(tmp_path / "file" / "run"):
        pass
