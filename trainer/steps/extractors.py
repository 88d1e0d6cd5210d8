"""The steps ``audio`` and ``visual``: one extractor each, by triplets (torch)."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.json_codec import plain
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.features.audio import AudioExtractor
from m2fnet_core.nets.configs import ExtractorConfig
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.onnx_extractor import OnnxExtractor
from m2fnet_core.nets.speech_transformer import SpeechEncoder, SpeechExtractor
from m2fnet_core.nets.weights import filled, read_weights, write_weights
from trainer.config import AudioStep, VisualStep
from trainer.datasets.alignment import find_boxes
from trainer.datasets.base import SPLITS, Items, require_labels
from trainer.datasets.corpora import present_folder
from trainer.datasets.faces import read_faces
from trainer.datasets.speech import read_speech
from trainer.events import Done, Progress, Warned
from trainer.judge.evaluate import report
from trainer.learn.batches import BatchMix
from trainer.learn.extractor_inputs import FaceSource, SpeechSource
from trainer.learn.fit_extractor import ExtractorTask, Trainable
from trainer.learn.loop import loading_processes
from trainer.learn.pooled import Listening, PooledSpeech
from trainer.run.processes import from_first
from trainer.steps.job import Job, tell_unreadable
from trainer.steps.run_bundle import base_bundle, going_on


def audio(job: Job) -> Done:
    """Train the audio extractor on the run's speech; leaves ``audio/extractor.safetensors``."""
    base = base_bundle(job.run)
    config = going_on(job.run.config, base)
    corpora = [c for c in config.corpora if c.kind == "speech"]
    items = [read_speech(c, config.labels) for c in corpora if present_folder(c)]

    torch.manual_seed(config.seed)
    begun = _first_audio(config.audio, base.audio if base else None)

    def source(split: str) -> SpeechSource | PooledSpeech:
        mine = [item for corpus in items for item in corpus.of(split)]
        most = config.features.most_unreadable
        if isinstance(begun, SpeechExtractor):
            return PooledSpeech(mine, config.labels, most, _listening(job, config.audio, begun, split))
        return SpeechSource(mine, config.labels, config.audio, most)

    return _extractor(job, "audio", config.audio, config.labels, items, source, begun)


def _listening(job: Job, step: AudioStep, extractor: SpeechExtractor, split: str) -> Listening:
    encoder = extractor.encoder.to(job.device).eval()
    views = step.views if split == "train" else 0
    kept = job.run.step_folder("audio") / f"pooled-{split}.npz"
    return Listening(encoder, step, views, kept, lambda done, of: job.hook(Progress("audio", done, of)), job.cancel)


def _first_audio(config: AudioStep, base: AudioExtractor | None) -> Trainable:
    """The extractor to begin with: the base's, or a new one of the kind that is asked for, its speech encoder from
    ``encoder_weights`` or the base. Raises TrainingError, CheckpointError.
    """
    if base is not None and config.start == "auto":
        return _trainable("audio", base)
    if config.input.encoder == "resnet18":
        return Extractor(ExtractorConfig())
    extractor = SpeechExtractor(ExtractorConfig())
    if config.encoder_weights:
        path = Path(config.encoder_weights)
        extractor.encoder = filled(SpeechEncoder, read_weights(path), path)
    elif isinstance(base, SpeechExtractor):
        extractor.encoder = base.encoder
    else:
        raise TrainingError(
            "audio.input.encoder is speech-transformer, but no weights are named: set audio.encoder_weights, or "
            "start_from a model that has one."
        )
    extractor.encoder.requires_grad_(False)
    return extractor


def _trainable(step: str, extractor: AudioExtractor) -> Trainable:
    """Raises TrainingError for an ONNX file, which is used as it is."""
    if isinstance(extractor, OnnxExtractor):
        raise TrainingError(
            f"The {step} encoder of start_from is an ONNX file, which is not trained further; leave {step} out of the "
            f'steps, or set {step}.start = "scratch" for an extractor of your own.'
        )
    return extractor


def visual(job: Job) -> Done:
    """Train the visual extractor on the run's faces; leaves ``visual/extractor.safetensors``."""
    base = base_bundle(job.run)
    config = going_on(job.run.config, base)
    corpora = [c for c in config.corpora if c.kind == "faces"]
    items = [read_faces(c, config.labels) for c in corpora if present_folder(c)]
    to_align = [item for corpus in items for item in corpus.items if item.align]
    known = job.run.step_folder("visual") / "boxes.jsonl"
    boxes = from_first(lambda: find_boxes(to_align, config.visual.input, known, job.device, job.hook, job.cancel))
    people = {item.label for corpus in items for item in corpus.items if item.speaker}
    classes = (*config.labels, *sorted(people - set(config.labels))) if people else config.labels

    def source(split: str) -> FaceSource:
        mine = [item for corpus in items for item in corpus.of(split)]
        return FaceSource(mine, classes, config.visual, config.features.most_unreadable, boxes)

    torch.manual_seed(config.seed)
    goes_on = base is not None and config.visual.start == "auto"
    begun = _trainable("visual", base.visual) if base is not None and goes_on else Extractor(ExtractorConfig())
    return _extractor(job, "visual", config.visual, classes, items, source, begun)


def _extractor(
    job: Job,
    step: str,
    config: AudioStep | VisualStep,
    classes: Sequence[str],
    corpora: Sequence[Items],
    source: Callable[[str], SpeechSource | PooledSpeech | FaceSource],
    begun: Trainable,
) -> Done:
    """What both extractors share: everything but their classes, their sources, and the one to begin with."""
    run = job.run.config
    if not corpora:
        raise TrainingError(f"The run {run.name} names no corpus for {step}; add one under [[corpora]] in run.toml.")
    there = [s for s in SPLITS if any(corpus.of(s) for corpus in corpora)]
    if "train" not in there or "validation" not in there:
        raise TrainingError(
            f"The corpora for {step} need a training and a validation split; give them a split or a validation_share."
        )
    for problem in (p for corpus in corpora for p in corpus.problems):
        job.hook(Warned(step, problem))
    for absent in require_labels("The training split", (i.label for c in corpora for i in c.of("train")), classes):
        job.hook(Warned(step, absent))
    require_labels("The validation split", (i.label for corpus in corpora for i in corpus.of("validation")), classes)
    sources = {split: source(split) for split in there}
    tell_unreadable(job, step, [sentence for each in sources.values() for sentence in each.unreadable])
    extractor = copy.deepcopy(begun)
    mix = BatchMix(config.per_class, config.classes, config.balance)
    task = ExtractorTask(step, extractor, sources, config.loss, mix, len(classes), run.seed)
    job.fit(task, config.loop, loading_processes(job.device))
    labels = run.labels if len(classes) == len(run.labels) else ()
    return from_first(lambda: _trained(task, there[1:], labels, job.run.step_folder(step), job.cancel))


def _trained(
    task: ExtractorTask, splits: Sequence[str], labels: Sequence[str], folder: Path, cancel: CancelToken
) -> Done:
    """Keep the extractor and judge it; by class where its classes are the ``labels``."""
    path = folder / "extractor.safetensors"
    write_weights(task.net.extractor, path)
    figures: dict[str, float] = {}
    for split, found in task.judge(*splits, cancel=cancel).items():
        figures |= {f"{split}/{name}": value for name, value in plain(found.scores).items()}
        if labels:
            each = [str(n) for n in range(len(found.labels))]  # an example is drawn alone in the bootstrap
            report(found.labels, found.probabilities, labels, each, split, folder)
    return Done(task.step, {"extractor": path}, figures)
