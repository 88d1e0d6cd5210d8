"""The steps of a training by name: read corpora, fit, judge, leave the result in the run folder (torch)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from m2fnet_core.nets.text_encoder import load_text_encoder, save_text_encoder
from m2fnet_core.nets.weights import write_weights
from m2fnet_core.progress import CancelToken
from trainer.config import LoopConfig
from trainer.datasets.base import require_labels
from trainer.datasets.corpora import read_dialogues, read_vectors
from trainer.evaluate import calibrated_temperature, report
from trainer.events import Done, Hook
from trainer.fit_fusion import FusionTask, LabelledDialogue, fitted_config, judged, labelled
from trainer.fit_text import TextTask, text_examples
from trainer.loop import Fit, Task
from trainer.metrics import Scores
from trainer.runs import Run


@dataclass(frozen=True, slots=True)
class Job:
    """What every step gets."""

    run: Run
    device: torch.device
    hook: Hook
    cancel: CancelToken

    def fit(self, task: Task, loop: LoopConfig) -> None:
        """Train the task's model to its best weights."""
        Fit(task, loop, self.run, self.device, self.hook, self.cancel)()


def text(job: Job) -> Done:
    """Fine-tune the encoder; leaves ``text/encoder``, a transformers folder."""
    config, folder = job.run.config, job.run.step_folder("text")
    splits = read_dialogues(config)
    require_labels("The training split", (u.label for d in splits["train"] for u in d.utterances), config.labels)
    encoder = load_text_encoder(config.text.encoder)
    examples = {s: text_examples(encoder, config.text, d, config.labels) for s, d in splits.items()}
    task = TextTask(encoder, config.text, examples["train"], examples["validation"], len(config.labels), config.seed)
    job.fit(task, config.text.loop)
    (folder / "encoder").mkdir(exist_ok=True)
    save_text_encoder(encoder, folder / "encoder")
    figures: dict[str, float] = {}
    for split in ("validation", "test"):
        if examples[split].inputs:
            truth = np.asarray(examples[split].labels)
            scores = report(
                truth, task.probabilities(examples[split]), config.labels, examples[split].dialogues, split, folder
            )
            figures |= _figures(split, scores)
    return Done("text", {"encoder": folder / "encoder"}, figures)


def fusion(job: Job) -> Done:
    """Train the dialogue network on the run's vectors; leaves ``fusion/net.safetensors``."""
    config, folder = job.run.config, job.run.step_folder("fusion")
    vectors = read_vectors(config)
    dialogues = {s: labelled(d, vectors, config.labels) for s, d in read_dialogues(config).items()}
    net = fitted_config(config.fusion.net, dialogues["train"], len(config.labels))
    task = FusionTask(config.fusion, net, dialogues["train"], dialogues["validation"], config.seed)
    job.fit(task, config.fusion.loop)
    write_weights(task.net, folder / "net.safetensors")
    truth, probabilities = judged(task.net, dialogues["validation"])
    temperature = calibrated_temperature(truth, np.log(np.maximum(probabilities, 1e-12)))
    figures = {"temperature": temperature}
    for split in ("validation", "test"):
        if dialogues[split]:
            truth, probabilities = judged(task.net, dialogues[split], temperature)
            scores = report(truth, probabilities, config.labels, _owners(dialogues[split]), split, folder)
            figures |= _figures(split, scores)
    return Done("fusion", {"net": folder / "net.safetensors"}, figures)


def _owners(dialogues: Sequence[LabelledDialogue]) -> list[str]:
    return [d.id for d in dialogues for label in d.labels if label >= 0]


def _figures(split: str, scores: Scores) -> dict[str, float]:
    return {
        f"{split}/weighted_f1": scores.weighted_f1.value,
        f"{split}/accuracy": scores.accuracy.value,
        f"{split}/ece": scores.ece,
    }


STEPS: Mapping[str, Callable[[Job], Done]] = {"text": text, "fusion": fusion}
