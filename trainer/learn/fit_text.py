"""Fine-tuning the text encoder on utterance and context -> label: EmoBERTa's recipe, Eq. 2 (torch)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from m2fnet_core.base.dialogue import Dialogue
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.features.text import TextBatch, pooled, text_batch
from m2fnet_core.features.text_inputs import TextInput, text_inputs
from m2fnet_core.nets.text_encoder import TextEncoder
from trainer.config import TextStep
from trainer.judge.metrics import Floats
from trainer.judge.validation import Validation, judged_classes
from trainer.learn.losses import class_weights

_JUDGED_AT_ONCE = 64
_LAYER = re.compile(r"\blayers?\.(\d+)\.")


class TextClassifier(nn.Module):
    """The encoder's pooled activation, dropout, and one linear layer to the labels."""

    def __init__(self, encoder: TextEncoder, step: TextStep, classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.pooling = step.input.pooling
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(encoder.width, classes)

    def forward(self, batch: TextBatch) -> Tensor:
        """Inputs of n utterances -> logits [n, classes]."""
        vectors = pooled(self.encoder(batch.ids, batch.real), batch, self.pooling)
        logits: Tensor = self.head(self.dropout(vectors))
        return logits


@dataclass(frozen=True, slots=True)
class TextExamples:
    """Encoder inputs of the utterances that have text and a label."""

    inputs: tuple[TextInput, ...]
    labels: tuple[int, ...]
    dialogues: tuple[str, ...]


def text_examples(
    encoder: TextEncoder, step: TextStep, dialogues: Sequence[Dialogue], labels: Sequence[str]
) -> TextExamples:
    """Utterances without a label of the set are context only."""
    places = {label: place for place, label in enumerate(labels)}
    rows = [
        (given, places[utterance.label], dialogue.id)
        for dialogue in dialogues
        for utterance, given in zip(
            dialogue.utterances, text_inputs(encoder, step.input, dialogue.utterances), strict=True
        )
        if given is not None and utterance.label is not None
    ]
    return TextExamples(*(tuple(column) for column in zip(*rows, strict=True))) if rows else TextExamples((), (), ())


class TextTask:
    """What the loop needs to know about fine-tuning the encoder."""

    step, metric = "text", "weighted_f1"

    def __init__(
        self,
        encoder: TextEncoder,
        config: TextStep,
        train: TextExamples,
        unseen: TextExamples,
        labels: Sequence[str],
        seed: int,
    ) -> None:
        torch.manual_seed(seed)
        self.net = TextClassifier(encoder, config, len(labels))
        self.model: nn.Module = self.net
        self._config, self._seed, self._padding = config, seed, encoder.padding
        self._train, self._unseen, self._labels = train, unseen, labels
        self._targets = torch.tensor(train.labels)
        self._class_weights = class_weights(train.labels, len(labels), config.balance)

    def batches(self, epoch: int) -> Sequence[list[int]]:
        """Shuffled; of about one length inside a batch, since padding costs as much as text. Utterances that share an
        input stay together.
        """
        generator = np.random.default_rng([self._seed, epoch])
        groups = [list(group) for _, group in groupby(range(len(self._train.inputs)), self._tokens)]
        order = generator.permutation(len(groups))
        some = 50 * max(1, self._config.loop.batch_size * len(groups) // len(self._train.inputs))
        batches = []
        for start in range(0, len(order), some):
            alike = sorted(
                (groups[i] for i in order[start : start + some]), key=lambda group: len(self._tokens(group[0]))
            )
            batches += _filled(alike, self._config.loop.batch_size)
        return [batches[i] for i in generator.permutation(len(batches))]

    def _tokens(self, example: int) -> tuple[int, ...]:
        return self._train.inputs[example].tokens

    def weight(self, examples: list[int]) -> float:
        """The cross-entropy is a mean weighted by class."""
        return float(self._class_weights[self._targets[examples]].sum())

    def load(self, examples: list[int], generators: list[np.random.Generator], done: float) -> Any:
        """(inputs, targets)."""
        batch = text_batch([self._train.inputs[i] for i in examples], self._padding, torch.device("cpu"))
        return batch, self._targets[examples]

    def losses(self, model: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        """Cross-entropy."""
        inputs, targets = batch
        logits = model(inputs).float()
        weights, smoothing = self._class_weights.to(logits.device), self._config.label_smoothing
        return {"total": cross_entropy(logits, targets, weights, label_smoothing=smoothing)}

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Lower layers learn slower by ``layer_decay`` each; biases and norms do not decay."""
        groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
        depth = 1 + max(
            (int(m[1]) for name, _ in self.model.named_parameters() if (m := _LAYER.search(name))), default=0
        )
        for name, parameter in self.model.named_parameters():
            groups.setdefault((self._scale(name, depth), parameter.dim() > 1), []).append(parameter)
        return [
            {"params": parameters, "scale": scale, **({} if decays else {"weight_decay": 0.0})}
            for (scale, decays), parameters in groups.items()
        ]

    def _scale(self, name: str, depth: int) -> float:
        if name.startswith("head."):
            return 1.0
        match = _LAYER.search(name)
        below_top = depth - int(match[1]) if match else depth + 1
        return float(self._config.layer_decay**below_top)

    def validate(self, model: nn.Module, cancel: CancelToken) -> Validation:
        """Weighted F1, accuracy and per-class F1 on the validation split."""
        return judged_classes(np.asarray(self._unseen.labels), self.probabilities(self._unseen, cancel), self._labels)

    def probabilities(self, examples: TextExamples, cancel: CancelToken) -> Floats:
        """Float64 [n, classes] of the model as it stands. Raises Cancelled."""
        device = next(self.net.parameters()).device
        order = sorted(range(len(examples.inputs)), key=lambda i: -len(examples.inputs[i].tokens))
        rows = np.zeros((len(order), len(self._labels)))
        with torch.inference_mode():
            for start in range(0, len(order), _JUDGED_AT_ONCE):
                cancel.check()
                some = order[start : start + _JUDGED_AT_ONCE]
                batch = text_batch([examples.inputs[i] for i in some], self._padding, device)
                rows[some] = self.net(batch).double().softmax(dim=1).cpu().numpy()
        return rows


def _filled(groups: Sequence[list[int]], size: int) -> list[list[int]]:
    """Successive groups together until there are ``size`` examples."""
    batches: list[list[int]] = [[]]
    for group in groups:
        if len(batches[-1]) >= size:
            batches.append([])
        batches[-1] += group
    return batches
