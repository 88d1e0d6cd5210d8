"""The feature extractor of sound and pictures: ResNet18 and one linear projector, Eq. 3 and 4, Fig. 4 (torch).

Our own ResNet18, because masking needs to reach behind every ReLU and because importing torchvision costs seconds.
Parameters have torchvision's names, so that its weights load; a test holds the two equal.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from m2fnet_core.nets.configs import ExtractorConfig


class Block(nn.Module):
    """Residual block of two 3x3 convolutions: [B, inside, H, W] -> [B, outside, H/stride, W/stride]."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.downsample: nn.Module | None = None
        if stride != 1 or inside != outside:
            narrow = nn.Conv2d(inside, outside, 1, stride, bias=False)
            self.downsample = nn.Sequential(narrow, nn.BatchNorm2d(outside))

    def forward(self, x: Tensor, real: Tensor | None) -> Tensor:
        """``real`` [B, 1, 1, W/stride]: 1 on valid columns of the output."""
        skipped = x if self.downsample is None else self.downsample(x)
        x = _masked(relu(self.bn1(self.conv1(x)), inplace=True), real)
        return _masked(relu(self.bn2(self.conv2(x)) + skipped, inplace=True), real)


class Extractor(nn.Module):
    """Images of any size to embeddings. Padding on the right does not change the result when ``widths`` names it."""

    def __init__(self, config: ExtractorConfig) -> None:
        super().__init__()
        self.config = config
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = nn.ModuleList([Block(64, 64, 1), Block(64, 64, 1)])
        self.layer2 = nn.ModuleList([Block(64, 128, 2), Block(128, 128, 1)])
        self.layer3 = nn.ModuleList([Block(128, 256, 2), Block(256, 256, 1)])
        self.layer4 = nn.ModuleList([Block(256, 512, 2), Block(512, 512, 1)])
        self.projector = nn.Linear(512, config.embedding)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor, widths: Tensor | None = None) -> Tensor:
        """[B, 3, H, W] float, optional int64 [B] of valid columns -> [B, embedding], the raw projector output.

        Columns from ``widths`` on are zeroed behind the input, the pool and every ReLU, so that a row sees the zeros
        that its convolutions would have padded by themselves. A stride of 2 turns w columns into (w + 1) // 2.
        In training mode batch normalisation does count padded columns: train on crops of one width.
        """
        images = images.contiguous(memory_format=torch.channels_last)  # a quarter faster on CPUs, the same result
        x = _masked(images, _real(widths, images.shape[-1]))  # [B, 3, H, W]
        widths, real = _halved(widths, x)
        x = _masked(relu(self.bn1(self.conv1(x)), inplace=True), real)  # [B, 64, H/2, W/2]
        widths, real = _halved(widths, x)
        # Zeros are as good as no column, since nothing is below them after a ReLU; but a pool may see over the edge.
        x = _masked(self.maxpool(x), real)  # [B, 64, H/4, W/4]
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):  # ends at [B, 512, H/32, W/32]
            if stage is not self.layer1:
                widths, real = _halved(widths, x)
            for block in stage:
                x = block(x, real)
        return self.projector(_average(x, widths))  # type: ignore[no-any-return]


def _halved(widths: Tensor | None, x: Tensor) -> tuple[Tensor | None, Tensor | None]:
    """Valid columns behind a stride of 2 over ``x``, and their mask."""
    if widths is None:
        return None, None
    widths = (widths + 1) // 2
    return widths, _real(widths, (x.shape[-1] + 1) // 2)


def _real(widths: Tensor | None, columns: int) -> Tensor | None:
    """Boolean [B, 1, 1, columns]: True on valid columns."""
    if widths is None:
        return None
    return (torch.arange(columns, device=widths.device) < widths[:, None])[:, None, None, :]


def _masked(x: Tensor, real: Tensor | None) -> Tensor:
    return x if real is None else x * real


def _average(x: Tensor, widths: Tensor | None) -> Tensor:
    """Mean over the valid part of [B, C, H, W] -> [B, C]."""
    if widths is None:
        return x.mean(dim=(2, 3))
    return x.sum(dim=(2, 3)) / (x.shape[2] * widths[:, None])
