"""The audio extractor of another kind: the first layers of a speech transformer and one linear projector (torch).

The encoder has the shape of Whisper base's (Radford et al. 2022), of which it keeps the first three layers: two
convolutions, positions, pre-normalised attention. It stays as it was trained; what is learnt is the projector (Fig. 4).
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from m2fnet_core.nets.configs import ExtractorConfig

LAYERS = 3
WIDTH = 512
HEADS = 8
BANDS = 80
POSITIONS = 1500  # columns of 20 ms
POOLED = 2 * WIDTH  # mean and deviation


class SpeechLayer(nn.Module):
    """Attention and a feed-forward part, each behind its normalisation and around a skip connection."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(WIDTH)
        self.query_key_value = nn.Linear(WIDTH, 3 * WIDTH)
        self.attention_out = nn.Linear(WIDTH, WIDTH)
        self.feedforward_norm = nn.LayerNorm(WIDTH)
        self.feedforward_in = nn.Linear(WIDTH, 4 * WIDTH)
        self.feedforward_out = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        """[B, T, 512] -> the same; ``real`` bool [B, 1, 1, T]: columns that may be looked at."""
        shape = (*x.shape[:2], 3, HEADS, WIDTH // HEADS)
        query, key, value = self.query_key_value(self.attention_norm(x)).view(shape).permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(query, key, value, attn_mask=real)  # [B, heads, T, 64]
        x = x + self.attention_out(seen.transpose(1, 2).reshape(x.shape))
        return cast(Tensor, x + self.feedforward_out(gelu(self.feedforward_in(self.feedforward_norm(x)))))


class SpeechEncoder(nn.Module):
    """Mel spectrograms (`m2fnet_core.media.speech_mel`) to one vector of mean and deviation; never trained here."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(BANDS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.positions = nn.Parameter(torch.zeros(POSITIONS, WIDTH))
        self.layers = nn.ModuleList([SpeechLayer() for _ in range(LAYERS)])
        self.requires_grad_(False)

    def forward(self, mels: Tensor, widths: Tensor, audible: Tensor) -> Tensor:
        """[B, 80, T] float, int64 [B] of real columns, float [B, (T + 1) // 2] of audible ones -> [B, 1024].

        What is padded is zeroed behind the first convolution, never looked at, and not pooled: the same clip alone and
        in a batch gives the same vector. The rest of a column's loudness is not counted either.
        """
        columns = torch.arange(mels.shape[2], device=mels.device)
        x = gelu(self.conv1(mels)) * (columns < widths[:, None])[:, None, :]
        x = gelu(self.conv2(x)).transpose(1, 2)  # [B, T / 2, 512]
        x = x + self.positions[: x.shape[1]]
        real = (torch.arange(x.shape[1], device=x.device) < ((widths + 1) // 2)[:, None])[:, None, None, :]
        for layer in self.layers:
            x = layer(x, real)
        share = (audible / audible.sum(dim=1, keepdim=True))[:, :, None]
        mean = (x * share).sum(dim=1, keepdim=True)
        deviation = ((x - mean).square() * share).sum(dim=1).sqrt()
        return torch.cat([mean[:, 0], deviation], dim=1)


class SpeechExtractor(nn.Module):
    """The frozen encoder and the projector: clips to embeddings."""

    def __init__(self, config: ExtractorConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = SpeechEncoder()
        self.norm = nn.BatchNorm1d(POOLED, affine=False)
        self.projector = nn.Linear(POOLED, config.embedding)

    def forward(self, mels: Tensor, widths: Tensor, audible: Tensor) -> Tensor:
        """As `SpeechEncoder.forward` -> [B, embedding], the raw projector output."""
        return self.project(self.encoder(mels, widths, audible))

    def project(self, pooled: Tensor) -> Tensor:
        """[B, 1024] of the encoder -> [B, embedding]."""
        return cast(Tensor, self.projector(self.norm(pooled)))
