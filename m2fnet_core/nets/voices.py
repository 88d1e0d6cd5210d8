"""CAM++ (Wang et al. 2023, arXiv 2303.00332): log-mel frames of one voice to a vector that tells who speaks (torch)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

MELS = 80
WIDTH = 192  # of the vector
_FIRST, _GROWTH, _NARROW, _CHANNELS = 128, 32, 128, 32  # of the dense layers and of the head
_BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers and dilation of each dense block
_SEGMENT = 100  # frames of a local context


class VoiceVectors(nn.Module):
    """Head (2-d convolutions), then densely connected time-delay layers with context-aware masks, then statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.head = _Head()
        self.xvector = _Dense()

    def forward(self, mels: Tensor) -> Tensor:
        """float32[N, T, 80] log-mel energies, their mean over time taken off -> float32[N, 192]."""
        vectors: Tensor = self.xvector(self.head(mels.transpose(1, 2)))
        return vectors


class _Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, _CHANNELS, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(_CHANNELS)
        self.layer1 = nn.Sequential(_Residual(2), _Residual(1))
        self.layer2 = nn.Sequential(_Residual(2), _Residual(1))
        self.conv2 = nn.Conv2d(_CHANNELS, _CHANNELS, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(_CHANNELS)

    def forward(self, mels: Tensor) -> Tensor:
        """[N, 80, T] -> [N, 320, T]."""
        seen = self.bn1(self.conv1(mels[:, None])).relu()
        seen = self.bn2(self.conv2(self.layer2(self.layer1(seen)))).relu()
        flat: Tensor = seen.flatten(1, 2)
        return flat


class _Residual(nn.Module):
    """Two 3 x 3 convolutions; ``stride`` is over the mel bands."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(_CHANNELS, _CHANNELS, 3, stride=(stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(_CHANNELS)
        self.conv2 = nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(_CHANNELS)
        narrower = nn.Conv2d(_CHANNELS, _CHANNELS, 1, stride=(stride, 1), bias=False), nn.BatchNorm2d(_CHANNELS)
        self.shortcut = nn.Sequential(*narrower if stride > 1 else ())

    def forward(self, seen: Tensor) -> Tensor:
        changed = self.bn2(self.conv2(self.bn1(self.conv1(seen)).relu()))
        found: Tensor = (changed + self.shortcut(seen)).relu()
        return found


class _Nonlinear(nn.Module):
    """Batch norm, and ReLU unless it ends the network."""

    def __init__(self, channels: int, last: bool = False) -> None:
        super().__init__()
        self.batchnorm = nn.BatchNorm1d(channels, affine=not last)
        self._last = last

    def forward(self, heard: Tensor) -> Tensor:
        normal: Tensor = self.batchnorm(heard)
        return normal if self._last else normal.relu()


class _Mask(nn.Module):
    """A convolution whose channels are weighted by what is around: the whole, and the segment of a second."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(_NARROW, _GROWTH, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(_NARROW, _NARROW // 2, 1)
        self.linear2 = nn.Conv1d(_NARROW // 2, _GROWTH, 1)

    def forward(self, heard: Tensor) -> Tensor:
        segments = functional.avg_pool1d(heard, _SEGMENT, _SEGMENT, ceil_mode=True)
        local = segments.repeat_interleave(_SEGMENT, dim=2)[..., : heard.shape[2]]
        context = self.linear1(heard.mean(2, keepdim=True) + local).relu()
        masked: Tensor = self.linear_local(heard) * self.linear2(context).sigmoid()
        return masked


class _Layer(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = _Nonlinear(channels)
        self.linear1 = nn.Conv1d(channels, _NARROW, 1, bias=False)
        self.nonlinear2 = _Nonlinear(_NARROW)
        self.cam_layer = _Mask(dilation)

    def forward(self, heard: Tensor) -> Tensor:
        new: Tensor = self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(heard))))
        return torch.cat((heard, new), dim=1)


class _Step(nn.Module):
    """A norm and a 1 x 1 convolution, in the order that is asked for."""

    def __init__(self, channels: int, width: int, kernel: int = 1, norm_first: bool = True, last: bool = False) -> None:
        super().__init__()
        stride, padding = (2, kernel // 2) if kernel > 1 else (1, 0)
        self.linear = nn.Conv1d(channels, width, kernel, stride=stride, padding=padding, bias=False)
        self.nonlinear = _Nonlinear(channels if norm_first else width, last)
        self._norm_first = norm_first

    def forward(self, heard: Tensor) -> Tensor:
        found: Tensor = self.linear(self.nonlinear(heard)) if self._norm_first else self.nonlinear(self.linear(heard))
        return found


class _Dense(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        channels = _FIRST
        self.tdnn = _Step(_CHANNELS * MELS // 8, channels, kernel=5, norm_first=False)
        for number, (layers, dilation) in enumerate(_BLOCKS, 1):
            block = nn.Sequential()
            for place in range(1, layers + 1):
                block.add_module(f"tdnnd{place}", _Layer(channels, dilation))
                channels += _GROWTH
            self.add_module(f"block{number}", block)
            self.add_module(f"transit{number}", _Step(channels, channels // 2))
            channels //= 2
        self.out_nonlinear = _Nonlinear(channels)
        self.dense = _Step(2 * channels, WIDTH, norm_first=False, last=True)

    def forward(self, heard: Tensor) -> Tensor:
        """[N, 320, T] -> [N, 192]."""
        heard = self.tdnn(heard)
        for number in range(1, len(_BLOCKS) + 1):
            heard = self.get_submodule(f"transit{number}")(self.get_submodule(f"block{number}")(heard))
        heard = self.out_nonlinear(heard)
        statistics = torch.cat((heard.mean(2), heard.std(2)), dim=1)
        vectors: Tensor = self.dense(statistics[..., None])
        return vectors.squeeze(2)
