"""How fast the extractors train, and how much of that time is the network's own: loading must not hold it up.

Speech and faces are made up, with the sizes of RAVDESS and FER2013; batches, loss and loop are those of a real run.

python -m benchmarks.trainer_triplets [audio] [visual]
"""

import sys
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import m2fnet_core  # noqa: F401 - its own choice is what a training starts from
from trainer.run.machine import train_at_full_speed

train_at_full_speed()  # before torch

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

from m2fnet_core.base.emotions import MELD  # noqa: E402
from m2fnet_core.base.progress import CancelToken  # noqa: E402
from m2fnet_core.bundle.info import ExtractorConfig  # noqa: E402
from m2fnet_core.nets.extractor import Extractor  # noqa: E402
from trainer.config import AudioStep, LoopConfig, RunConfig, TripletLossConfig, VisualStep  # noqa: E402
from trainer.datasets.base import Item  # noqa: E402
from trainer.events import Event, Progress  # noqa: E402
from trainer.judge.validation import Validation  # noqa: E402
from trainer.learn.batches import BatchMix  # noqa: E402
from trainer.learn.extractor_inputs import FaceSource, SpeechSource  # noqa: E402
from trainer.learn.fit_extractor import ExtractorTask, Source  # noqa: E402
from trainer.learn.loop import Fit, loading_processes  # noqa: E402
from trainer.run.folder import Run  # noqa: E402

STEPS, SKIPPED = 3, 1
SECONDS = (1.3, 2.6)  # of a clip: four of five of RAVDESS's without the silence at their ends
RATE, SIDE = 16000, 48  # of sound; pixels of a face (FER2013)
WANTED = 0.9  # of the pure forward and backward rate


def main(names: list[str]) -> int:
    """Print the rates; 1 when loading takes more than its share."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    shares = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names or ["audio", "visual"]:
            task, per_class = (_audio if name == "audio" else _visual)(Path(folder))
            shares.append(_measure(name, task, per_class, device, Path(folder)))
    return int(min(shares) < WANTED)


def _measure(name: str, task: ExtractorTask, per_class: int, device: torch.device, folder: Path) -> float:
    """The rate of the whole loop as a share of forward and backward alone."""
    loop = LoopConfig(epochs=1, optimiser="adam", schedule="constant", warmup=0.0)
    ends: list[float] = []

    def hear(event: Event) -> None:
        if isinstance(event, Progress):
            ends.append(perf_counter())

    run = Run(RunConfig(name=name, out=folder))
    fit = Fit(task, loop, run, device, hear, CancelToken(), loading_processes(device))
    before = _pure(task, fit, device)
    fit()
    after = _pure(task, fit, device)
    whole, pure = median(np.diff(ends)[SKIPPED:]), median(before + after)
    examples = len(MELD.labels) * per_class
    triplets = examples * (per_class - 1)
    print(f"{name} on {device.type}: {triplets / whole:.0f} triplets a second")
    print(f"  a step of {examples} examples and {triplets} triplets takes {whole:.3f} s,")
    print(f"  of which forward and backward alone take {pure:.3f} s: {pure / whole:.2f}, wanted {WANTED}")
    return float(pure / whole)


def _pure(task: ExtractorTask, fit: Fit, device: torch.device) -> list[float]:
    """Seconds of forward, loss and backward on a batch that is there already."""
    ((_, batch),) = fit.load(task.batches(1)[0], 0)
    moved = tuple(tensor.to(device) for tensor in batch[0]), batch[1].to(device)
    times = []
    for _ in range(SKIPPED + 1):
        start = perf_counter()
        task.losses(task.model, moved)["total"].backward()
        task.model.zero_grad()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(perf_counter() - start)
    return times[SKIPPED:]


def _audio(folder: Path) -> tuple[ExtractorTask, int]:
    step = AudioStep()
    generator = np.random.default_rng(0)

    def write(path: Path) -> None:
        samples = (3000 * generator.standard_normal(round(generator.uniform(*SECONDS) * RATE))).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(samples.tobytes())

    source = SpeechSource(_items(folder, "wav", step.per_class, write), MELD.labels, step, 0.0)
    return _task("audio", source, step.loss, step.per_class), step.per_class


def _visual(folder: Path) -> tuple[ExtractorTask, int]:
    step = VisualStep()
    generator = np.random.default_rng(0)

    def write(path: Path) -> None:
        Image.fromarray(generator.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)).save(path)

    source = FaceSource(_items(folder, "jpg", step.per_class, write), MELD.labels, step, 0.0, {})
    return _task("visual", source, step.loss, step.per_class), step.per_class


def _items(folder: Path, suffix: str, per_class: int, write: Callable[[Path], None]) -> list[Item]:
    """As many examples of each class as the steps need."""
    items = []
    for number in range((SKIPPED + STEPS) * per_class * len(MELD.labels)):
        path = folder / f"{number}.{suffix}"
        write(path)
        items.append(Item(path, MELD.labels[number % len(MELD.labels)], "train"))
    return items


def _task(step: str, source: Source, loss: TripletLossConfig, per_class: int) -> ExtractorTask:
    extractor = Extractor(ExtractorConfig())
    return _Unjudged(step, extractor, {"train": source}, loss, BatchMix(per_class, 12), len(MELD.labels), 0)


class _Unjudged(ExtractorTask):
    """Without the validation at the end of an epoch, which is not what is measured."""

    def validate(self, model: torch.nn.Module, cancel: CancelToken) -> Validation:
        return Validation({self.metric: 0.0})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
