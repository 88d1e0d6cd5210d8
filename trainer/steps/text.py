"""The step ``text``: the text encoder learns labels from utterances and their context (torch)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from m2fnet_core.base.progress import CancelToken
from m2fnet_core.nets.text_encoder import load_text_encoder, save_text_encoder
from trainer.datasets.base import require_labels
from trainer.events import Done, Warned
from trainer.judge.evaluate import report
from trainer.learn.fit_text import TextExamples, TextTask, text_examples
from trainer.run.processes import from_first
from trainer.steps.job import Job, split_figures, told_dialogues
from trainer.steps.run_bundle import base_bundle, going_on


def text(job: Job) -> Done:
    """Fine-tune the encoder; leaves ``text/encoder``, a transformers folder."""
    base = base_bundle(job.run)
    config = going_on(job.run.config, base)
    splits = told_dialogues(job, "text")
    found = (u.label for d in splits["train"] for u in d.utterances)
    for absent in require_labels("The training split", found, config.labels):
        job.hook(Warned("text", absent))
    goes_on = base is not None and config.text.start == "auto"
    encoder = base.text if base is not None and goes_on else load_text_encoder(config.text.encoder)
    examples = {s: text_examples(encoder, config.text, d, config.labels) for s, d in splits.items()}

    task = TextTask(encoder, config.text, examples["train"], examples["validation"], config.labels, config.seed)
    job.fit(task, config.text.loop)
    return from_first(lambda: _fine_tuned(task, examples, config.labels, job.run.step_folder("text"), job.cancel))


def _fine_tuned(
    task: TextTask,
    examples: Mapping[str, TextExamples],
    labels: Sequence[str],
    folder: Path,
    cancel: CancelToken,
) -> Done:
    """Keep the encoder and judge it."""
    (folder / "encoder").mkdir(exist_ok=True)
    save_text_encoder(task.net.encoder, folder / "encoder")
    figures: dict[str, float] = {}
    for split in ("validation", "test"):
        if examples[split].inputs:
            truth = np.asarray(examples[split].labels)
            scores = report(
                truth, task.probabilities(examples[split], cancel), labels, examples[split].dialogues, split, folder
            )
            figures |= split_figures(split, scores)
    return Done("text", {"encoder": folder / "encoder"}, figures)
