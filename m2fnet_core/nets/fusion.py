"""The dialogue network, Eq. 5-8 and Fig. 3: what every utterance of a dialogue expresses, from its vectors (torch)."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from m2fnet_core.nets.configs import FusionConfig


class FusionInput(NamedTuple):
    """B dialogues padded to K utterances. A width of 0 in the configuration means a tensor of width 0 here."""

    text: Tensor  # float [B, K, text]
    audio: Tensor  # float [B, K, audio]
    scene: Tensor  # float [B, K, scene]
    faces: Tensor  # float [B, K, faces]
    present: Tensor  # bool [B, K, 4]: text, audio, scene, faces
    real: Tensor  # bool [B, K]: False on padding


class FusionOutput(NamedTuple):
    """Attention is the mean over fusion layers, heads and both modalities; None where nothing is attended to."""

    logits: Tensor  # [B, K, classes]
    attention: Tensor | None  # [B, K (who attends), K (to whom)], rows add up to 1


class ModalityEncoder(nn.Module):
    """N transformer encoder layers, a skip connection around each: x <- x + Enc(x), Eq. 5-7."""

    def __init__(self, width: int, config: FusionConfig) -> None:
        super().__init__()
        heads = fitting_heads(width, config.heads)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, config.feedforward, config.dropout, batch_first=True)
            for _ in range(config.encoder_layers)
        )

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        """[B, K, width] -> [B, K, width]; ``padding`` bool [B, K], True is not attended to."""
        for layer in self.layers:
            x = x + layer(x, src_key_padding_mask=padding)
        return x


class FusionLayer(nn.Module):
    """Phi of Eq. 8: attention with query = value = text and key = audio, another with key = visual, one linear layer.

    Decision: a residual connection around it. "gated" is t + gate * Phi(norm(t)) with a learned gate per channel that
    starts at zero, so that training starts from text alone; "residual_norm" is norm(t + Phi(t)); "printed" is Phi(t).
    In training, a share of the dialogues skips the layer of a residual form, so that text must also do without it.
    """

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        width = config.text
        self.heads = heads = fitting_heads(width, config.heads)
        self.form, self.skipped = config.form, config.branch_dropout
        self.attentions = nn.ModuleList(
            nn.MultiheadAttention(width, heads, config.dropout, kdim=key, vdim=width, batch_first=True)
            for key in (config.audio, config.visual)
            if key
        )
        self.join = nn.Linear(width * len(self.attentions), width)
        self.dropout = nn.Dropout(config.dropout)
        self.norm = nn.LayerNorm(width) if config.form != "printed" else nn.Identity()
        self.gate = nn.Parameter(torch.zeros(width)) if config.form == "gated" else None

    def forward(self, text: Tensor, keys: list[Tensor], padding: Tensor) -> tuple[Tensor, Tensor]:
        """Text [B, K, text] and the other maps [B, K, any] -> the next text [B, K, text], attention [B, K, K]."""
        query = self.norm(text) if self.form == "gated" else text
        # Not key_padding_mask: its check imports torch's symbolic shapes, which takes seconds.
        mask = padding[:, None, None, :].expand(-1, self.heads, padding.shape[1], -1).flatten(0, 1)
        results = [
            attention(query, key, query, attn_mask=mask) for attention, key in zip(self.attentions, keys, strict=True)
        ]
        fused = self.dropout(self.join(torch.cat([values for values, _ in results], dim=-1)))
        weights = torch.stack([weights for _, weights in results]).mean(dim=0)
        if self.form == "printed":
            return fused, weights
        if self.training:
            fused = fused * (torch.rand(len(fused), 1, 1, device=fused.device) >= self.skipped)
        if self.gate is not None:
            return text + self.gate * fused, weights
        return self.norm(text + fused), weights


class FusionNet(nn.Module):
    """Vectors of whole dialogues to logits. Absent vectors are replaced by learned ones, padding is masked."""

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        self.config = config
        widths = (config.text, config.audio, config.scene, config.faces)
        self.absent = nn.ParameterList(nn.Parameter(torch.zeros(width)) for width in widths)
        modalities = (config.text, config.audio, config.visual)
        self.encoders = nn.ModuleList(ModalityEncoder(width, config) if width else Nothing() for width in modalities)
        layers = config.fusion_layers if config.form != "concat" else 0
        self.fusion = nn.ModuleList(FusionLayer(config) for _ in range(layers))
        self.classifier = nn.Sequential(
            nn.Linear(sum(modalities), config.hidden),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, config.classes),
        )

    def forward(self, batch: FusionInput) -> FusionOutput:
        """Finite for every input, also with no present modality and with rows that are all padding."""
        padding = ~batch.real  # [B, K]
        padding = padding & batch.real.any(dim=1, keepdim=True)  # a row of padding only: attending to it beats NaN
        text, audio, visual = (
            encoder(self._placed(x), padding) for encoder, x in zip(self.encoders, self._whole(batch), strict=True)
        )
        keys = [key for key in (audio, visual) if key.shape[-1]]
        maps = []
        for layer in self.fusion:
            text, weights = layer(text, keys, padding)
            maps.append(weights)
        logits = self.classifier(torch.cat([text, audio, visual], dim=-1))
        return FusionOutput(logits, torch.stack(maps).mean(dim=0) if maps else None)

    def _whole(self, batch: FusionInput) -> tuple[Tensor, Tensor, Tensor]:
        """Text, audio and visual [B, K, width], the learned vector where one is absent."""
        given = (batch.text, batch.audio, batch.scene, batch.faces)
        there = (batch.present & batch.real[..., None]).unbind(-1)
        text, audio, scene, faces = (
            torch.where(here[..., None], x, absent) for here, x, absent in zip(there, given, self.absent, strict=True)
        )
        return text, audio, torch.cat([scene, faces], dim=-1)

    def _placed(self, x: Tensor) -> Tensor:
        return x + sinusoids(x) if self.config.positional == "sinusoidal" else x


class Nothing(nn.Module):
    """The encoder of an input that the network does not have."""

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        """[B, K, 0] as it is."""
        return x


def fitting_heads(width: int, most: int) -> int:
    """The largest number of heads up to ``most`` that divides ``width``."""
    return next(heads for heads in range(most, 0, -1) if width % heads == 0)


def sinusoids(x: Tensor) -> Tensor:
    """Positional encoding [K, width] of x [B, K, width], as in "Attention is all you need"."""
    count, width = x.shape[-2:]
    steps = torch.arange(0, width, 2, device=x.device) * (-math.log(10_000) / max(width, 1))
    angles = torch.arange(count, device=x.device)[:, None] * torch.exp(steps)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)[:, :width].to(x.dtype)
