"""BERT and RoBERTa in one file, with the parameter names of their published weights (torch).

Importing transformers' model classes takes 8 s on two cores, longer than analysing a short conversation; the encoders
that people use here are of this one family. `nets.text_encoder` gives every other architecture to transformers.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, relu, scaled_dot_product_attention

from m2fnet_core.base.config_field import check_settings, setting
from m2fnet_core.base.json_codec import build
from m2fnet_core.nets.configs import DEEPEST, WIDEST

FAMILY = ("bert", "roberta", "xlm-roberta", "camembert")
_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"gelu": gelu, "relu": relu}


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """The shape that a config.json of the family describes."""

    vocabulary: int = setting(dataclasses.MISSING, "vocab_size", low=1, high=2_000_000)
    width: int = setting(dataclasses.MISSING, "hidden_size", low=1, high=WIDEST)
    layers: int = setting(dataclasses.MISSING, "num_hidden_layers", low=1, high=DEEPEST)
    heads: int = setting(dataclasses.MISSING, "num_attention_heads", low=1, high=WIDEST)
    inner: int = setting(dataclasses.MISSING, "intermediate_size", low=1, high=8 * WIDEST)
    positions: int = setting(dataclasses.MISSING, "max_position_embeddings", low=3, high=1_000_000)
    segments: int = setting(dataclasses.MISSING, "type_vocab_size", low=1, high=1000)
    activation: str = setting(dataclasses.MISSING, "hidden_act", choices=tuple(_ACTIVATIONS))
    dropout: float = setting(dataclasses.MISSING, "hidden_dropout_prob", low=0, high=1)
    attention_dropout: float = setting(dataclasses.MISSING, "attention_probs_dropout_prob", low=0, high=1)
    epsilon: float = setting(dataclasses.MISSING, "layer_norm_eps", low=0, high=1)
    # RoBERTa counts from behind the id of its padding token.
    first_position: int = setting(dataclasses.MISSING, "pad_token_id + 1", low=0, high=1_000_000)

    def __post_init__(self) -> None:
        check_settings(self)
        if self.width % self.heads:
            raise ValueError(f"hidden_size {self.width} cannot be shared by {self.heads} attention heads")
        if self.first_position >= self.positions:
            raise ValueError(f"pad_token_id leaves none of {self.positions} positions")

    @property
    def longest(self) -> int:
        """Most tokens of an input."""
        return self.positions - self.first_position


def family_config(raw: Mapping[str, Any]) -> EncoderConfig | None:
    """The shape described by a parsed config.json, or None when another architecture is meant.

    Raises ValueError, naming the key, for one that is missing, of another type or beyond its bounds.
    """
    kind = raw.get("model_type")
    plain_positions = raw.get("position_embedding_type", "absolute") == "absolute"
    if not isinstance(kind, str) or kind not in FAMILY or not plain_positions or raw.get("is_decoder"):
        return None
    if raw.get("hidden_act", "gelu") not in tuple(_ACTIVATIONS):
        return None
    needed = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
    missing = [key for key in (*needed, "max_position_embeddings") if key not in raw]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    padding = raw.get("pad_token_id", 1)
    if kind != "bert" and (isinstance(padding, bool) or not isinstance(padding, int)):
        raise ValueError(f"pad_token_id is {padding!r:.40}, no whole number")
    shape: EncoderConfig = build(
        EncoderConfig,
        {
            "vocabulary": raw["vocab_size"],
            "width": raw["hidden_size"],
            "layers": raw["num_hidden_layers"],
            "heads": raw["num_attention_heads"],
            "inner": raw["intermediate_size"],
            "positions": raw["max_position_embeddings"],
            "segments": raw.get("type_vocab_size", 2),
            "activation": raw.get("hidden_act", "gelu"),
            "dropout": raw.get("hidden_dropout_prob", 0.1),
            "attention_dropout": raw.get("attention_probs_dropout_prob", 0.1),
            "epsilon": raw.get("layer_norm_eps", 1e-12),
            "first_position": 0 if kind == "bert" else padding + 1,
        },
    )
    return shape


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
