"""Random kills of the command and of its workers: nothing that was done is lost, done twice, or other than undisturbed.

python -m benchmarks.many_videos_kills [KILLS [CLIPS]]   (default: 30 over 60)
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from benchmarks.many_videos import cut, journalled
from m2fnet_core.base.folders import resource

_NEAR = 1e-4  # probabilities, which depend in their last digits on how threads share the work


def main(kills: int, clips: int) -> int:
    """Print what was found; 1 when something was lost, done twice or different."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number in range(clips):
            cut(resource("demo", "conversation.mp4"), folder / "clips" / f"{number:04}.mp4", number)
        subprocess.run(command(folder, "calm"), check=True, stderr=subprocess.DEVNULL)
        count = Counter[str]()
        while sum(count.values()) < kills:
            kill_some(folder, kills, count, chance)
        subprocess.run([*command(folder, "killed"), "--retry-failed"], check=True, stderr=subprocess.DEVNULL)
        done = Counter(each["media"] for each in journalled(folder / "killed"))
        lost = [name for name in done if done[name] != 1]
        different = compare(folder)
    print(f"{count['parent']} kills of the command, {count['worker']} of workers over {clips} clips")
    print(f"analysed to the end: {len(done)} clips, {len(lost)} of them other than once; {different} results differ")
    return int(len(done) != clips or bool(lost) or different > 0)


def command(folder: Path, name: str) -> list[str]:
    """The command under test."""
    run = [sys.executable, "-m", "m2fnet_core.commands.analyze", str(folder / "clips"), "--out", str(folder / name)]
    return [*run, "--workers", "2", "--no-cache"]


def kill_some(folder: Path, kills: int, count: "Counter[str]", chance: random.Random) -> None:
    """Begin the command, kill a worker at a random moment or none, then the command; ends with it."""
    before = len(journalled(folder / "killed"))
    with subprocess.Popen([*command(folder, "killed"), "--retry-failed"], stderr=subprocess.DEVNULL) as parent:
        if chance.random() < 0.5 and worked(folder, parent, chance.uniform(0.0, 0.4)):
            chance.choice(psutil.Process(parent.pid).children()).send_signal(signal.SIGKILL)
            count["worker"] += 1
        if sum(count.values()) < kills and worked(folder, parent, chance.uniform(0.0, 1.0), before + 1):
            children = psutil.Process(parent.pid).children()
            parent.kill()
            count["parent"] += 1
            _, alive = psutil.wait_procs(children, 30)
            if alive:
                raise SystemExit("workers outlived the command")
    if parent.returncode == 0:
        raise SystemExit(f"all clips were done after {sum(count.values())} kills; take more clips")


def worked(folder: Path, parent: "subprocess.Popen[bytes]", seconds: float, done: int = 0) -> bool:
    """Wait until so many clips are done and somebody is at work, and then so long; False when the command ended."""
    out = folder / "killed"
    while len(journalled(out)) < done or not any(lives(path) for path in out.glob(".m2fnet/*/claims/*.claim")):
        if parent.poll() is not None:
            return False
        time.sleep(0.05)
    time.sleep(seconds)
    return parent.poll() is None


def lives(claim: Path) -> bool:
    """Whether a claim's process is there: killed ones leave theirs behind."""
    try:
        return psutil.pid_exists(int(json.loads(claim.read_text("utf-8"))["process"]))
    except (OSError, ValueError):
        return False


def compare(folder: Path) -> int:
    """How many results are not those of the undisturbed run."""
    return sum(
        not same(*(next((folder / name).glob("results-*")) / each["result"] for name in ("calm", "killed")))
        for each in journalled(folder / "calm")
    )


def same(one: Path, other: Path) -> bool:
    """Whether two results hold the same utterances and, but for the last digits, probabilities."""
    first, second = (json.loads(path.read_text("utf-8"))["utterances"] for path in (one, other))
    return len(first) == len(second) and all(
        (a["id"], a["text"], a["label"]) == (b["id"], b["text"], b["label"])
        and all(abs(a["probabilities"][k] - b["probabilities"][k]) < _NEAR for k in a["probabilities"])
        for a, b in zip(first, second, strict=True)
    )


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(given + [30, 60][len(given) :])))
