"""The weights of LR-ASD, which the program does not bring: a person's file, checked and kept (torch).

The file is `weight/finetuning_TalkSet.model` of the authors' public repository Junhua-Liao/LR-ASD (MIT, 3.4 MB).
"""

import hashlib
import io
import pickle
from pathlib import Path

import torch
from safetensors.torch import save

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.files import write_whole
from m2fnet_core.base.folders import data_folder
from m2fnet_core.nets.speaking import SpeakingFace
from m2fnet_core.nets.weights import filled, read_weights

SUM = "6b4ef53694e874e96cf630198dc479c78aebb3993bbf166aee3d926dfe7d9342"  # sha256 of the published file
_BYTES = 3_426_337
_LEFT = "lossV."  # only trained with
WHERE = (
    "fetch weight/finetuning_TalkSet.model (3.4 MB, MIT) from github.com/Junhua-Liao/LR-ASD and name it once: "
    "m2fnet-analyze --faces FILE"
)


def load_speaking(file: Path | None = None) -> SpeakingFace:
    """The network with the weights of ``file``, which is kept in the data folder; None: with those kept before.

    Raises CheckpointError in one sentence when there are none, or the file is not the published one.
    """
    kept = data_folder() / "speaking" / "lr_asd.safetensors"
    if file is not None:
        _keep(file, kept)
    if not kept.is_file():
        raise CheckpointError(f"The weights that tell which face speaks are not on this machine; {WHERE}.")
    return filled(SpeakingFace, _needed(read_weights(kept)), kept).eval()


def _keep(file: Path, kept: Path) -> None:
    try:
        size = file.stat().st_size
        body = file.read_bytes() if size == _BYTES else b""
    except OSError as error:
        raise CheckpointError(f"{file} cannot be read ({error.strerror}); {WHERE}.") from error
    if hashlib.sha256(body).hexdigest() != SUM:
        raise CheckpointError(f"{file} is not the published file that tells which face speaks; {WHERE}.")
    try:
        tensors = torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError) as error:
        raise CheckpointError(f"{file} holds no weights ({error}); {WHERE}.") from error
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, save(_needed(tensors)))
    except OSError as error:
        raise CheckpointError(f"The weights cannot be put into {kept.parent} ({error}); make room.") from error


def _needed(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor for name, tensor in tensors.items() if not name.startswith(_LEFT)}
