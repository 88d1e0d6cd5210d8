"""Transcript of an utterance and its neighbours -> text vector, Eq. 2, by EmoBERTa's recipe (torch)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from m2fnet_core.bundle_info import Pooling, TextConfig
from m2fnet_core.dialogue import Utterance
from m2fnet_core.events import Hook, ignore
from m2fnet_core.features.devices import BatchRunner
from m2fnet_core.features.vectors import Vector
from m2fnet_core.nets.text_encoder import TextEncoder
from m2fnet_core.progress import CancelToken

Tokens = tuple[int, ...]
_BATCH = 16
_PLAIN = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Tokens of one utterance: where it opens a side of the input, and behind another one and a space."""

    opening: Tokens
    following: Tokens

    @property
    def cost(self) -> int:
        return max(len(self.opening), len(self.following))


def spoken(utterance: Utterance) -> str | None:
    """``SPEAKER: text``; the bare text of an unknown speaker; None without a transcript (never an empty string).

    Decision: curved quotation marks become straight ones. MELD's transcripts have the former, speech recognisers and
    keyboards write the latter, and to an encoder they are different words.
    """
    if utterance.text is None or not utterance.text.strip():
        return None
    name, text = utterance.speaker.strip().upper(), utterance.text.strip().translate(_PLAIN)
    return f"{name}: {text}" if name else text


def text_inputs(encoder: TextEncoder, config: TextConfig, dialogue: Sequence[Utterance]) -> list[Tokens | None]:
    """The encoder's input for each utterance of one dialogue; None where it has no text.

    ``past </s></s> utterance </s></s> future``, with what the encoder's own tokenizer puts between and around two
    texts. Context grows alternately by the nearest past and the nearest future utterance until the next one does not
    fit; a separator stays when its side is empty; utterances without text are no context. An utterance longer than
    the whole budget keeps its beginning.
    """
    lines = [spoken(utterance) for utterance in dialogue]
    where = [i for i, line in enumerate(lines) if line is not None]
    pieces = _pieces(encoder, [line for line in lines if line is not None])
    budget = _budget(encoder, config)
    inputs: list[Tokens | None] = [None] * len(dialogue)
    for place, i in enumerate(where):
        first, last = _context(pieces, place, config, budget)
        inputs[i] = _joined(encoder, pieces[first:place], pieces[place].opening[:budget], pieces[place + 1 : last])
    return inputs


def _pieces(encoder: TextEncoder, lines: Sequence[str]) -> list[_Piece]:
    opening = encoder.tokenizer.encode_batch_fast(list(lines), add_special_tokens=False)
    following = encoder.tokenizer.encode_batch_fast([f" {line}" for line in lines], add_special_tokens=False)
    return [_Piece(tuple(a.ids), tuple(b.ids)) for a, b in zip(opening, following, strict=True)]


def _budget(encoder: TextEncoder, config: TextConfig) -> int:
    """Tokens left for text beside the special ones."""
    frame = encoder.frame
    limit = min(config.max_tokens, encoder.longest or config.max_tokens)
    return max(1, limit - len(frame.before) - 2 * len(frame.between) - len(frame.after))


def _context(pieces: Sequence[_Piece], place: int, config: TextConfig, budget: int) -> tuple[int, int]:
    """First and behind-last piece of the input of the piece at ``place``."""
    start = 0 if config.past is None else max(0, place - config.past)
    stop = len(pieces) if config.future is None else min(len(pieces), place + 1 + config.future)
    first, last, used = place, place + 1, len(pieces[place].opening)
    past = True
    while first > start or last < stop:
        if (past and first > start) or last >= stop:
            used += pieces[first - 1].cost
            if used > budget:
                break
            first -= 1
        else:
            used += pieces[last].cost
            if used > budget:
                break
            last += 1
        past = not past
    return first, last


def _joined(encoder: TextEncoder, past: Sequence[_Piece], current: Tokens, future: Sequence[_Piece]) -> Tokens:
    frame = encoder.frame
    return (*frame.before, *_side(past), *frame.between, *current, *frame.between, *_side(future), *frame.after)


def _side(pieces: Sequence[_Piece]) -> Tokens:
    tokens = pieces[0].opening if pieces else ()
    return tokens + tuple(token for piece in pieces[1:] for token in piece.following)


def padded(inputs: Sequence[Tokens], padding: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Ids int64 [B, longest] and which are real, bool [B, longest]."""
    lengths = torch.tensor([len(tokens) for tokens in inputs])
    ids = np.full((len(inputs), int(lengths.max())), padding, np.int64)
    for row, tokens in zip(ids, inputs, strict=True):
        row[: len(tokens)] = tokens
    real = torch.arange(ids.shape[1]) < lengths[:, None]
    return torch.from_numpy(ids).to(device), real.to(device)


def pooled(states: Tensor, ids: Tensor, real: Tensor, between: Tokens, pooling: Pooling) -> Tensor:
    """Last layer's activations [B, T, width] of tokens [B, T] -> [B, width].

    Of the first token (paper), or the mean of the real ones, or of the utterance's own, without its context.
    ``between``: what the encoder's tokenizer puts between two texts.
    """
    if pooling == "first":
        return states[:, 0]
    counted = real if pooling == "mean" else _own(ids, real, between)
    return (states * counted[..., None]).sum(dim=1) / counted.sum(dim=1, keepdim=True)


def _own(ids: Tensor, real: Tensor, between: Tokens) -> Tensor:
    """Bool [B, T]: what stands behind the first separator and before the second; the padding may be one of its ids."""
    if not between:
        return real
    edge = (ids == between[0]) & real
    return (edge.cumsum(dim=1) == len(between)) & ~edge & real


class TextVectors:
    """Text vectors by an encoder, in batches of about one length."""

    def __init__(self, encoder: TextEncoder, config: TextConfig, hook: Hook = ignore) -> None:
        self._config = config
        self._encoder = encoder
        self._runner: BatchRunner[Tokens, Vector] = BatchRunner(encoder, self._run, _BATCH, hook)

    def compute(self, inputs: Sequence[Tokens | None], cancel: CancelToken | None = None) -> list[Vector | None]:
        """One float32 [width] per input of `text_inputs`, None for None. Raises Cancelled between batches."""
        given = sorted(((tokens, i) for i, tokens in enumerate(inputs) if tokens is not None), key=lambda g: -len(g[0]))
        vectors = self._runner.run([tokens for tokens, _ in given], cancel)
        results: list[Vector | None] = [None] * len(inputs)
        for (_, i), vector in zip(given, vectors, strict=True):
            results[i] = vector
        return results

    def _run(self, inputs: Sequence[Tokens], device: torch.device) -> list[Vector]:
        ids, real = padded(inputs, self._encoder.padding, device)
        states, between = self._encoder(ids, real), self._encoder.frame.between
        vectors = pooled(states, ids, real, between, self._config.pooling).float().cpu().numpy()
        return [vector.copy() for vector in vectors]  # as views they would keep every token's activations in memory
