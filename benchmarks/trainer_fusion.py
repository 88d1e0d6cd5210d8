"""How fast the dialogue network trains on a pack of MELD's size: epochs a second, steps and validation included.

python -m benchmarks.trainer_fusion
"""

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import m2fnet_core  # noqa: F401 - its own choice is what a training starts from
from trainer.run.machine import train_at_full_speed

train_at_full_speed()  # before torch

import numpy as np  # noqa: E402
import torch  # noqa: E402

from m2fnet_core.base.emotions import MELD  # noqa: E402
from m2fnet_core.base.progress import CancelToken  # noqa: E402
from m2fnet_core.features.vectors import UtteranceVectors  # noqa: E402
from trainer.config import FusionStep, LoopConfig, RunConfig  # noqa: E402
from trainer.events import Epoch, Event  # noqa: E402
from trainer.learn.fit_fusion import FusionTask, LabelledDialogue, fitted_config  # noqa: E402
from trainer.learn.loop import Fit  # noqa: E402
from trainer.run.folder import Run  # noqa: E402

SIZES = {"train": (1038, 9989), "validation": (114, 1109)}  # dialogues, utterances: MELD's
WIDTHS = {"text": 384, "audio": 300, "scene": 300, "faces": 300}  # text of the small encoder
EPOCHS = 2  # the first one is not counted
WANTED = 0.02  # epochs a second: the default 30 epochs in 25 minutes on two cores


def main() -> int:
    """Print the rate; 1 when it is too slow."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    generator = np.random.default_rng(0)
    train, unseen = (_dialogues(*SIZES[split], generator) for split in ("train", "validation"))
    step = FusionStep(loop=LoopConfig(epochs=EPOCHS, batch_size=8, learning_rate=5e-4))
    task = FusionTask(step, fitted_config(step.net, train, len(MELD.labels)), train, unseen, MELD.labels, seed=0)
    ends = [perf_counter()]

    def hear(event: Event) -> None:
        if isinstance(event, Epoch):
            ends.append(perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        Fit(task, step.loop, Run(RunConfig(out=Path(folder))), device, hear, CancelToken())()
    seconds = median(np.diff(ends)[1:])
    print(f"{1 / seconds:.3f} epochs a second on {device.type} ({seconds:.1f} s each), wanted {WANTED}")
    print(f"{SIZES['train'][0]} dialogues, {SIZES['train'][1]} utterances, inputs {WIDTHS}")
    return int(1 / seconds < WANTED)


def _dialogues(count: int, utterances: int, generator: np.random.Generator) -> list[LabelledDialogue]:
    """Random vectors and labels in dialogues whose lengths are spread as MELD's, from 1 to 33 utterances."""
    lengths = np.clip(generator.poisson(generator.gamma(3.0, utterances / count / 3.0, count)), 1, 33)
    return [_dialogue(f"dia{i}", int(length), generator) for i, length in enumerate(lengths)]


def _dialogue(name: str, length: int, generator: np.random.Generator) -> LabelledDialogue:
    def vectors() -> UtteranceVectors:
        return UtteranceVectors(**{n: generator.standard_normal(w, dtype=np.float32) for n, w in WIDTHS.items()})

    labels = generator.integers(0, len(MELD.labels), length)
    return LabelledDialogue(name, tuple(vectors() for _ in range(length)), tuple(map(int, labels)))


if __name__ == "__main__":
    sys.exit(main())
