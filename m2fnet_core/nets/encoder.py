"""BERT and RoBERTa in one file, with the parameter names of their published weights (torch).

Importing transformers' model classes takes 8 s on two cores, longer than analysing a short conversation; the encoders
that people use here are of this one family. `nets.text_encoder` gives every other architecture to transformers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, relu, scaled_dot_product_attention

FAMILY = ("bert", "roberta", "xlm-roberta", "camembert")
_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"gelu": gelu, "relu": relu}


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """The shape that a config.json of the family describes."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    segments: int
    activation: str
    dropout: float
    attention_dropout: float
    epsilon: float
    first_position: int  # RoBERTa counts from behind the id of its padding token

    @property
    def longest(self) -> int:
        """Most tokens of an input."""
        return self.positions - self.first_position


def family_config(raw: Mapping[str, Any]) -> EncoderConfig | None:
    """The shape described by a parsed config.json, or None when another architecture is meant."""
    kind = raw.get("model_type")
    plain_positions = raw.get("position_embedding_type", "absolute") == "absolute"
    if kind not in FAMILY or raw.get("hidden_act", "gelu") not in _ACTIVATIONS or not plain_positions:
        return None
    if raw.get("is_decoder"):
        return None
    return EncoderConfig(
        vocabulary=raw["vocab_size"],
        width=raw["hidden_size"],
        layers=raw["num_hidden_layers"],
        heads=raw["num_attention_heads"],
        inner=raw["intermediate_size"],
        positions=raw["max_position_embeddings"],
        segments=raw.get("type_vocab_size", 2),
        activation=raw.get("hidden_act", "gelu"),
        dropout=raw.get("hidden_dropout_prob", 0.1),
        attention_dropout=raw.get("attention_probs_dropout_prob", 0.1),
        epsilon=raw.get("layer_norm_eps", 1e-12),
        first_position=0 if kind == "bert" else raw.get("pad_token_id", 1) + 1,
    )


class Embeddings(nn.Module):
    """Token, position and (always the first) segment: ids [B, T] -> [B, T, width]."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.first_position = config.first_position
        self.word_embeddings = nn.Embedding(config.vocabulary, config.width)
        self.position_embeddings = nn.Embedding(config.positions, config.width)
        self.token_type_embeddings = nn.Embedding(config.segments, config.width)
        self.LayerNorm = nn.LayerNorm(config.width, eps=config.epsilon)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, ids: Tensor) -> Tensor:
        places = torch.arange(self.first_position, self.first_position + ids.shape[1], device=ids.device)
        x = self.word_embeddings(ids) + self.position_embeddings(places) + self.token_type_embeddings.weight[0]
        return self.dropout(self.LayerNorm(x))  # type: ignore[no-any-return]


class SelfAttention(nn.Module):
    """Multi-head attention: [B, T, width] -> [B, T, width]."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.dropout = config.attention_dropout
        self.query = nn.Linear(config.width, config.width)
        self.key = nn.Linear(config.width, config.width)
        self.value = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        """``real`` bool [B, 1, 1, T]: the tokens that are attended to."""
        query, key, value = (  # [B, heads, T, width / heads]
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        dropout = self.dropout if self.training else 0.0
        return scaled_dot_product_attention(query, key, value, real, dropout).transpose(1, 2).flatten(2)


class Joined(nn.Module):
    """A linear layer, added to what it skips, normalised."""

    def __init__(self, inside: int, config: EncoderConfig) -> None:
        super().__init__()
        self.dense = nn.Linear(inside, config.width)
        self.LayerNorm = nn.LayerNorm(config.width, eps=config.epsilon)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, skipped: Tensor) -> Tensor:
        return self.LayerNorm(self.dropout(self.dense(x)) + skipped)  # type: ignore[no-any-return]


class Layer(nn.Module):
    """Attention and two linear layers, normalised behind each: [B, T, width] -> [B, T, width]."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.attention = nn.ModuleDict({"self": SelfAttention(config), "output": Joined(config.width, config)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(config.width, config.inner)})
        self.output = Joined(config.inner, config)
        self.activation = _ACTIVATIONS[config.activation]

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        x = self.attention["output"](self.attention["self"](x, real), x)
        return self.output(self.activation(self.intermediate["dense"](x)), x)  # type: ignore[no-any-return]


class Stack(nn.Module):
    """The layers, one behind the other."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.layer = nn.ModuleList(Layer(config) for _ in range(config.layers))

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        for layer in self.layer:
            x = layer(x, real)
        return x


class Encoder(nn.Module):
    """Token ids to the last layer's activations."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        self.encoder = Stack(config)

    def forward(self, ids: Tensor, real: Tensor) -> Tensor:
        """Ids int64 [B, T], ``real`` bool [B, T] (padding on the right) -> [B, T, width]."""
        return self.encoder(self.embeddings(ids), real[:, None, None, :])  # type: ignore[no-any-return]
