"""The encoder's inputs -> text vectors, Eq. 2 (torch)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from m2fnet_core.base.devices import BatchRunner
from m2fnet_core.base.events import Hook, ignore
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import Pooling, TextConfig
from m2fnet_core.features.text_inputs import TextInput
from m2fnet_core.features.vectors import Vector
from m2fnet_core.nets.text_encoder import TextEncoder

_BATCH = 16


class TextBatch(NamedTuple):
    """Inputs of n utterances; those that share one are a single row."""

    ids: Tensor  # int64 [B, T]
    real: Tensor  # bool [B, T]: what is no padding
    rows: Tensor  # int64 [n]: an utterance's row
    own: Tensor  # bool [n, T]: an utterance's own tokens


def text_batch(inputs: Sequence[TextInput], padding: int, device: torch.device) -> TextBatch:
    """The inputs as tensors; T is the longest one's length."""
    places: dict[tuple[int, ...], int] = {}
    rows = [places.setdefault(given.tokens, len(places)) for given in inputs]
    longest = max(map(len, places))
    ids = np.full((len(places), longest), padding, np.int64)
    for row, tokens in zip(ids, places, strict=True):
        row[: len(tokens)] = tokens
    column, lengths = torch.arange(longest), torch.tensor([len(tokens) for tokens in places])
    start, stop = (torch.tensor([given[part] for given in inputs]) for part in (1, 2))
    real, own = column < lengths[:, None], (column >= start[:, None]) & (column < stop[:, None])
    return TextBatch(*(tensor.to(device) for tensor in (torch.from_numpy(ids), real, torch.tensor(rows), own)))


def pooled(states: Tensor, batch: TextBatch, pooling: Pooling) -> Tensor:
    """Last layer's activations [B, T, width] -> [n, width].

    Of the first token (paper), or the mean of the real ones, or of the utterance's own, without its context.
    """
    if pooling == "first":
        return states[:, 0][batch.rows]
    counted = batch.real[batch.rows] if pooling == "mean" else batch.own
    return (states[batch.rows] * counted[..., None]).sum(dim=1) / counted.sum(dim=1, keepdim=True)


class TextVectors:
    """Text vectors by an encoder, in batches of about one length."""

    def __init__(self, encoder: TextEncoder, config: TextConfig, hook: Hook = ignore) -> None:
        self._config = config
        self._encoder = encoder
        self._runner: BatchRunner[TextInput, Vector] = BatchRunner(encoder, self._run, _BATCH, hook)

    def compute(self, inputs: Sequence[TextInput | None], cancel: CancelToken | None = None) -> list[Vector | None]:
        """One float32 [width] per input of `text_inputs`, None for None. Raises Cancelled between batches."""
        given = [(each, i) for i, each in enumerate(inputs) if each is not None]
        given.sort(key=lambda pair: (-len(pair[0].tokens), pair[0].tokens))  # those that share an input side by side
        vectors = self._runner.run([each for each, _ in given], cancel)
        results: list[Vector | None] = [None] * len(inputs)
        for (_, i), vector in zip(given, vectors, strict=True):
            results[i] = vector
        return results

    def _run(self, inputs: Sequence[TextInput], device: torch.device) -> list[Vector]:
        batch = text_batch(inputs, self._encoder.padding, device)
        vectors = pooled(self._encoder(batch.ids, batch.real), batch, self._config.pooling).float().cpu().numpy()
        return [vector.copy() for vector in vectors]  # as views they would keep every token's activations in memory
