"""The steps of a training by name: read corpora, fit, judge, leave the result in the run folder (torch)."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from m2fnet_core.base.dialogue import Dialogue, Presence
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.json_codec import build, plain
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.checkpoint import save_bundle
from m2fnet_core.nets.configs import ExtractorConfig, FusionConfig
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.fusion import FusionNet
from m2fnet_core.nets.text_encoder import load_text_encoder, save_text_encoder
from m2fnet_core.nets.weights import filled, read_weights, write_weights
from trainer.config import AudioStep, LoopConfig, VisualStep
from trainer.datasets.alignment import find_boxes
from trainer.datasets.base import SPLITS, Items, require_labels
from trainer.datasets.cache_features import default_workers, extract_all, refuse_too_many
from trainer.datasets.corpora import present_folder, read_dialogues, read_packs
from trainer.datasets.faces import read_faces
from trainer.datasets.packs import write_pack
from trainer.datasets.speech import read_speech
from trainer.events import Done, Hook, Warned, ignore
from trainer.judge.comparison import Scores
from trainer.judge.evaluate import calibrated_temperature, report
from trainer.judge.leakage import pieces, refuse_leaks
from trainer.judge.metrics import weighted_f1
from trainer.learn.batches import BatchMix
from trainer.learn.fit_extractor import ExtractorTask
from trainer.learn.fit_fusion import (
    IGNORED,
    MODALITIES,
    FusionTask,
    LabelledDialogue,
    fits,
    fitted_config,
    judged,
    labelled,
    unused,
)
from trainer.learn.fit_text import TextExamples, TextTask, text_examples
from trainer.learn.loop import Fit, Task, loading_processes
from trainer.learn.sources import FaceSource, SpeechSource
from trainer.run.folder import UNREADABLE, Run
from trainer.run.processes import from_first, is_first
from trainer.steps.pair_vectors import pair_vectors
from trainer.steps.run_bundle import base_bundle, going_on, run_bundle, with_fusion
from trainer.studies.ablate import ablation
from trainer.studies.context_study import as_markdown as context_table
from trainer.studies.context_study import context_study
from trainer.studies.paper_tables import as_markdown, write_results


@dataclass(frozen=True, slots=True)
class Job:
    """What every step gets."""

    run: Run
    device: torch.device
    hook: Hook
    cancel: CancelToken
    finish: bool = False  # the best so far of what was begun is its end

    def fit(self, task: Task, loop: LoopConfig, workers: int = 0) -> None:
        """Train the task's model to its best weights; ``workers`` processes load its batches."""
        Fit(task, loop, self.run, self.device, self.hook, self.cancel, workers)(self.finish)


def text(job: Job) -> Done:
    """Fine-tune the encoder; leaves ``text/encoder``, a transformers folder."""
    base = base_bundle(job.run)
    config = going_on(job.run.config, base)
    splits = _told_dialogues(job, "text")
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
            figures |= _figures(split, scores)
    return Done("text", {"encoder": folder / "encoder"}, figures)


def audio(job: Job) -> Done:
    """Train the audio extractor on the run's speech; leaves ``audio/extractor.safetensors``."""
    base = base_bundle(job.run)
    config = going_on(job.run.config, base)
    corpora = [c for c in config.corpora if c.kind == "speech"]
    items = [read_speech(c, config.labels) for c in corpora if present_folder(c)]

    def source(split: str) -> SpeechSource:
        mine = [item for corpus in items for item in corpus.of(split)]
        return SpeechSource(mine, config.labels, config.audio, config.features.most_unreadable)

    return _extractor(job, "audio", config.audio, config.labels, items, source, base.audio if base else None)


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

    return _extractor(job, "visual", config.visual, classes, items, source, base.visual if base else None)


def _extractor(
    job: Job,
    step: str,
    config: AudioStep | VisualStep,
    classes: Sequence[str],
    corpora: Sequence[Items],
    source: Callable[[str], SpeechSource | FaceSource],
    base: Extractor | None,
) -> Done:
    """What both extractors share: everything but their classes, their sources, and the one to go on from."""
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
    _tell_unreadable(job, step, [sentence for each in sources.values() for sentence in each.unreadable])
    torch.manual_seed(run.seed)
    extractor = copy.deepcopy(base) if base and config.start == "auto" else Extractor(ExtractorConfig())
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


def _told_dialogues(job: Job, step: str) -> dict[str, tuple[Dialogue, ...]]:
    """The run's dialogues; what their corpora lack is told."""
    splits, problems = read_dialogues(job.run.config)
    for problem in problems:
        job.hook(Warned(step, problem))
    return splits


def _tell_unreadable(job: Job, step: str, sentences: Sequence[str]) -> None:
    """The first of them as a warning, all in ``unreadable.txt``."""
    if not is_first():
        return
    path = job.run.step_folder(step) / UNREADABLE
    path.write_text("".join(f"{sentence}\n" for sentence in sentences), encoding="utf-8")
    if sentences:
        job.hook(Warned(step, f"{len(sentences)} cannot be read, all named in {path}. {sentences[0]}"))


def features(job: Job) -> Done:
    """Vectors of every utterance; leaves a feature pack in ``features`` and the list of unreadable media beside it."""
    config, folder = job.run.config, job.run.step_folder("features")
    splits = _told_dialogues(job, "features")
    refuse_leaks(config, splits["test"])
    with_media = any(d.media or u.media for some in splits.values() for d in some for u in d.utterances)
    bundle = run_bundle(job.run, job.device, with_media or config.pairing.enabled)
    workers = config.features.workers or default_workers(job.device)
    vectors, problems = extract_all(bundle, splits, folder / "store", workers, job.hook, job.cancel)
    refuse_too_many(problems, len(vectors), config.features.most_unreadable)
    _tell_unreadable(job, "features", list(problems))
    if config.pairing.enabled:
        splits, vectors = pair_vectors(job.run, bundle, splits, vectors, job.hook, job.cancel)
    write_pack(folder, splits, vectors)
    present = [v.present for v in vectors.values()]
    shares = {f"share/{n}": sum(getattr(p, n) for p in present) / len(present) for n in Presence.__slots__}
    return Done("features", {"pack": folder}, {"utterances": float(len(vectors)), **shares})


def fusion(job: Job) -> Done:
    """Train the dialogue network on the run's vectors; leaves ``fusion/net.safetensors`` and the bundle."""
    config = job.run.config
    dialogues = _dialogues(job.run, "train", "validation")
    base = _base_of_fusion(job, [d for some in dialogues.values() for d in some])
    net = base.config if base else fitted_config(config.fusion.net, dialogues["train"], len(config.labels))
    if not fits(net, [d for some in dialogues.values() for d in some]):
        raise TrainingError(
            "The vectors of the validation or the test split have other widths than those of the training split; "
            "train on packs that were made by the same extractors."
        )
    task = FusionTask(config.fusion, net, dialogues["train"], dialogues["validation"], config.labels, config.seed)
    if base:
        task.net.load_state_dict(base.state_dict())
    job.fit(task, config.fusion.loop)
    return from_first(lambda: _fused(job.run, task, dialogues, goes_on=base is not None))


def _fused(run: Run, task: FusionTask, dialogues: Mapping[str, Sequence[LabelledDialogue]], goes_on: bool) -> Done:
    """Keep the dialogue network, with its temperature, and the bundle where the run made the vectors itself."""
    folder, net = run.step_folder("fusion"), task.net
    truth, probabilities = judged(net, dialogues["validation"])
    temperature = calibrated_temperature(truth, np.log(np.maximum(probabilities, 1e-12)))
    figures = {"temperature": temperature, "validation/weighted_f1": weighted_f1(truth, probabilities.argmax(axis=1))}
    write_weights(net, folder / "net.safetensors")
    (folder / "net.json").write_text(json.dumps({"net": plain(net.config), **figures}, indent=2), encoding="utf-8")
    paths = {"net": folder / "net.safetensors"}
    if run.done("features") is not None:
        bundle = run_bundle(run, torch.device("cpu"), with_media=False)
        longest = max(bundle.info.max_dialogue if goes_on else 0, *(len(d.labels) for d in dialogues["train"]))
        learnt = {*bundle.info.training_pieces, *pieces(d.id for d in dialogues["train"])}
        facts = {"max_dialogue": longest, "temperature": temperature, "metrics": figures}
        whole = with_fusion(bundle, net, training_pieces=tuple(sorted(learnt)), **facts)
        paths["bundle"] = run.folder / "bundle"
        save_bundle(whole, paths["bundle"])
    return Done("fusion", paths, figures)


def _base_of_fusion(job: Job, dialogues: Sequence[LabelledDialogue]) -> FusionNet | None:
    """The dialogue network to go on from; None, with the reason told, where it does not fit."""
    config = job.run.config
    base = base_bundle(job.run) if config.fusion.start == "auto" else None
    if base is None:
        return None
    kept = replace(base.info.fusion, dropout=config.fusion.net.dropout, branch_dropout=config.fusion.net.branch_dropout)
    if base.info.label_set.labels != config.labels:
        reason = f"its labels are {', '.join(base.info.label_set.labels)}"
    elif not fits(kept, dialogues):
        reason = "its vectors have other widths"
    else:
        unheard = unused(kept, dialogues)
        if unheard:
            told = f"The dialogue network of {base.info.name} does not take {' and '.join(unheard)}"
            job.hook(Warned("fusion", f"{told}, and going on from it leaves that out; fusion.start = scratch uses it."))
        net = FusionNet(kept)
        net.load_state_dict(base.fusion.state_dict())
        return net
    job.hook(Warned("fusion", f"The dialogue network begins anew, not from {base.info.name}: {reason}."))
    return None


def evaluate(job: Job) -> Done:
    """Judge the trained dialogue network on validation and test; leaves JSON and pictures in ``evaluate``."""
    config, folder = job.run.config, job.run.step_folder("evaluate")
    net, temperature = trained_net(job.run)
    dialogues = _dialogues(job.run)
    figures: dict[str, float] = {}
    for split in ("validation", "test"):
        if dialogues[split]:
            truth, probabilities = judged(net.to(job.device), dialogues[split], temperature)
            scores = report(truth, probabilities, config.labels, _owners(dialogues[split]), split, folder)
            figures |= _figures(split, scores) | _alone(
                net, temperature, dialogues[split], config.labels, split, folder
            )
    return Done("evaluate", {"reports": folder}, figures)


def _alone(
    net: FusionNet,
    temperature: float,
    dialogues: Sequence[LabelledDialogue],
    labels: Sequence[str],
    split: str,
    folder: Path,
) -> dict[str, float]:
    """Weighted F1 of each modality with the others masked; leaves a report of each."""
    figures = {}
    for modality in MODALITIES:
        if getattr(net.config, modality):
            found = judged(net, dialogues, temperature, modality)
            scores = report(*found, labels, _owners(dialogues), f"{split}-{modality}", folder)
            figures[f"{split}/{modality} alone/weighted_f1"] = scores.weighted_f1.value
    return figures


def ablate(job: Job) -> Done:
    """The rows of Tables 2-5 that the run's vectors allow, and the text encoder's context; leaves ``table.md``."""
    config, folder = job.run.config, job.run.step_folder("ablate")
    parts, figures = list[str](), dict[str, float]()
    if config.ablate.tables:
        rows = ablation(config, _dialogues(job.run, *SPLITS), folder, lambda *given: _quiet_fit(job, *given), job.hook)
        if is_first():
            write_results(rows, folder / "table.csv")
        parts.append(as_markdown(rows, config.ablate.paper))
        figures |= {f"table {r.table}/{r.name}": r.mean for r in rows}
    if config.ablate.context:
        results = context_study(job.run, folder, lambda run: text(replace(job, run=run, hook=ignore)))
        parts.append(context_table(results))
        figures |= {f"context {r.name}": r.weighted_f1 for r in results}
    if is_first():
        (folder / "table.md").write_text("\n".join(parts), encoding="utf-8")
    return Done("ablate", {"table": folder / "table.md"}, figures)


def trained_net(run: Run) -> tuple[FusionNet, float]:
    """The run's dialogue network and its temperature. Raises TrainingError before the fusion step is done."""
    path = run.folder / "fusion" / "net.json"
    if run.done("fusion") is None:
        raise TrainingError(f"{run.folder} has no trained dialogue network yet; run its step fusion first.")
    about = json.loads(path.read_text(encoding="utf-8"))
    net: FusionConfig = build(FusionConfig, about["net"])
    weights = path.with_name("net.safetensors")
    return filled(lambda: FusionNet(net), read_weights(weights), weights), about["temperature"]


def _dialogues(run: Run, *needed: str) -> dict[str, list[LabelledDialogue]]:
    """The dialogues that have a label. Raises TrainingError where a split that is needed has none."""
    splits, vectors = read_packs(run.config, run.folder / "features")
    found = {
        split: [d for d in labelled(some, vectors, run.config.labels) if any(label != IGNORED for label in d.labels)]
        for split, some in splits.items()
    }
    for split in needed:
        if not found[split]:
            raise TrainingError(
                f"The {split} split has no label of the set ({', '.join(run.config.labels)}); "
                "label some of it, or map its labels with label_map."
            )
    return found


def _quiet_fit(job: Job, task: Task, loop: LoopConfig, run: Run) -> None:
    Fit(task, loop, run, job.device, ignore, job.cancel)()


def _owners(dialogues: Sequence[LabelledDialogue]) -> list[str]:
    return [d.id for d in dialogues for label in d.labels if label >= 0]


def _figures(split: str, scores: Scores) -> dict[str, float]:
    return {
        f"{split}/weighted_f1": scores.weighted_f1.value,
        f"{split}/accuracy": scores.accuracy.value,
        f"{split}/ece": scores.ece,
    }


STEPS: Mapping[str, Callable[[Job], Done]] = {
    "text": text,
    "audio": audio,
    "visual": visual,
    "features": features,
    "fusion": fusion,
    "evaluate": evaluate,
    "ablate": ablate,
}
ALONE = ("features", "evaluate")  # steps that train nothing: the first of several processes does them
