"""How sure a model may be with each set of modalities, and what a label prior changes.

``python -m tools.calibration_study RUN.toml`` makes the validation pairs of a run with the extractors of a bundle (the
one that ships, else ``--model``), fits a temperature for each set of modalities, and tells the calibration error (ECE)
with the bundle's one temperature and with these, each half of the dialogues judged with what was fitted on the other.
Words alone are the real words of the validation split, not those of the pairs. Then each label prior: weighted F1, mean
recall, and the mean top probability of wrong answers. ``--write SET ...`` keeps those temperatures in the bundle.
Nothing is chosen by a test split. What was computed is kept in the run's folder.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from m2fnet_core.base.calibration import MODALITY_SETS, Calibration, LabelPrior
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.card import STARTER
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.bundle.info import BundleInfo, write_info
from m2fnet_core.bundle.networks import Bundle
from trainer.config import RunConfig
from trainer.datasets.cache_features import extract_all
from trainer.datasets.corpora import read_dialogues
from trainer.datasets.packs import read_pack, write_pack
from trainer.judge.evaluate import calibrated_temperature
from trainer.judge.metrics import Floats, Ints, calibration_error, weighted_f1
from trainer.learn.fit_fusion import LabelledDialogue, judged, labelled, with_exactly
from trainer.run.file import read_run
from trainer.run.folder import Run
from trainer.steps.pair_vectors import validation_pairs

_NAME = "validation"


def main(config: RunConfig, model: Path, write: Sequence[str]) -> None:
    """Two tables on standard output."""
    bundle = load_bundle(model, torch.device("cpu"))
    pairs, words = _material(config, bundle)
    found = {}
    _say("| modalities | utterances | ECE, one temperature | ECE, its own | temperature |\n|---|---|---|---|---|")
    for name in MODALITY_SETS:
        some = words if name == "text" else with_exactly(pairs, name)
        found[name] = _fitted(*judged(bundle.fusion, some))
        before = calibration_error(*judged(bundle.fusion, some, Calibration(bundle.info.temperature)))
        after = calibration_error(*_crossed(bundle, some))
        count = sum(label >= 0 for d in some for label in d.labels)
        _say(f"| {name} | {count} | {before:.3f} | {after:.3f} | {found[name]:.2f} |")
    info = replace(bundle.info, temperatures=found)
    _say("\n| label prior | material | weighted F1 | mean recall | sure when wrong | says |\n|---|---|---|---|---|---|")
    for kind in ("corpus", "uniform"):
        for title, some in (("words alone", words), ("pairs", pairs)):
            _say(f"| {kind} | {title} | {_told(info, judged(bundle.fusion, some, info.calibration), kind)} |")
    if write:
        write_info(replace(bundle.info, temperatures={name: round(found[name], 3) for name in write}), model)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _material(config: RunConfig, bundle: Bundle) -> tuple[list[LabelledDialogue], list[LabelledDialogue]]:
    """The validation pairs, and the same dialogues with their own words alone."""
    run = Run(config)
    folder = run.step_folder("features")
    dialogues = read_dialogues(config)[0][_NAME]
    hook, cancel = (lambda _event: None), CancelToken()
    texts, _ = extract_all(bundle, {_NAME: dialogues}, folder / "store", 1, hook, cancel)
    kept = folder / "calibration"
    if not (kept / "utterances.csv").is_file():
        kept.mkdir(exist_ok=True)
        made, vectors = validation_pairs(run, bundle, dialogues, texts, hook, cancel)
        write_pack(kept, {_NAME: made}, vectors)
    corpus, paired = read_pack(kept, config.labels, {})
    return labelled(corpus.splits[_NAME], paired, config.labels), labelled(dialogues, texts, config.labels)


def _fitted(truth: Ints, probabilities: Floats) -> float:
    return calibrated_temperature(truth, np.log(np.maximum(probabilities, 1e-12)))


def _crossed(bundle: Bundle, dialogues: Sequence[LabelledDialogue]) -> tuple[Ints, Floats]:
    """Labels and probabilities of both halves, each with the temperature of the other."""
    halves = [dialogues[::2], dialogues[1::2]]
    found = [
        judged(bundle.fusion, half, Calibration(_fitted(*judged(bundle.fusion, other))))
        for half, other in (halves, halves[::-1])
    ]
    return np.concatenate([truth for truth, _ in found]), np.concatenate([rows for _, rows in found])


def _told(info: BundleInfo, found: tuple[Ints, Floats], kind: str) -> str:
    truth, probabilities = found
    prior = info.prior_of(LabelPrior(kind))  # type: ignore[arg-type]
    if prior:
        probabilities = probabilities * np.array([prior[n] / info.learnt_prior[n] for n in info.label_set.labels])
        probabilities /= probabilities.sum(axis=1, keepdims=True)
    said = probabilities.argmax(axis=1)
    recall = np.mean([(said[truth == n] == n).mean() for n in np.unique(truth)])
    wrong = probabilities.max(axis=1)[said != truth].mean()
    counts = _counts(said, info.label_set.labels)
    return f"{weighted_f1(truth, said):.3f} | {recall:.3f} | {wrong:.2f} | " + " ".join(
        f"{label} {count}" for label, count in counts.items()
    )


def _counts(said: Ints, labels: Sequence[str]) -> Mapping[str, int]:
    return dict(zip(labels, np.bincount(said, minlength=len(labels)).tolist(), strict=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="a run.toml with pairing")
    parser.add_argument("--model", type=Path, default=STARTER, help="a bundle's folder (default: what ships)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the run")
    parser.add_argument("--write", nargs="+", default=(), choices=[*MODALITY_SETS], help="sets whose one is kept")
    arguments = parser.parse_args()
    main(read_run(arguments.run, arguments.set), arguments.model, arguments.write)
