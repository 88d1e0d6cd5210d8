"""A bundle on disk and in memory: every network of the analysis, rebuilt from one folder alone (torch).

Folder: config.json (`bundle.info`), audio.safetensors, visual.safetensors, fusion.safetensors and text/,
which is a Hugging Face folder. In place of an extractor's weights there may be audio.onnx or visual.onnx.
"""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.bundle.card import STARTER
from m2fnet_core.bundle.info import BundleInfo, read_info, write_info
from m2fnet_core.bundle.networks import Bundle, audio_network, placed
from m2fnet_core.bundle.untrained import untrained_bundle
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.fusion import FusionNet
from m2fnet_core.nets.onnx_extractor import OnnxExtractor
from m2fnet_core.nets.text_encoder import load_text_encoder, save_text_encoder
from m2fnet_core.nets.weights import Stored, filled, read_weights, write_weights

__all__ = ["Bundle", "load_bundle", "save_bundle", "untrained_bundle"]


def load_bundle(folder: Path | None, device: torch.device) -> Bundle:
    """The bundle of a folder; None: the one that ships, or random weights while none does.

    Raises CheckpointError when it is missing, incomplete, damaged, of another version or of wrong shapes.
    """
    if folder is None:
        folder = STARTER
        if not folder.is_dir():
            return placed(untrained_bundle(), device)
    _recover(folder)
    if not folder.is_dir():
        raise CheckpointError(f"There is no model folder {folder}; choose the folder of a bundle.")
    info = read_info(folder)
    text = load_text_encoder(_text_folder(folder))
    if info.fusion.text not in (0, text.width):
        raise CheckpointError(
            f"{folder} does not fit together: text vectors of {text.width} for a dialogue network that takes "
            f"{info.fusion.text}; copy or train the bundle again."
        )
    bundle = Bundle(
        info=info,
        text=text,
        audio=_extractor("audio", lambda: audio_network(info.audio, info.extractor), info, folder),
        visual=_extractor("visual", lambda: Extractor(info.extractor), info, folder),
        fusion=_network(lambda: FusionNet(info.fusion), folder / "fusion.safetensors"),
    )
    return placed(bundle, device)


def save_bundle(bundle: Bundle, folder: Path, *, small: bool = False) -> None:
    """Write the bundle whole or not at all. An older bundle there is replaced at the end.

    ``small``: the extractors and the dialogue network in a quarter of the space, as int8, the text encoder in less than
    half of it (`save_text_encoder`).

    Raises CheckpointError when it cannot be written; what was there before stays.
    """
    fresh = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    try:
        (fresh / "text").mkdir(parents=True)
        save_text_encoder(bundle.text, fresh / "text", small=small)
        for name in ("audio", "visual", "fusion"):
            _write(getattr(bundle, name), fresh / name, "int8" if small else "full")
        write_info(bundle.info, fresh)
        _swap(fresh, folder)
    except OSError as error:
        raise CheckpointError(
            f"The model cannot be saved to {folder} ({error}); free space or choose another folder."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _extractor(name: str, make: Callable[[], Any], info: BundleInfo, folder: Path) -> Any:
    if name in info.onnx:
        return OnnxExtractor(folder / f"{name}.onnx", info.onnx[name])
    return _network(make, folder / f"{name}.safetensors")


def _write(network: nn.Module, path: Path, stored: Stored) -> None:
    """``path``: without its ending."""
    if isinstance(network, OnnxExtractor):
        path.with_suffix(".onnx").write_bytes(network.content)
    else:
        write_weights(network, path.with_suffix(".safetensors"), stored)


def _network(make: Any, path: Path) -> Any:
    return filled(make, read_weights(path), path)


def _text_folder(folder: Path) -> Path:
    if not (folder / "text").is_dir():
        raise CheckpointError(f"{folder} is incomplete: its folder text is missing; copy or train the bundle again.")
    return folder / "text"


def _previous(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.previous")


def _swap(fresh: Path, folder: Path) -> None:
    """Put the fresh folder in the other's place."""
    shutil.rmtree(_previous(folder), ignore_errors=True)
    if folder.exists():
        folder.rename(_previous(folder))
    fresh.rename(folder)
    shutil.rmtree(_previous(folder), ignore_errors=True)


def _recover(folder: Path) -> None:
    """A program killed between the two renames of `_swap` left the older bundle under another name."""
    if not folder.exists() and _previous(folder).is_dir():
        _previous(folder).rename(folder)
