"""How fast an analysis is, as ratios within one run: against a plain loop, the video's length, a second opening.

Plain loop: facenet-pytorch's MTCNN with its defaults on each full-size frame, then one ResNet18 call at 224 pixels for
the frame and for each face. It runs on every fifth frame, half of them before and half behind ours, and is multiplied.
Recall and precision are those of the boxes on the frames used, at IoU 0.4, against boxes drawn by people.
"""

import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from m2fnet_core.analysis.analyze import analyze
from m2fnet_core.base.boxes import iou
from m2fnet_core.base.events import Event, FacesFound
from m2fnet_core.base.requests import Analyze
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.media.frames import Frame, FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.probe import probe

VIDEO = Path(__file__).resolve().parents[1] / "../shared/data/video/three_person_conversation.mp4"
_SHARE = 5  # every so many frames the plain loop does


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock and of processor time (all threads and child processes)."""

    wall: float
    cpu: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def times(self, factor: float) -> "Cost":
        return Cost(self.wall * factor, self.cpu * factor)

    def __str__(self) -> str:
        return f"{self.wall:7.2f} s on the clock, {self.cpu:7.2f} s of processor"


def measured(work: Callable[[], object]) -> Cost:
    """What calling ``work`` costs."""
    start, before = time.perf_counter(), sum(os.times()[:4])
    work()
    return Cost(time.perf_counter() - start, sum(os.times()[:4]) - before)


def main() -> int:
    """Returns 1 when the video is not there or a target is missed."""
    if not VIDEO.is_file():
        print(f"skipped: {VIDEO} is not on this machine")
        return 0
    os.environ["M2FNET_CACHE"] = tempfile.mkdtemp(prefix="m2fnet-bench-")
    bundle = load_bundle(None, torch.device("cpu"))
    used = frames_used(bundle)  # this is also the warm-up
    plain = plain_loop()
    sample = sorted(used)[::_SHARE]
    slow = measured(lambda: plain(sample[::2]))
    ours = measured(lambda: analyze(Analyze(VIDEO, use_cache=False), bundle=bundle))
    slow = (slow + measured(lambda: plain(sample[1::2]))).times(len(used) / len(sample))
    analyze(Analyze(VIDEO), bundle=bundle)
    again = measured(lambda: analyze(Analyze(VIDEO), bundle=bundle))
    shell = measured(from_the_shell)
    return report(used, slow, ours, again, shell)


def report(used: dict[int, list[tuple[float, ...]]], slow: Cost, ours: Cost, again: Cost, shell: Cost) -> int:
    """Print the table; returns the exit code."""
    recall, precision = quality(used)
    length = probe(VIDEO).duration
    print(f"plain loop, {len(used)} frames        {slow}")
    print(f"analysis, models warm           {ours}")
    print(f"analysis, everything stored     {again}")
    print(f"whole process from the shell    {shell}")
    rows = [
        ("times faster than the plain loop (clock)", slow.wall / ours.wall, 10.0),
        ("times faster than the plain loop (processor)", slow.cpu / ours.cpu, 10.0),
        ("times faster as a whole process (clock)", slow.wall / shell.wall, 5.0),
        ("video length / analysis time", length / ours.wall, 1.0),
        ("seconds saved of one, all stored", 1 - again.wall, 0.0),
        ("recall of true boxes at IoU 0.4", recall, 0.98),
        ("precision at IoU 0.4", precision, 0.0),
    ]
    for name, value, target in rows:
        print(f"{name:46} {value:8.3f}   target {target:g}   {'ok' if value >= target else 'MISSED'}")
    return int(any(value < target for _, value, target in rows))


def frames_used(bundle: Bundle) -> dict[int, list[tuple[float, ...]]]:
    """Frame number -> boxes found, of all frames that our analysis looks at."""
    events: list[Event] = []
    analyze(Analyze(VIDEO, use_cache=False), events.append, bundle=bundle)
    index = frame_index(probe(VIDEO))
    found: dict[int, list[tuple[float, ...]]] = {}
    for event in events:
        if isinstance(event, FacesFound):
            found |= {index.nearest(moment): [] for moment in event.frames}
            for face in event.faces:
                found[index.nearest(face.time)].append(face.box)
    return found


def plain_loop() -> Callable[[Sequence[int]], None]:
    """The loop one would write first, its models loaded and warm."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from facenet_pytorch import MTCNN
        from torchvision.models import resnet18
        from torchvision.transforms.functional import resize, to_tensor

    finder, extractor = MTCNN(keep_all=True), resnet18().eval()

    def look(frame: Frame) -> None:
        boxes, _ = finder.detect(frame.pixels)
        height, width = frame.pixels.shape[:2]
        for x1, y1, x2, y2 in [(0, 0, width, height), *(np.zeros((0, 4)) if boxes is None else boxes)]:
            crop = frame.pixels[max(0, int(y1)) : int(y2) + 1, max(0, int(x1)) : int(x2) + 1]
            extractor(resize(to_tensor(crop), [224, 224])[None])

    def run(numbers: Sequence[int]) -> None:
        with torch.inference_mode(), FrameReader(probe(VIDEO)) as reader:
            for frame in reader.read(numbers):
                look(frame)

    run([0])
    return run


def from_the_shell() -> None:
    """`m2fnet-analyze` with no cache, in a process of its own."""
    out = Path(tempfile.mkdtemp()) / "report.json"
    command = [sys.executable, "-m", "m2fnet_core.commands.analyze", str(VIDEO), "--no-cache", "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def quality(found: dict[int, list[tuple[float, ...]]]) -> tuple[float, float]:
    """Recall and precision over the frames used."""
    rows = [line.split(",") for line in VIDEO.with_suffix(".faces.csv").read_text().split()]
    true = {number: [[float(v) for v in row[3:7]] for row in rows if int(row[0]) == number] for number in found}
    hit = right = 0
    for number, boxes in found.items():
        table = iou(*(np.array(b, np.float32).reshape(-1, 4) for b in (true[number], boxes)))
        hit += int((table.max(axis=1, initial=0) > 0.4).sum())
        right += int((table.max(axis=0, initial=0) > 0.4).sum())
    return hit / sum(map(len, true.values())), right / max(1, sum(map(len, found.values())))


if __name__ == "__main__":
    sys.exit(main())
