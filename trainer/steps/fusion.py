"""The step ``fusion``: the dialogue network learns from vectors and becomes a bundle (torch)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from m2fnet_core.base.calibration import MODALITY_SETS, Calibration
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.json_codec import build, plain
from m2fnet_core.bundle.checkpoint import save_bundle
from m2fnet_core.nets.configs import FusionConfig
from m2fnet_core.nets.fusion import FusionNet
from m2fnet_core.nets.weights import filled, read_weights, write_weights
from trainer.events import Done, Warned
from trainer.judge.evaluate import calibrated_temperature
from trainer.judge.leakage import pieces
from trainer.judge.metrics import Floats, Ints, weighted_f1
from trainer.learn.fit_fusion import (
    IGNORED,
    FusionTask,
    LabelledDialogue,
    fits,
    fitted_config,
    judged,
    learnt_prior,
    unused,
    with_exactly,
)
from trainer.run.folder import Run
from trainer.run.processes import from_first
from trainer.steps.job import Job, labelled_dialogues
from trainer.steps.run_bundle import base_bundle, run_bundle, with_fusion

_WORDLESS_FACES = ("visual", "audio+visual")
_FEWEST = 100  # utterances of a set of modalities that a temperature of its own is fitted on


def fusion(job: Job) -> Done:
    """Train the dialogue network on the run's vectors; leaves ``fusion/net.safetensors`` and the bundle."""
    config = job.run.config
    dialogues = labelled_dialogues(job.run, "train", "validation")
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
    temperature = _temperature(truth, probabilities)
    temperatures = _temperatures(net, dialogues["validation"], run.config.pairing.enabled)
    figures = {"temperature": temperature, "validation/weighted_f1": weighted_f1(truth, probabilities.argmax(axis=1))}
    write_weights(net, folder / "net.safetensors")
    about = {"net": plain(net.config), **figures, "temperatures": temperatures}
    (folder / "net.json").write_text(json.dumps(about, indent=2), encoding="utf-8")
    paths = {"net": folder / "net.safetensors"}
    if run.done("features") is not None:
        bundle = run_bundle(run, torch.device("cpu"), with_media=False)
        longest = max(bundle.info.max_dialogue if goes_on else 0, *(len(d.labels) for d in dialogues["train"]))
        learnt = {*bundle.info.training_pieces, *pieces(d.id for d in dialogues["train"])}
        labels, balance = run.config.labels, run.config.fusion.balance
        prior = dict(zip(labels, learnt_prior(dialogues["train"], len(labels), balance), strict=True))
        facts = {"max_dialogue": longest, "metrics": figures, "learnt_prior": prior}
        facts |= {"temperature": temperature, "temperatures": temperatures}
        whole = with_fusion(bundle, net, training_pieces=tuple(sorted(learnt)), **facts)
        paths["bundle"] = run.folder / "bundle"
        save_bundle(whole, paths["bundle"])
    return Done("fusion", paths, figures)


def _temperatures(net: FusionNet, dialogues: Sequence[LabelledDialogue], paired: bool) -> dict[str, float]:
    """One for each set of modalities that enough utterances have: a network is surer by words than by faces alone.

    Decision: none for ``paired`` faces without words. They are photographs, easier than the frames of a video, and
    would make the network surer of these than it may be.
    """
    found = {}
    for name in MODALITY_SETS:
        if paired and name in _WORDLESS_FACES:
            continue
        some = with_exactly(dialogues, name)
        if sum(label != IGNORED for d in some for label in d.labels) >= _FEWEST:
            found[name] = _temperature(*judged(net, some))
    return found


def _temperature(truth: Ints, probabilities: Floats) -> float:
    return calibrated_temperature(truth, np.log(np.maximum(probabilities, 1e-12)))


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


def trained_net(run: Run) -> tuple[FusionNet, Calibration]:
    """The run's dialogue network and its calibration. Raises TrainingError before the fusion step is done."""
    path = run.folder / "fusion" / "net.json"
    if run.done("fusion") is None:
        raise TrainingError(f"{run.folder} has no trained dialogue network yet; run its step fusion first.")
    about = json.loads(path.read_text(encoding="utf-8"))
    net: FusionConfig = build(FusionConfig, about["net"])
    calibration = Calibration(about["temperature"], about.get("temperatures", {}))
    weights = path.with_name("net.safetensors")
    return filled(lambda: FusionNet(net), read_weights(weights), weights), calibration
