"""LR-ASD (Liao et al., IJCV 2025): a face's pictures and the sound beside them to whether that face speaks (torch)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE = 112  # pixels of a grey face
CEPSTRA = 13
SOUND_STEPS = 4  # of 10 ms, for each picture of 40 ms
_CHANNELS = (1, 32, 64, 128)
_WIDTH, _HIDDEN = 128, 64


class SpeakingFace(nn.Module):
    """Two branches of three blocks each, fused by a gate, read forwards and backwards."""

    def __init__(self) -> None:
        super().__init__()
        self.model = _Branches()
        self.lossAV = _Head()

    def forward(self, faces: Tensor, cepstra: Tensor) -> Tensor:
        """float32[N, T, 112, 112] in 0 .. 255 and float32[N, 4 T, 13] -> float32[N, T], above 0: speaks."""
        scores: Tensor = self.lossAV.FC(self.model(faces, cepstra))
        return scores[..., 1] - scores[..., 0]


class _Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.FC = nn.Linear(_WIDTH, 2)


class _Branches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.visualEncoder = _Pictures()
        self.audioEncoder = _Sound()
        self.fusion = _Gate(2 * _WIDTH)
        self.detector = _Detector()

    def forward(self, faces: Tensor, cepstra: Tensor) -> Tensor:
        seen = self.visualEncoder((faces[:, None] / 255 - 0.4161) / 0.1688)
        heard = self.audioEncoder(cepstra.transpose(1, 2)[:, None])
        found: Tensor = self.detector(self.fusion(torch.cat((heard, seen), dim=1))).transpose(1, 2)
        return found


def _norm(channels: int) -> nn.BatchNorm3d:
    return nn.BatchNorm3d(channels, eps=0.001)


class _PictureBlock(nn.Module):
    """Two convolutions across space, two across time."""

    def __init__(self, given: int, channels: int, stride: int) -> None:
        super().__init__()
        half, space = channels // 2, (1, stride, stride)
        self.s_1 = nn.Conv3d(given, half, (1, 5, 5), stride=space, padding=(0, 2, 2), bias=False)
        self.s_norm_1 = _norm(half)
        self.s_2 = nn.Conv3d(half, channels, (1, 3, 3), padding=(0, 1, 1), bias=False)
        self.s_norm_2 = _norm(channels)
        self.t_1 = nn.Conv3d(channels, channels, (5, 1, 1), padding=(2, 0, 0), bias=False)
        self.t_norm_1 = _norm(channels)
        self.t_2 = nn.Conv3d(channels, channels, (3, 1, 1), padding=(1, 0, 0), bias=False)
        self.t_norm_2 = _norm(channels)

    def forward(self, seen: Tensor) -> Tensor:
        seen = self.s_norm_2(self.s_2(self.s_norm_1(self.s_1(seen)).relu())).relu()
        found: Tensor = self.t_norm_2(self.t_2(self.t_norm_1(self.t_1(seen)).relu())).relu()
        return found


class _Pictures(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block1 = _PictureBlock(_CHANNELS[0], _CHANNELS[1], 2)
        self.block2 = _PictureBlock(_CHANNELS[1], _CHANNELS[2], 1)
        self.block3 = _PictureBlock(_CHANNELS[2], _CHANNELS[3], 1)

    def forward(self, seen: Tensor) -> Tensor:
        """[N, 1, T, 112, 112] -> [N, 128, T]."""
        seen = functional.max_pool3d(self.block1(seen), (1, 3, 3), (1, 2, 2), (0, 1, 1))
        seen = functional.max_pool3d(self.block2(seen), (1, 3, 3), (1, 2, 2), (0, 1, 1))
        found: Tensor = self.block3(seen).amax((3, 4))
        return found


class _SoundBlock(nn.Module):
    """Two convolutions across cepstra, two across time."""

    def __init__(self, given: int, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.m_1 = nn.Conv2d(given, half, (5, 1), padding=(2, 0), bias=False)
        self.m_norm_1 = nn.BatchNorm2d(half, eps=0.001)
        self.m_2 = nn.Conv2d(half, channels, (3, 1), padding=(1, 0), bias=False)
        self.m_norm_2 = nn.BatchNorm2d(channels, eps=0.001)
        self.t_1 = nn.Conv2d(channels, channels, (1, 5), padding=(0, 2), bias=False)
        self.t_norm_1 = nn.BatchNorm2d(channels, eps=0.001)
        self.t_2 = nn.Conv2d(channels, channels, (1, 3), padding=(0, 1), bias=False)
        self.t_norm_2 = nn.BatchNorm2d(channels, eps=0.001)

    def forward(self, heard: Tensor) -> Tensor:
        heard = self.m_norm_2(self.m_2(self.m_norm_1(self.m_1(heard)).relu())).relu()
        found: Tensor = self.t_norm_2(self.t_2(self.t_norm_1(self.t_1(heard)).relu())).relu()
        return found


class _Sound(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block1 = _SoundBlock(_CHANNELS[0], _CHANNELS[1])
        self.block2 = _SoundBlock(_CHANNELS[1], _CHANNELS[2])
        self.block3 = _SoundBlock(_CHANNELS[2], _CHANNELS[3])

    def forward(self, heard: Tensor) -> Tensor:
        """[N, 1, 13, 4 T] -> [N, 128, T]."""
        heard = functional.max_pool2d(self.block1(heard), (1, 3), (1, 2), (0, 1))
        heard = functional.max_pool2d(self.block2(heard), (1, 3), (1, 2), (0, 1))
        found: Tensor = self.block3(heard).mean(2)
        return found


class _Gate(nn.Module):
    """Channels weighted by a sigmoid of themselves."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.attention = nn.Conv1d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm1d(channels, eps=0.001)

    def forward(self, known: Tensor) -> Tensor:
        weighted: Tensor = known * self.bn(self.attention(known)).sigmoid()
        return weighted


class _Detector(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gru_forward = nn.GRU(2 * _WIDTH, _HIDDEN, batch_first=True)
        self.gru_backward = nn.GRU(2 * _WIDTH, _HIDDEN, batch_first=True)
        self.attention = _Gate(2 * _HIDDEN)

    def forward(self, known: Tensor) -> Tensor:
        """[N, 256, T] -> [N, 128, T]."""
        steps = known.transpose(1, 2)
        ahead, _ = self.gru_forward(steps)
        back, _ = self.gru_backward(steps.flip(1))
        gated: Tensor = self.attention(torch.cat((ahead, back.flip(1)), dim=2).transpose(1, 2))
        return gated
