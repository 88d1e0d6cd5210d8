"""Two processes of torchrun train one run: one of them writes and tells, and both stop together."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.nets.text_encoder import save_text_encoder
from tests.trainer.test_cli import write_meld, write_pack, write_run
from trainer.cli import main
from trainer.events import Done, Epoch, Event, Failed, Progress, from_line

ROOT = Path(__file__).resolve().parents[3]
LAUNCH = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "trainer.cli"]


@contextmanager
def launched(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Two training processes that tell their events."""
    with subprocess.Popen(
        [*LAUNCH, *arguments, "--events"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        yield process


def told(process: "subprocess.Popen[str]") -> list[Event]:
    return [from_line(line) for line in process.communicate()[0].splitlines()]


def test_every_step_is_done_once_and_told_once(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "encoder").mkdir()
    write_meld(tmp_path / "corpus")
    save_text_encoder(untrained_bundle().text, tmp_path / "encoder")
    run = write_run(tmp_path, "meld")
    steps = ("text", "features", "fusion", "evaluate", "ablate")
    wanted = [f"steps={list(steps)}", "fusion.loop.epochs=2", "ablate.seeds=1", 'ablate.rows=["2 text"]']
    wanted += ["text.loop.epochs=1", "text.loop.batch_size=31"]
    with launched("all", str(run), *(word for one in wanted for word in ("--set", one))) as process:
        events = told(process)
    assert process.returncode == 0
    assert [event.step for event in events if isinstance(event, Done)] == list(steps)
    assert Counter(event.step for event in events if isinstance(event, Epoch)) == {"text": 1, "fusion": 2}
    folder = tmp_path / "runs" / "tiny"
    assert len(list((folder / "text").glob("events.out.tfevents.*"))) == 1
    assert (folder / "bundle").is_dir()

    tiny = ["--set", "name=one", *(word for one in wanted for word in ("--set", one))]
    assert main(["text", str(run), *tiny]) == 0
    alone, both = (_first_losses(tmp_path / "runs" / name) for name in ("one", "tiny"))
    assert alone == pytest.approx(both, rel=0.05), "the losses told are those of whole batches"


def _first_losses(run: Path) -> dict[str, float]:
    events = map(from_line, (run / "events.jsonl").read_text(encoding="utf-8").splitlines())
    return dict(next(event.losses for event in events if isinstance(event, Epoch)))


def test_a_signal_stops_both_and_one_process_may_go_on(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12, "audio": 6})
    run = write_run(tmp_path, "pack")
    more = ["--set", "fusion.loop.epochs=40"]
    with launched("fusion", str(run), *more) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if isinstance(from_line(line), Epoch):
                process.send_signal(signal.SIGTERM)
                break
        rest = told(process)
    assert process.returncode != 0
    assert type(rest[-1]).__name__ == "Stopped"
    assert not any(isinstance(event, Epoch) and event.epoch == 40 for event in rest)
    assert main(["fusion", str(run), *more, "--resume"]) == 0


def test_what_the_first_cannot_do_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    write_pack(tmp_path / "corpus", {"text": 12})
    with launched("evaluate", str(write_run(tmp_path, "pack"))) as process:
        events = told(process)
    assert process.returncode != 0
    (failed,) = (event for event in events if isinstance(event, Failed))
    assert "run its step fusion first" in failed.message
    assert not any(isinstance(event, Progress) for event in events)
