"""The same run on a cluster: submitit's debug and local executors, and a real Slurm where one is installed."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.batch.cluster import cluster_of, minutes, shards
from m2fnet_core.batch.crew import Place, places
from m2fnet_core.batch.plan import Task
from m2fnet_core.commands.analyze import main
from tests.core.batch.seen import attempts, first_claim

ROOT = Path(__file__).parents[3]
Capture = pytest.CaptureFixture[str]
posix = pytest.mark.skipif(sys.platform == "win32", reason="submitit is for POSIX systems")


@posix
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # submitit leaves its logs open
def test_jobs_share_the_videos(clips: Path, model: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    given = [str(clips), "--model", model, "--out", str(out), "--workers", "0", "--jobs", "2"]
    assert main([*given, "--slurm", "cluster=debug,partition=gpu,time=8:00:00"]) == 1
    assert "2 jobs submitted" in capsys.readouterr().err
    assert attempts(out) == ["one.mp4", "three.mp4", "two.mp4"]
    assert main([*given, "--slurm", "cluster=debug"]) == 1
    said = capsys.readouterr().err
    assert "0 videos to do" in said
    assert "submitted" not in said


@posix
def test_a_job_that_is_preempted_goes_on_with_what_is_left(clips: Path, model: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (clips / "bad.mp4").unlink()
    command = [sys.executable, "-m", "m2fnet_core.commands.analyze", clips, "--model", model, "--out", out]
    local = ["--slurm", "cluster=local,time=10", "--jobs", "1", "--workers", "0"]
    with subprocess.Popen([*map(str, command), *local], stderr=subprocess.DEVNULL) as parent:
        os.kill(first_claim(out), signal.SIGUSR2)
        assert parent.wait(120) == 0
    assert attempts(out) == ["one.mp4", "three.mp4", "two.mp4"]
    said = "".join(path.read_text("utf-8") for path in out.glob(".m2fnet/*/jobs/*/*.err"))
    assert "Caught signal SIGUSR2" in said


def test_words_of_slurm_are_understood() -> None:
    cluster = cluster_of("partition=gpu, time=8:00:00,gpus=1,mem=16G,nodelist=a1", 50)
    assert cluster.parameters == {
        "timeout_min": 480,
        "name": "m2fnet-analyze",
        "slurm_partition": "gpu",
        "gpus_per_node": 1,
        "slurm_mem": "16G",
        "slurm_additional_parameters": {"nodelist": "a1"},
    }
    assert [minutes(text) for text in ("30", "10:30", "1-0", "1-2:30:00")] == [30, 11, 1440, 1590]
    for wrong in ("gpu", "time=soon"):
        with pytest.raises(DocumentError, match="--slurm"):
            cluster_of(wrong, 1)


def test_shares_are_about_as_long_as_each_other() -> None:
    tasks = [Task(Path(f"/{seconds}.mp4"), "", float(seconds)) for seconds in (5, 100, 40, 35, 30, 90)]
    found = shards(tasks, 3)
    assert sorted(sum(task.length for task in part) for part in found) == [95.0, 100.0, 105.0]
    assert len(shards(tasks, 50)) == 6
    assert places(3, ("cuda:0", "cuda:1"), 8) == (Place("cuda:0", 3), Place("cuda:1", 3), Place("cuda:0", 2))


@pytest.mark.skipif(shutil.which("sbatch") is not None, reason="there is a Slurm here")
def test_a_machine_without_slurm_is_told(clips: Path, model: str, tmp_path: Path, capsys: Capture) -> None:
    assert main([str(clips), "--model", model, "--out", str(tmp_path / "out"), "--slurm", "time=10"]) == 1
    assert "There is no Slurm here" in capsys.readouterr().err


@pytest.mark.skipif(
    shutil.which("slurmctld") is None or shutil.which("munged") is None or os.geteuid() != 0,
    reason="needs Debian's slurm-wlm and munge, and root",
)
def test_on_a_real_slurm_a_cancelled_job_is_made_up_for(clips: Path, model: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (clips / "bad.mp4").unlink()
    script = f"""
        {sys.executable} -m m2fnet_core.commands.analyze {clips} --model {model} --out {out} \
            --slurm time=10,cpus=1 --jobs 2 &
        until ls {out}/.m2fnet/*/claims/*.claim >/dev/null 2>&1; do sleep 0.1; done
        scancel $(squeue --noheader --array --states=RUNNING --format=%i | head -1)
        wait $!
    """
    slurm = subprocess.run([ROOT / "tools" / "slurm_here.sh", "sh", "-c", script], check=False, capture_output=True)
    assert slurm.returncode == 0, slurm.stderr
    assert attempts(out) == ["one.mp4", "three.mp4", "two.mp4"]
