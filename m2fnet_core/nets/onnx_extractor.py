"""An audio or visual extractor that is an ONNX file: never trained here, run on the processor (torch)."""

import hashlib
import json
from pathlib import Path

import torch
from torch import Tensor, nn

from m2fnet_core.base.json_codec import plain
from m2fnet_core.nets.onnx_file import OnnxEncoder, OnnxSession, read_onnx

# As pictures come, normalised for networks of ImageNet (`m2fnet_core.features.colours`).
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class OnnxExtractor(nn.Module):
    """Stands where an `Extractor` stands. Its one "weight" is the file's hash, so that vectors are kept by content."""

    def __init__(self, path: Path, encoder: OnnxEncoder) -> None:
        """Raises CheckpointError for a file that is not safe or does not fit."""
        super().__init__()
        self.encoder = encoder
        self.content = read_onnx(path)
        self._session = OnnxSession(self.content, encoder, path, torch.get_num_threads())
        about = {**plain(encoder), "licence": ""}
        digest = hashlib.sha256(self.content + json.dumps(about, sort_keys=True).encode()).digest()
        self.digest = nn.Parameter(torch.tensor(list(digest), dtype=torch.float32), requires_grad=False)

    def forward(self, values: Tensor) -> Tensor:
        """Sound as the encoder takes it, or pictures normalised as `picture_batch` does -> float32 [B, gives].

        Raises CheckpointError for a result that is not as said, or no number.
        """
        if self.encoder.takes == "face":
            values = self._own_normalisation(values.float())
        given = values.float().cpu().contiguous().numpy()
        return torch.from_numpy(self._session.run(given)).to(values.device)

    def _own_normalisation(self, pictures: Tensor) -> Tensor:
        def column(numbers: tuple[float, ...]) -> Tensor:
            return torch.tensor(numbers, device=pictures.device)[:, None, None]

        plain_colours = pictures * column(_DEVIATION) + column(_MEAN)  # 0 .. 1
        return (plain_colours - column(self.encoder.mean)) / column(self.encoder.deviation)
