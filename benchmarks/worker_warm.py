"""Opening a video in a running worker: the first time, and again with everything cached and warm.

python -m benchmarks.worker_warm [VIDEO]
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import IO

from m2fnet_core.base import events, requests
from m2fnet_core.base.folders import resource
from m2fnet_core.media.probe import probe

RUNS = 5
ALLOWED = 1.0  # seconds from the request to the last prediction
_SHARED = Path(__file__).parents[1] / "../shared/data/video/three_person_conversation.mp4"


def main(video: Path) -> int:
    """Print both times; 1 when the second opening is over the limit."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "M2FNET_CACHE": cache}
        command = [sys.executable, "-m", "m2fnet_core.service.worker"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        ) as worker:
            assert worker.stdin is not None
            assert worker.stdout is not None
            first, *again = (_open(video, worker.stdin, worker.stdout) for _ in range(RUNS + 1))
            worker.stdin.close()
    slowest, median = max(again), sorted(again)[RUNS // 2]
    print(f"{video.name}, {probe(video).duration:.1f} s: process started, model loaded, all computed {first:.2f} s")
    print(f"opened again: {median:.3f} s median, {slowest:.3f} s slowest of {RUNS} (limit {ALLOWED} s)")
    print(f"ratio first / again: {first / median:.0f}")
    return int(slowest > ALLOWED)


def _open(video: Path, ask: IO[bytes], answers: IO[bytes]) -> float:
    """Seconds from the request to the last prediction."""
    start = last = monotonic()
    ask.write(requests.to_line(requests.Analyze(video), "1").encode() + b"\n")
    ask.flush()
    for line in answers:
        _, event = events.from_line(line.decode("ascii"))
        if isinstance(event, events.Predicted):
            last = monotonic()
        if isinstance(event, events.Failed):
            raise SystemExit(event.message)
        if isinstance(event, events.Finished):
            return last - start
    raise SystemExit("the worker ended")


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:]]
    sys.exit(main(given[0] if given else _SHARED if _SHARED.exists() else resource("demo", "conversation.mp4")))
