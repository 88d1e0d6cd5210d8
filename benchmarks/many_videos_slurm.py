"""A real Slurm of one node: jobs that are requeued, cancelled or out of time, and whether all clips are done once.

python -m benchmarks.many_videos_slurm [CLIPS]   (default: 60; as root, with Debian's slurm-wlm and munge)
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.many_videos import cut, journalled
from m2fnet_core.base.folders import resource

_ROOT = Path(__file__).parents[1]


def main(clips: int) -> int:
    """Print what came of each trial; 1 when a clip was not done exactly once."""
    if shutil.which("slurmctld") is None or shutil.which("munged") is None or os.geteuid() != 0:
        print("skipped: needs Debian's slurm-wlm and munge, and root")
        return 0
    if "SLURM_CONF" not in os.environ:
        command = [sys.executable, "-m", "benchmarks.many_videos_slurm", str(clips)]
        return subprocess.run([_ROOT / "tools" / "slurm_here.sh", *command], check=False).returncode
    with tempfile.TemporaryDirectory() as place:
        folder, wrong = Path(place), 0
        for number in range(clips):
            cut(resource("demo", "conversation.mp4"), folder / "clips" / f"{number:04}.mp4", number)
        wrong += trial(folder, "an array of two jobs", "10", 2, clips, lambda: None)
        wrong += trial(folder, "one of two jobs requeued", "10", 2, clips, lambda: slurm("scontrol", "requeue"))
        wrong += trial(folder, "one of two jobs cancelled", "10", 2, clips, lambda: slurm("scancel"))
        wrong += trial(folder, "a job that runs out of its time", "2", 1, clips, lambda: None)
    return int(wrong > 0)


def trial(folder: Path, name: str, minutes: str, jobs: int, clips: int, disturb: Callable[[], None]) -> int:
    """Run the command on Slurm, disturb it once it works; how many clips were not done exactly once."""
    out, begun = folder / name.replace(" ", "-"), time.monotonic()
    command = [sys.executable, "-m", "m2fnet_core.commands.analyze", str(folder / "clips"), "--out", str(out)]
    options = ["--no-cache", "--slurm", f"time={minutes},cpus=1", "--jobs", str(jobs)]
    with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True) as parent:
        while not journalled(out):
            if parent.poll() is not None:
                raise SystemExit(parent.communicate()[1])
            time.sleep(0.1)
        disturb()
        said = parent.communicate()[1]
    done = Counter(each["media"] for each in journalled(out))
    wrong = clips - sum(done[each] == 1 for each in done)
    logs = "".join(path.read_text("utf-8") for path in out.glob(".m2fnet/*/jobs/*/*.err"))
    again = said.count("submitted again")
    told = f"{logs.count('timed-out')} times out of time, {again} times submitted again"
    print(f"{name:34} {time.monotonic() - begun:6.0f} s, {len(done)} clips, {wrong} not once; {told}", flush=True)
    return wrong


def slurm(*command: str) -> None:
    """Do something to a running job."""
    asked = ["squeue", "--noheader", "--array", "--states=RUNNING", "--format=%i"]
    running: Sequence[str] = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    subprocess.run([*command, running[0]], check=True)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
