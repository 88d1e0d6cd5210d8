"""A run's model against another on the dialogues that the run held out (torch)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from m2fnet_core.analysis.predict import predict
from m2fnet_core.base.devices import choose_device
from m2fnet_core.base.dialogue import Dialogue, Prediction, Utterance
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.bundle.networks import Bundle
from trainer.config import SHIPPED, RunConfig
from trainer.datasets.cache_features import default_workers, extract_all
from trainer.datasets.corpora import read_dialogues
from trainer.events import Done, Event, Hook, Progress
from trainer.judge.comparison import FEWEST, FOLDER, Comparison, Flip, write_comparison
from trainer.judge.leakage import described, known_to
from trainer.judge.metrics import confusions, paired_difference, score

Said = dict[tuple[str, str], Prediction]  # by dialogue and utterance


@dataclass(frozen=True, slots=True)
class _Held:
    """What both models are judged on."""

    split: str
    dialogues: tuple[Dialogue, ...]
    left_out: tuple[str, ...]


def compare(config: RunConfig, other: str, hook: Hook, cancel: CancelToken) -> Done:
    """Judge the run's bundle and another ("" or "starter": the one that ships) and leave ``compare/NAME.json``.

    Raises TrainingError: the run has no bundle yet, other labels, nothing that both have not learnt from. Cancelled.
    """
    folder, device = config.out / config.name, choose_device(config.device)
    if not (folder / "bundle").is_dir():
        raise TrainingError(f"{folder} has no model yet; run its steps features and fusion first.")
    ours, theirs = load_bundle(folder / "bundle", device), load_bundle(_place(other), device)
    if set(ours.info.label_set.labels) != set(theirs.info.label_set.labels):
        raise TrainingError(
            f"{theirs.info.name} tells other emotions ({', '.join(theirs.info.label_set.labels)}) than this run; "
            "compare it with a model of the same label set."
        )
    held = _held_out(config, ours, theirs)
    found = (
        _said(ours, held, folder / "features" / "store", hook, cancel),
        _said(theirs, held, None, hook, cancel),
    )
    result = _judged(held, config.labels, (ours.info.name, theirs.info.name), found)
    path = folder / FOLDER / f"{_file_name(theirs)}.json"
    write_comparison(result, path)
    return Done("compare", {"comparison": path}, _figures(result))


def _place(other: str) -> Path | None:
    return None if other in ("", SHIPPED) else Path(other).absolute()


def _file_name(bundle: Bundle) -> str:
    """Tells two models of one name apart."""
    name = re.sub(r"[^-.0-9A-Za-z]+", "-", bundle.info.name)[:60]
    return f"{name}-{bundle.hash[:8]}"


def _held_out(config: RunConfig, *bundles: Bundle) -> _Held:
    splits, _ = read_dialogues(config)
    split = "test" if any(_labels(splits["test"])) else "validation"
    sentences, known = list[str](), set[str]()
    for bundle in bundles:
        learnt = known_to(bundle.info, splits[split])
        known |= {dialogue.id for dialogue in learnt}
        sentences += [f"{bundle.info.name} has learnt from {described(d)}." for d in learnt]
    left = tuple(dialogue for dialogue in splits[split] if dialogue.id not in known)
    if not any(_labels(left)):
        raise TrainingError(
            f"There is nothing to compare on that both models have not learnt from ({len(known)} dialogues left out); "
            "label more, or choose another model."
        )
    return _Held(split, left, tuple(dict.fromkeys(sentences)))


def _labels(dialogues: Sequence[Dialogue]) -> list[str]:
    return [u.label for d in dialogues for u in d.utterances if u.label is not None]


def _said(bundle: Bundle, held: _Held, store: Path | None, hook: Hook, cancel: CancelToken) -> Said:
    """What a model says of every utterance, by its own vectors and the application's code."""

    def told(event: Event) -> None:
        if isinstance(event, Progress):
            hook(Progress("compare", event.done, event.of, event.seconds_left))

    workers = default_workers(bundle.device)
    vectors, _ = extract_all(bundle, {held.split: held.dialogues}, store, workers, told, cancel)
    found = Said()
    with torch.inference_mode():
        for dialogue in held.dialogues:
            mine = [vectors[dialogue.id, utterance.id] for utterance in dialogue.utterances]
            for said in predict(bundle, mine, dialogue.utterances):
                found[dialogue.id, said.utterance_id] = said
    return found


def _judged(held: _Held, labels: tuple[str, ...], names: tuple[str, str], found: tuple[Said, Said]) -> Comparison:
    known = [(d, u) for d in held.dialogues for u in d.utterances if u.label is not None]
    owners = [dialogue.id for dialogue, _ in known]
    truth = np.asarray([labels.index(u.label) for _, u in known if u.label is not None])
    rows = [
        np.asarray([[said[d.id, u.id].probabilities[label] for label in labels] for d, u in known]) for said in found
    ]
    ours, theirs = (score(truth, each, labels, owners) for each in rows)
    counts = np.stack([confusions(truth, each.argmax(axis=1), owners, len(labels)) for each in rows], axis=1)
    difference = paired_difference(counts)
    sure = len(counts) >= FEWEST and not difference.low <= 0 <= difference.high
    flips = tuple(_flips(held.dialogues, *found))
    return Comparison(labels, held.split, *names, ours, theirs, difference, sure, flips, held.left_out)


def _flips(dialogues: Sequence[Dialogue], ours: Said, theirs: Said) -> list[Flip]:
    pairs = [(d, u, theirs[d.id, u.id], ours[d.id, u.id]) for d in dialogues for u in d.utterances]
    return [_flip(d, u, before, after) for d, u, before, after in pairs if before.label != after.label]


def _flip(dialogue: Dialogue, utterance: Utterance, before: Prediction, after: Prediction) -> Flip:
    return Flip(
        dialogue=dialogue.id,
        utterance=utterance.id,
        medium=utterance.media or dialogue.media,
        start=utterance.start,
        end=utterance.end,
        speaker=utterance.speaker,
        text=utterance.text,
        label=utterance.label,
        before=before.label,
        after=after.label,
        before_probabilities=before.probabilities,
        after_probabilities=after.probabilities,
    )


def _figures(result: Comparison) -> Mapping[str, float]:
    return {
        "ours/weighted_f1": result.ours.weighted_f1.value,
        "theirs/weighted_f1": result.theirs.weighted_f1.value,
        "difference": result.difference.value,
        "difference/low": result.difference.low,
        "difference/high": result.difference.high,
        "flips": float(len(result.flips)),
    }
