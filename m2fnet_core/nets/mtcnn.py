"""The three networks of MTCNN face detection, with the weights that the package facenet-pytorch carries (torch).

Written out here because importing that package imports torchvision, which takes as long as analysing a short video.
Parameters have its names; a test holds networks and detections equal to its.
"""

import importlib.util
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from m2fnet_core.base.errors import CheckpointError

N = TypeVar("N", "Proposal", "Refinement", "Output")


class Proposal(nn.Module):
    """P-Net, fully convolutional: one answer per 12 x 12 pixels, every second pixel."""

    file = "pnet.pt"

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 10, 3), nn.PReLU(10)
        self.pool1 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv2, self.prelu2 = nn.Conv2d(10, 16, 3), nn.PReLU(16)
        self.conv3, self.prelu3 = nn.Conv2d(16, 32, 3), nn.PReLU(32)
        self.conv4_1, self.conv4_2 = nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """[B, 3, H, W] -> shifts [B, 4, H', W'] in shares of the sides, face probability [B, H', W']."""
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.prelu3(self.conv3(self.prelu2(self.conv2(x))))
        return self.conv4_2(x), self.conv4_1(x).softmax(1)[:, 1]


class Refinement(nn.Module):
    """R-Net: [B, 3, 24, 24] -> shifts [B, 4], face probability [B]."""

    file = "rnet.pt"

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 28, 3), nn.PReLU(28)
        self.conv2, self.prelu2 = nn.Conv2d(28, 48, 3), nn.PReLU(48)
        self.conv3, self.prelu3 = nn.Conv2d(48, 64, 2), nn.PReLU(64)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.dense4, self.prelu4 = nn.Linear(576, 128), nn.PReLU(128)
        self.dense5_1, self.dense5_2 = nn.Linear(128, 2), nn.Linear(128, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.pool(self.prelu1(self.conv1(x)))
        x = self.prelu3(self.conv3(self.pool(self.prelu2(self.conv2(x)))))
        x = self.prelu4(self.dense4(_columns_first(x)))
        return self.dense5_2(x), self.dense5_1(x).softmax(1)[:, 1]


class Output(nn.Module):
    """O-Net: [B, 3, 48, 48] -> shifts [B, 4], face probability [B]. Its landmarks (dense6_3) are not used."""

    file = "onet.pt"

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 32, 3), nn.PReLU(32)
        self.conv2, self.prelu2 = nn.Conv2d(32, 64, 3), nn.PReLU(64)
        self.conv3, self.prelu3 = nn.Conv2d(64, 64, 3), nn.PReLU(64)
        self.conv4, self.prelu4 = nn.Conv2d(64, 128, 2), nn.PReLU(128)
        self.pool, self.last_pool = nn.MaxPool2d(3, 2, ceil_mode=True), nn.MaxPool2d(2, 2, ceil_mode=True)
        self.dense5, self.prelu5 = nn.Linear(1152, 256), nn.PReLU(256)
        self.dense6_1, self.dense6_2 = nn.Linear(256, 2), nn.Linear(256, 4)
        self.dense6_3 = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.pool(self.prelu1(self.conv1(x)))
        x = self.pool(self.prelu2(self.conv2(x)))
        x = self.prelu4(self.conv4(self.last_pool(self.prelu3(self.conv3(x)))))
        x = self.prelu5(self.dense5(_columns_first(x)))
        return self.dense6_2(x), self.dense6_1(x).softmax(1)[:, 1]


def load_mtcnn(device: torch.device) -> tuple[Proposal, Refinement, Output]:
    """The three networks, ready to run. Raises CheckpointError when the installation lacks their weights."""
    return _loaded(Proposal(), device), _loaded(Refinement(), device), _loaded(Output(), device)


def _columns_first(x: Tensor) -> Tensor:
    """[B, C, H, W] -> [B, W * H * C], the order of the weights, which were trained in another framework."""
    return x.permute(0, 3, 2, 1).flatten(1)


def _loaded(network: N, device: torch.device) -> N:
    path = _weights_folder() / network.file
    try:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except OSError as error:
        raise CheckpointError(f"The face detector's weights {path} are missing; install the program again.") from error
    # Channels last is by far the faster layout for these narrow networks: their pooling is not vectorised otherwise.
    return network.eval().requires_grad_(False).to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _weights_folder() -> Path:
    spec = importlib.util.find_spec("facenet_pytorch")
    if spec is None or not spec.submodule_search_locations:
        raise CheckpointError("The package facenet-pytorch is not installed; install the program again.")
    return Path(spec.submodule_search_locations[0]) / "data"
