"""Training an extractor on triplets with L_FE, Eq. 9-13; audio and visual differ only in their `Source` (torch)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from m2fnet_core.base.progress import CancelToken
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.speech_transformer import SpeechExtractor
from trainer.config import TripletLossConfig
from trainer.judge.metrics import Floats, Ints
from trainer.judge.probes import EmbeddingScores, fitted_judge
from trainer.judge.validation import Validation
from trainer.learn.batches import BatchMix, class_batches, semi_hard_triplets
from trainer.learn.losses import triplet_loss

_JUDGED_AT_ONCE = 64
_JUDGED_CLASSES = 100  # of many (people): a probe that knows thousands would take hours and say no more
_PROBED = 3000  # training examples that the probes learn from after each epoch; the final figures use all


class Source(Protocol):
    """Examples of one modality as the extractor's input."""

    labels: list[int]

    def picture(self, example: int, generator: np.random.Generator | None, done: float = 1.0) -> Any:
        """Uint8 input picture, changed at random when there is a generator; ``done``: the share of training behind."""

    def batch(self, pictures: Sequence[Any], device: torch.device) -> tuple[Tensor, ...]:
        """Pictures as the extractor's arguments: float [B, 3, H, W], normalised, and their widths where they differ."""

    def vectors(self, extractor: Any, pictures: Sequence[Any], device: torch.device) -> Tensor:
        """Pictures -> float [B, embedding], by the code of the analysis."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A split's embeddings judged, with the linear probe's probabilities [n, classes] and the labels [n] behind it."""

    scores: EmbeddingScores
    probabilities: Floats
    labels: Ints


Trainable = Extractor | SpeechExtractor


class ExtractorNet(nn.Module):
    """The extractor, and the cross-entropy head that may stand beside its loss."""

    def __init__(self, extractor: Trainable, classes: int) -> None:
        super().__init__()
        self.extractor: Trainable = extractor
        self.head = nn.Linear(extractor.config.embedding, classes)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """The extractor's arguments -> embeddings [B, d], logits [B, classes]."""
        extractor = self.extractor  # of a frozen encoder, its output is what comes in
        embeddings = extractor.project(*inputs) if isinstance(extractor, SpeechExtractor) else extractor(*inputs)
        return embeddings, self.head(embeddings)


class ExtractorTask:
    """What the loop needs to know about training an extractor."""

    metric = "probe_weighted_f1"

    def __init__(
        self,
        step: str,
        extractor: Trainable,
        sources: Mapping[str, Source],
        loss: TripletLossConfig,
        mix: BatchMix,
        classes: int,
        seed: int,
    ) -> None:
        """``sources`` by split: "train" and "validation"."""
        torch.manual_seed(seed)
        self.step = step
        self.net = ExtractorNet(extractor, classes)
        self.model: nn.Module = self.net
        self._sources, self._loss = sources, loss
        self._mix, self._classes, self._seed = mix, classes, seed

    def batches(self, epoch: int) -> Sequence[list[int]]:
        """Each with examples of every class, or of as many classes as it may hold."""
        labels = self._sources["train"].labels
        seed = self._seed + 7919 * epoch
        return list(class_batches(labels, self._classes, self._mix, seed))

    def weight(self, examples: list[int]) -> float:
        """Every example counts alike."""
        return float(len(examples))

    def load(self, examples: list[int], generators: list[np.random.Generator], done: float) -> Any:
        """(the extractor's arguments, labels)."""
        source = self._sources["train"]
        pictures = [source.picture(i, generator, done) for i, generator in zip(examples, generators, strict=True)]
        return source.batch(pictures, torch.device("cpu")), torch.tensor([source.labels[i] for i in examples])

    def losses(self, model: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        """L_FE on the semi-hard triplets of the batch, and the cross-entropy where it is asked for."""
        inputs, labels = batch
        embeddings, logits = model(*inputs)
        embeddings = embeddings.float()
        loss = triplet_loss(embeddings, semi_hard_triplets(embeddings.detach(), labels), self._loss)
        total = self._loss.weight * loss.total
        parts = {"L_AMT": loss.adaptive_margin, "L_Cov": loss.covariance, "L_Var": loss.variance}
        if self._loss.cross_entropy_weight:
            smoothing = self._loss.label_smoothing
            parts["cross_entropy"] = cross_entropy(logits.float(), labels, label_smoothing=smoothing)
            total = total + self._loss.cross_entropy_weight * parts["cross_entropy"]
        return {"total": total, **parts}

    def parameter_groups(self) -> list[dict[str, Any]]:
        """One group; the head learns only where it has a loss."""
        heads = self.net.head.parameters() if self._loss.cross_entropy_weight else []
        return [{"params": [*(p for p in self.net.extractor.parameters() if p.requires_grad), *heads]}]

    def validate(self, model: nn.Module, cancel: CancelToken) -> Validation:
        """Linear probe and 11-NN on the validation split's embeddings, and their effective rank."""
        scores = self.judge("validation", at_most=_PROBED, cancel=cancel)["validation"].scores
        return Validation({name: getattr(scores, name) for name in EmbeddingScores.__slots__})

    def judge(self, *splits: str, cancel: CancelToken, at_most: int | None = None) -> dict[str, Judged]:
        """The embeddings of splits, judged by what the training split's embeddings (``at_most`` of them) know.

        Raises Cancelled.
        """
        labels = {split: np.asarray(self._sources[split].labels) for split in ("train", *splits)}
        generator = np.random.default_rng(self._seed)
        classes = np.unique(np.concatenate([labels[split] for split in splits]))
        classes = generator.permutation(classes)[:_JUDGED_CLASSES]
        order = generator.permutation(len(labels["train"]))
        known = order[np.isin(labels["train"][order], classes)][:at_most]
        judge = fitted_judge(self.embeddings("train", known.tolist(), cancel), labels["train"][known])
        found = {}
        for split in splits:
            asked = np.flatnonzero(np.isin(labels[split], classes))
            truth = labels[split][asked]
            found[split] = Judged(*judge(self.embeddings(split, asked.tolist(), cancel), truth), truth)
        return found

    def embeddings(self, split: str, examples: Sequence[int], cancel: CancelToken) -> Floats:
        """Float64 [n, d] of these examples, unchanged. Raises Cancelled."""
        source = self._sources[split]
        device = next(self.model.parameters()).device
        rows = []
        with torch.inference_mode():
            for start in range(0, len(examples), _JUDGED_AT_ONCE):
                cancel.check()
                some = examples[start : start + _JUDGED_AT_ONCE]
                pictures = [source.picture(i, None) for i in some]
                rows.append(source.vectors(self.net.extractor, pictures, device).double().cpu().numpy())
        return np.concatenate(rows)
