"""The vectors that paired dialogues are made of: clips and faces through the run's extractors (torch)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from m2fnet_core.base.devices import device_of
from m2fnet_core.base.dialogue import Dialogue, Utterance
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.features import visual
from m2fnet_core.media.probe import probe
from trainer.config import RunConfig
from trainer.datasets.alignment import find_boxes
from trainer.datasets.base import SPLITS, Item
from trainer.datasets.cache_features import extract_all, refuse_too_many
from trainer.datasets.corpora import present_folder
from trainer.datasets.faces import read_faces
from trainer.datasets.packs import Vectors
from trainer.datasets.speech import read_speech
from trainer.events import Hook, Progress
from trainer.learn.extractor_inputs import FaceSource
from trainer.run.folder import Run
from trainer.steps.pairing import Pool, Pools, acted, confusion_of_unseen, copies, paired, text_pool

Splits = Mapping[str, Sequence[Dialogue]]
_AT_ONCE = 16  # faces
_FEWER = 10  # times, acted utterances of the parts that are not trained on


def pair_vectors(
    run: Run, bundle: Bundle, splits: Splits, texts: Vectors, hook: Hook, cancel: CancelToken
) -> tuple[dict[str, tuple[Dialogue, ...]], dict[tuple[str, str], Any]]:
    """The dialogues, those of training in copies, and all vectors of their utterances.

    A clip or face belongs to one split only. Raises TrainingError when a split has no clips or no faces.
    """
    config, store = run.config, run.step_folder("features") / "store"
    splits = {split: dialogues for split, dialogues in splits.items() if dialogues}
    text = {split: text_pool(dialogues, texts, config.labels) for split, dialogues in splits.items()}
    speech = {split: _speech(config, bundle, split, store, hook, cancel) for split in splits}
    faces = {split: _faces(run, bundle, split, hook, cancel) for split in splits}
    classes = len(config.labels)
    made, vectors = dict[str, tuple[Dialogue, ...]](), dict[tuple[str, str], Any]()
    for number, (split, dialogues) in enumerate(splits.items()):
        learnt = split == "train"
        confusions = (
            confusion_of_unseen(pools["train"], pools["validation"], classes) if learnt else np.eye(classes)
            for pools in (text, speech, faces)
        )
        pools = Pools(text[split], speech[split], faces[split], *confusions)
        made[split], found = _pairs(config, split, number, dialogues, texts, pools)
        vectors |= found
    return made, vectors


def validation_pairs(
    run: Run, bundle: Bundle, dialogues: Sequence[Dialogue], texts: Vectors, hook: Hook, cancel: CancelToken
) -> tuple[tuple[Dialogue, ...], dict[tuple[str, str], Any]]:
    """The pairs of the validation split alone, as `pair_vectors` makes them."""
    config, split, unblurred = run.config, "validation", np.eye(len(run.config.labels))
    speech = _speech(config, bundle, split, run.step_folder("features") / "store", hook, cancel)
    faces = _faces(run, bundle, split, hook, cancel)
    text = text_pool(dialogues, texts, config.labels)
    pools = Pools(text, speech, faces, unblurred, unblurred, unblurred)
    return _pairs(config, split, SPLITS.index(split), dialogues, texts, pools)


def _pairs(
    config: RunConfig, split: str, number: int, dialogues: Sequence[Dialogue], texts: Vectors, pools: Pools
) -> tuple[tuple[Dialogue, ...], dict[tuple[str, str], Any]]:
    """A split's dialogues and acted utterances, those of training in copies, and all their vectors."""
    learnt = split == "train"
    made, mine = copies(dialogues, texts, config.pairing.copies if learnt else 1)
    generator = np.random.default_rng([config.seed, number])
    vectors = paired(made, mine, pools, config.labels, config.pairing, generator)
    count = config.pairing.acted if learnt else config.pairing.acted // _FEWER
    alone, of_these = acted(count, pools, config.labels, config.pairing, generator)
    made += tuple(replace(d, id=f"{d.id} {split}") for d in alone)
    return made, vectors | {(f"{name} {split}", utterance): one for (name, utterance), one in of_these.items()}


def _speech(config: RunConfig, bundle: Bundle, split: str, store: Path, hook: Hook, cancel: CancelToken) -> Pool:
    """Clips as an analysis hears them."""
    items = [
        item
        for corpus in config.corpora
        if corpus.kind == "speech" and present_folder(corpus)
        for item in read_speech(corpus, config.labels).of(split)
    ]
    _require(items, "speech", split)
    clips = [Dialogue(item.name, (Utterance("", 0.0, probe(item.path).duration, media=item.path),)) for item in items]
    vectors, problems = extract_all(bundle, {split: clips}, store, 1, hook, cancel)
    refuse_too_many(problems, len(vectors), config.features.most_unreadable)
    found = [(vectors[item.name, ""].audio, item) for item in items]
    rows = [(vector, item) for vector, item in found if vector is not None]
    labels = np.array([config.labels.index(item.label) for _, item in rows], np.int64)
    return Pool(np.stack([vector for vector, _ in rows]), labels, tuple(item.speaker for _, item in rows))


def _faces(run: Run, bundle: Bundle, split: str, hook: Hook, cancel: CancelToken) -> Pool:
    """Faces in several views, pooled as the frames of an utterance are."""
    config, step = run.config, replace(run.config.visual, input=bundle.info.visual)  # as its extractor has learnt
    named = [c for c in config.corpora if c.kind == "faces" and not c.identities]
    corpora = [read_faces(c, config.labels) for c in named if present_folder(c)]
    items = _some([item for corpus in corpora for item in corpus.of(split)], config)
    _require(items, "faces", split)
    device, known = device_of(bundle.visual), run.step_folder("visual") / "boxes.jsonl"
    to_align = [item for item in items if item.align]
    boxes = find_boxes(to_align, step.input, known, device, hook, cancel)
    source = FaceSource(items, config.labels, step, config.features.most_unreadable, boxes)
    rows = []
    for start in range(0, len(source.labels), _AT_ONCE):
        cancel.check()
        hook(Progress("features", start, len(source.labels)))
        rows.append(
            _seen(source, range(start, min(start + _AT_ONCE, len(source.labels))), bundle, config.pairing.views)
        )
    return Pool(np.concatenate(rows), np.array(source.labels, np.int64), ("",) * len(source.labels))


def _seen(source: FaceSource, places: range, bundle: Bundle, views: int) -> NDArray[np.float32]:
    """Vectors of these faces, float32 [places, d]."""
    pictures = [source.picture(place, np.random.default_rng([place, n])) for place in places for n in range(views)]
    with torch.inference_mode():
        vectors = source.vectors(bundle.visual, pictures, device_of(bundle.visual)).float().cpu().numpy()
    return visual.over_frames(vectors.reshape(len(places), views, -1), bundle.info.visual.pooling)


def _some(items: Sequence[Item], config: RunConfig) -> list[Item]:
    """At most so many of each label, drawn by the run's seed."""
    order = np.random.default_rng(config.seed).permutation(len(items))
    taken = dict.fromkeys(config.labels, 0)
    kept = []
    for place in order:
        item = items[place]
        taken[item.label] += 1
        if taken[item.label] <= config.pairing.most:
            kept.append(item)
    return kept


def _require(items: Sequence[Item], kind: str, split: str) -> None:
    if not items:
        raise TrainingError(
            f"The run's {kind} corpora have nothing for {split} to pair dialogues with; give it a part."
        )
