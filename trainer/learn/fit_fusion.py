"""Training the dialogue network on stored vectors, Eq. 5-8 and 14 (torch)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from m2fnet_core.analysis.predict import PARTS, fusion_input
from m2fnet_core.base.calibration import MODALITY_SETS, Calibration, has_exactly
from m2fnet_core.base.dialogue import Dialogue
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.nets.configs import FusionConfig
from m2fnet_core.nets.fusion import FusionInput, FusionNet
from trainer.config import FusionStep
from trainer.judge.metrics import Floats, Ints
from trainer.judge.validation import Validation, judged_classes
from trainer.learn.losses import class_weights

Modality = Literal["text", "audio", "visual"]
MODALITIES: Mapping[Modality, list[bool]] = {  # which of text, audio, scene and faces belong to it
    "text": [True, False, False, False],
    "audio": [False, True, False, False],
    "visual": [False, False, True, True],
}
_PARTS = [  # what a dialogue may be left with: one modality, or two
    np.any([MODALITIES[name] for name in names], axis=0)
    for count in (1, 2)
    for names in combinations(MODALITIES, count)
]
IGNORED = -100  # label of utterances that are context only, and of padding
_JUDGED_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class LabelledDialogue:
    """One dialogue's vectors with label numbers, IGNORED where there is none."""

    id: str
    vectors: tuple[UtteranceVectors, ...]
    labels: tuple[int, ...]


def labelled(
    dialogues: Sequence[Dialogue], vectors: Mapping[tuple[str, str], UtteranceVectors], labels: Sequence[str]
) -> list[LabelledDialogue]:
    """Dialogues joined with their vectors; an utterance without any keeps its place with all inputs absent."""
    places = {label: place for place, label in enumerate(labels)}
    return [
        LabelledDialogue(
            dialogue.id,
            tuple(vectors.get((dialogue.id, u.id), UtteranceVectors()) for u in dialogue.utterances),
            tuple(places.get(u.label or "", IGNORED) for u in dialogue.utterances),
        )
        for dialogue in dialogues
    ]


def fitted_config(config: FusionConfig, dialogues: Sequence[LabelledDialogue], classes: int) -> FusionConfig:
    """The configured network with the widths of these vectors (0: nowhere present) and this many classes.

    Raises TrainingError when vectors of one input differ in width.
    """

    def width(name: str) -> int:
        found = {len(v) for d in dialogues for u in d.vectors if (v := getattr(u, name)) is not None}
        if len(found) > 1:
            raise TrainingError(
                f"The {name} vectors of these packs have different widths ({', '.join(map(str, sorted(found)))}); "
                "train on packs that were made by the same extractors."
            )
        return found.pop() if found else 0

    text, audio, scene, faces = (width(name) for name in ("text", "audio", "scene", "faces"))
    form = config.form if text and audio + scene + faces else "concat"
    return replace(config, classes=classes, form=form, text=text, audio=audio, scene=scene, faces=faces)


def fits(net: FusionConfig, dialogues: Sequence[LabelledDialogue]) -> bool:
    """Whether every vector has the width that the network takes; what it does not take (0) is left out."""
    widths = {"text": net.text, "audio": net.audio, "scene": net.scene, "faces": net.faces}
    vectors = [u for d in dialogues for u in d.vectors]
    return all(
        width == 0 or (one := getattr(u, name)) is None or len(one) == width
        for u in vectors
        for name, width in widths.items()
    )


def unused(net: FusionConfig, dialogues: Sequence[LabelledDialogue]) -> list[str]:
    """Inputs that some utterance has and the network does not take."""
    there = ((name, getattr(net, name)) for name in ("text", "audio", "scene", "faces"))
    vectors = [u for d in dialogues for u in d.vectors]
    return [name for name, width in there if not width and any(getattr(u, name) is not None for u in vectors)]


def learnt_prior(dialogues: Sequence[LabelledDialogue], classes: int, balance: float) -> list[float]:
    """Shares of labels that a network trained on these carries in its outputs: as frequent as they were weighted."""
    labels = [label for dialogue in dialogues for label in dialogue.labels if label >= 0]
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    weighted = counts * class_weights(labels, classes, balance).numpy().astype(np.float64)
    shares: list[float] = (weighted / weighted.sum()).tolist()
    return shares


class FusionTask:
    """What the loop needs to know about training the dialogue network. Examples are dialogues."""

    step, metric = "fusion", "weighted_f1"

    def __init__(
        self,
        config: FusionStep,
        net: FusionConfig,
        train: Sequence[LabelledDialogue],
        unseen: Sequence[LabelledDialogue],
        labels: Sequence[str],
        seed: int,
    ) -> None:
        torch.manual_seed(seed)
        self.net = FusionNet(net)
        self.model: nn.Module = self.net
        self._config, self._seed = config, seed
        self._train, self._unseen, self._labels = train, unseen, labels
        self._class_weights = class_weights((n for d in train for n in d.labels), net.classes, config.balance)

    def batches(self, epoch: int) -> Sequence[list[int]]:
        """Dialogues, shuffled."""
        order = np.random.default_rng([self._seed, epoch]).permutation(len(self._train))
        size = self._config.loop.batch_size
        return [order[i : i + size].tolist() for i in range(0, len(order), size)]

    def weight(self, examples: list[int]) -> float:
        """The cross-entropy is a mean weighted by class, over the utterances with a label."""
        return float(sum(self._class_weights[label] for i in examples for label in self._train[i].labels if label >= 0))

    def load(self, examples: list[int], generators: list[np.random.Generator], done: float) -> Any:
        """(FusionInput, labels [B, K]) with modalities dropped at random, of utterances and of whole dialogues."""
        dialogues = [self._train[i] for i in examples]
        batch = fusion_input([d.vectors for d in dialogues], self.net.config)
        kept = [
            _kept(present, self._config, own) for present, own in zip(batch.present.numpy(), generators, strict=True)
        ]
        return batch._replace(present=torch.from_numpy(np.stack(kept))), padded_labels(dialogues)

    def losses(self, model: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        """Cross-entropy over the utterances with a label, Eq. 14."""
        inputs, labels = batch
        logits = model(FusionInput(*inputs)).logits.flatten(0, 1).float()
        loss = cross_entropy(
            logits,
            labels.flatten(),
            weight=self._class_weights.to(logits.device),
            ignore_index=IGNORED,
            label_smoothing=self._config.label_smoothing,
        )
        return {"total": loss}

    def parameter_groups(self) -> list[dict[str, Any]]:
        """One group."""
        return [{"params": list(self.model.parameters())}]

    def validate(self, model: nn.Module, cancel: CancelToken) -> Validation:
        """Weighted F1, accuracy, cross-entropy and per-class F1 on the validation split."""
        return judged_classes(*judged(self.net, self._unseen), self._labels)


def _kept(present: NDArray[np.bool_], config: FusionStep, generator: np.random.Generator) -> NDArray[np.bool_]:
    """What both dropouts leave of a dialogue's bool [K, 4]."""
    if generator.random() < config.dialogue_dropout:
        alone = present & _PARTS[generator.integers(len(_PARTS))]
        present = alone if alone.any() else present
    return _of_utterances(present, config.modality_dropout, generator)


def _of_utterances(present: NDArray[np.bool_], share: float, generator: np.random.Generator) -> NDArray[np.bool_]:
    """What is left of bool [K, 4] when each modality of an utterance goes with this probability.

    Scene and faces go together, and where both are there each also alone. An utterance that would lose all keeps all.
    """
    text, audio, visual, scene, faces = generator.random((5, len(present))) >= share
    both = present[:, 2] & present[:, 3]
    pieces = [text, audio, visual & (scene | ~both), visual & (faces | ~both)]
    kept: NDArray[np.bool_] = present & np.stack(pieces, axis=-1)
    lost = ~kept.any(axis=1)
    kept[lost] = present[lost]
    return kept


def padded_labels(dialogues: Sequence[LabelledDialogue]) -> Tensor:
    """Int64 [B, longest], IGNORED on padding."""
    longest = max(len(d.labels) for d in dialogues)
    return torch.tensor([[*d.labels, *[IGNORED] * (longest - len(d.labels))] for d in dialogues])


def with_exactly(dialogues: Sequence[LabelledDialogue], name: str) -> list[LabelledDialogue]:
    """Dialogues with nothing but the modalities of the set ``name``; utterances that lack some of these are context."""
    parts = np.any([kept for modality, kept in MODALITIES.items() if modality in MODALITY_SETS[name]], axis=0)
    made = [_with_exactly(dialogue, parts, name) for dialogue in dialogues]
    return [dialogue for dialogue in made if any(label != IGNORED for label in dialogue.labels)]


def _with_exactly(dialogue: LabelledDialogue, parts: NDArray[np.bool_], name: str) -> LabelledDialogue:
    gone: dict[str, Any] = {part: None for part, kept in zip(PARTS, parts, strict=True) if not kept}
    vectors = tuple(replace(u, **gone) for u in dialogue.vectors)
    present = np.array([[getattr(u, part) is not None for part in PARTS] for u in vectors])
    there = has_exactly(present, name)
    labels = tuple(label if has else IGNORED for label, has in zip(dialogue.labels, there, strict=True))
    return LabelledDialogue(dialogue.id, vectors, labels)


def judged(
    net: FusionNet,
    dialogues: Sequence[LabelledDialogue],
    calibration: Calibration | None = None,
    alone: Modality | None = None,
) -> tuple[Ints, Floats]:
    """Labels (n,) and probabilities (n, classes) of every utterance with a label, in order.

    ``alone``: the only modality that is not masked.
    """
    device, calibration = next(net.parameters()).device, calibration or Calibration()
    kept = torch.tensor([True] * 4 if alone is None else MODALITIES[alone])
    truth, rows = [], []
    net.eval()
    with torch.inference_mode():
        for start in range(0, len(dialogues), _JUDGED_AT_ONCE):
            some = dialogues[start : start + _JUDGED_AT_ONCE]
            batch = fusion_input([d.vectors for d in some], net.config)
            batch = batch._replace(present=batch.present & kept)
            logits = net(FusionInput(*(tensor.to(device) for tensor in batch))).logits.double().cpu()
            logits /= torch.from_numpy(calibration.divisors(batch.present.numpy()))[..., None]
            labels = padded_labels(some)
            known = labels != IGNORED
            truth.append(labels[known].numpy())
            rows.append(logits.softmax(dim=-1)[known].numpy())
    return np.concatenate(truth), np.concatenate(rows)
