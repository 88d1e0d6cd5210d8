"""Vectors of a conversation -> predictions, with contributions and attention: one run of the network (torch)."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from m2fnet_core.analysis.dialogue_windows import Window, split_at_pauses, windows
from m2fnet_core.base.dialogue import Contributions, Prediction, Presence, Utterance
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.bundle.info import BundleInfo
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.features.vectors import UtteranceVectors, Vector
from m2fnet_core.nets.configs import FusionConfig
from m2fnet_core.nets.fusion import FusionInput

_BATCH = 64  # windows at once, each in four variants
PARTS = ("text", "audio", "scene", "faces")
# Whole modality masked: text, audio, scene, faces. The first variant masks nothing.
_KEPT = ((True, True, True, True), (False, True, True, True), (True, False, True, True), (True, True, False, False))


def predict(bundle: Bundle, vectors: Sequence[UtteranceVectors], utterances: Sequence[Utterance]) -> list[Prediction]:
    """One prediction per utterance, in their order; ``vectors[i]`` belongs to ``utterances[i]``.

    A long pause ends a dialogue; a long dialogue runs in overlapping windows of which the middle is kept. A
    contribution is the probability of the predicted label minus the same with that modality masked in the whole window:
    with the temperature of the modalities that are left, and under the same label prior (`BundleInfo.prior`).
    Raises CheckpointError where the model gives no numbers.
    """
    info = bundle.info
    lengths = [len(part) for part in split_at_pauses(utterances, info.pause_seconds)]
    offsets = accumulate([0, *lengths[:-1]])
    spans = [
        Window(offset + w.start, offset + w.stop, offset + w.keep_from, offset + w.keep_to)
        for offset, length in zip(offsets, lengths, strict=False)
        for w in windows(length, info.max_dialogue)
    ]
    spans.sort(key=lambda w: w.stop - w.start)  # batches of about one length
    found: dict[int, Prediction] = {}
    for i in range(0, len(spans), _BATCH):
        found |= _predict_windows(bundle, vectors, utterances, spans[i : i + _BATCH])
    return [found[i] for i in range(len(utterances))]


def fusion_input(dialogues: Sequence[Sequence[UtteranceVectors]], config: FusionConfig) -> FusionInput:
    """Dialogues padded to the longest, on the CPU. Vectors of an input that the network lacks (width 0) are left out.

    Raises ValueError for a vector of another width.
    """
    longest = max(len(dialogue) for dialogue in dialogues)
    shape = (len(dialogues), longest)
    arrays = {name: np.zeros((*shape, getattr(config, name)), np.float32) for name in PARTS}
    present, real = np.zeros((*shape, len(PARTS)), bool), np.zeros(shape, bool)
    for b, dialogue in enumerate(dialogues):
        real[b, : len(dialogue)] = True
        for k, vectors in enumerate(dialogue):
            for part, name in enumerate(PARTS):
                present[b, k, part] = _put(arrays[name][b, k], getattr(vectors, name))
    tensors = (torch.from_numpy(array) for array in (*arrays.values(), present, real))
    return FusionInput(*tensors)


def _put(place: NDArray[np.float32], vector: Vector | None) -> bool:
    """Copy a vector to its place; whether there was one."""
    if vector is None or not place.size:
        return False
    if vector.shape != place.shape:
        raise ValueError(f"a vector of {vector.shape} for an input of {place.shape}")
    place[:] = vector
    return True


def _predict_windows(
    bundle: Bundle, vectors: Sequence[UtteranceVectors], utterances: Sequence[Utterance], spans: Sequence[Window]
) -> dict[int, Prediction]:
    """Predictions by the utterance's place, for what these windows keep."""
    batch = fusion_input([vectors[w.start : w.stop] for w in spans], bundle.info.fusion)
    probabilities, attention = _run(bundle, batch)  # [variant, B, K, C], [B, K, K] or None
    found = {}
    for b, window in enumerate(spans):
        ids = [utterance.id for utterance in utterances[window.start : window.stop]]
        for i in range(window.keep_from, window.keep_to):
            k = i - window.start
            attended = None if attention is None else _weights(ids, attention[b, k])
            found[i] = _prediction(bundle, ids[k], vectors[i].present, probabilities[:, b, k], attended)
    return found


def _run(bundle: Bundle, batch: FusionInput) -> tuple[NDArray[np.float64], NDArray[np.float32] | None]:
    """Probabilities [variant, B, K, C] with nothing, text, audio, visual masked; attention of the first, [B, K, K]."""
    variants, count = len(_KEPT), len(batch.real)
    copies = FusionInput(*(tensor.repeat(variants, *[1] * (tensor.dim() - 1)) for tensor in batch))
    kept = torch.tensor(_KEPT).repeat_interleave(count, dim=0)[:, None, :]
    with torch.inference_mode():
        given = copies._replace(present=copies.present & kept)
        output = bundle.fusion(FusionInput(*(tensor.to(bundle.device) for tensor in given)))
    divisors = torch.from_numpy(bundle.info.calibration.divisors(given.present.numpy()))
    logits = output.logits.cpu().double() / divisors[..., None] + _prior_shift(bundle.info)
    if not bool(torch.isfinite(logits[copies.real]).all()):
        raise CheckpointError(f"The model {bundle.info.name} gives no numbers for this file; choose another model.")
    attention = None if output.attention is None else output.attention[:count].float().cpu().numpy()
    return torch.softmax(logits, dim=-1).unflatten(0, (variants, count)).numpy(), attention


def _prior_shift(info: BundleInfo) -> Tensor:
    """What takes the learnt label prior out of logits and puts the wanted one in: float64 [C] (Menon et al. 2021)."""
    if not info.prior:
        return torch.zeros(len(info.label_set), dtype=torch.float64)
    wanted, learnt = ([shares[label] for label in info.label_set.labels] for shares in (info.prior, info.learnt_prior))
    return torch.log(torch.tensor(wanted, dtype=torch.float64) / torch.tensor(learnt, dtype=torch.float64))


def _weights(ids: Sequence[str], row: NDArray[np.float32]) -> Mapping[str, float]:
    """Attention by utterance, adding up to 1 over the window."""
    weights = row[: len(ids)].astype(np.float64)
    return {name: float(weight) for name, weight in zip(ids, weights / weights.sum(), strict=True)}


def _prediction(
    bundle: Bundle, name: str, present: Presence, rows: NDArray[np.float64], attention: Mapping[str, float] | None
) -> Prediction:
    """``rows`` [variant, C]: probabilities with nothing, text, audio and visual masked."""
    info = bundle.info
    labels = info.label_set.labels
    best = int(rows[0].argmax())
    text, audio, visual = (float(rows[0, best] - row[best]) for row in rows[1:])
    contributions = Contributions(
        text=text if present.text else None,
        audio=audio if present.audio else None,
        visual=visual if present.scene or present.faces else None,
    )
    probabilities = dict(zip(labels, rows[0].tolist(), strict=True))
    return Prediction(
        name,
        labels[best],
        probabilities,
        present,
        contributions,
        attention,
        prior=info.prior or info.learnt_prior or None,
    )
