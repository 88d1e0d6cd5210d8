"""How likely somebody speaks, every 32 ms: silero-vad's network for 16 kHz sound, with its wheel's weights (torch).

Written here instead of `silero_vad.load_silero_vad` because that unpickles a TorchScript archive (deprecated in torch
2.11), goes frame by frame in Python, and importing the package sets torch's threads to one for the whole process.
Fed with the archive's weights it gives the archive's probabilities to 1e-6; the safetensors file holds another training
run of the same network, whose decisions agree with the archive's on 98% of the frames (speech, clean and in noise).
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from m2fnet_core.base.errors import TranscriptError

RATE = 16000
FRAME = 512  # samples of one decision
_CONTEXT = 64  # samples of the frame before that each frame sees
_BINS = 129  # of the 256-sample transform


class VoiceNet(nn.Module):
    """Frames of sound to probabilities of speech; the recurrent state goes from call to call."""

    def __init__(self) -> None:
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 2 * _BINS, 256, stride=128, bias=False)  # real parts, then imaginary parts
        self.conv1 = nn.Conv1d(_BINS, 128, 3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, 128, 3, padding=1)
        self.lstm = nn.LSTM(128, 128)
        self.final_conv = nn.Conv1d(128, 1, 1)

    def forward(self, frames: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """float32[F, 64 + 512] successive frames with their contexts -> float32[F], and the state after them."""
        padded = functional.pad(frames[:, None], (0, 64), mode="reflect")  # [F, 1, 640]
        real, imaginary = self.stft_conv(padded).split(_BINS, dim=1)  # [F, 129, 4] each
        seen = torch.hypot(real, imaginary)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            seen = layer(seen).relu()  # [F, 128, 1] in the end
        heard, state = self.lstm(seen.squeeze(-1), state)  # successive frames are the sequence
        return self.final_conv(heard.relu()[:, :, None]).sigmoid().flatten(), state


def load_voice_net() -> VoiceNet:
    """The network with silero-vad's weights. Raises TranscriptError when the package lacks its file."""
    spec = find_spec("silero_vad")  # finds without importing
    folders = spec.submodule_search_locations if spec is not None else None
    path = Path(next(iter(folders or [""]))) / "data" / "silero_vad_16k.safetensors"
    if not path.is_file():
        raise TranscriptError("The silero-vad package lacks its model file; install silero-vad 6.2.1 or newer.")
    net = VoiceNet()
    weights = load_file(path)  # of a single-step LSTM, which goes through a whole block here
    net.load_state_dict(
        {name.replace("lstm_cell.", "lstm.") + "_l0" * ("lstm" in name): weights[name] for name in weights}
    )
    return net.eval()


def _renamed(name: str) -> str:
    return name.replace("lstm_cell.", "lstm.") + "_l0" if name.startswith("lstm_cell.") else name


@torch.inference_mode()
def speech_probabilities(blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Probabilities of speech, one array for each block: float32[ceil(samples / `FRAME`)].

    Blocks follow one another and all but the last hold a multiple of `FRAME` samples. Memory holds one block.
    """
    net, state = load_voice_net(), None
    before = torch.zeros(_CONTEXT)
    for block in blocks:
        sound = functional.pad(torch.from_numpy(block), (0, -len(block) % FRAME))
        frames = torch.cat((before, sound)).unfold(0, _CONTEXT + FRAME, FRAME)
        probabilities, state = net(frames, state)
        before = sound[-_CONTEXT:]
        yield probabilities.numpy()
