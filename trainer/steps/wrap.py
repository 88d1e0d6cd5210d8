"""``m2fnet-train wrap``: encoders made elsewhere become a bundle that ``features`` and ``fusion`` train on (torch)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.bundle.checkpoint import load_bundle, save_bundle
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.nets.fusion import FusionNet
from m2fnet_core.nets.onnx_extractor import OnnxExtractor
from m2fnet_core.nets.onnx_file import OnnxEncoder, OnnxSession, Pool, Takes, probe_input, read_onnx
from m2fnet_core.nets.text_encoder import load_text_encoder
from trainer.steps.run_bundle import fitted_to_onnx

_SIZE = 224  # of a face where the file takes any


@dataclass(frozen=True, slots=True)
class Wrapping:
    """What becomes a bundle. What is None is taken from ``base`` (None: the model that ships)."""

    out: Path
    audio: Path | None = None
    face: Path | None = None
    text: str | None = None  # a folder, or a Hugging Face id
    base: Path | None = None
    takes: Takes | None = None  # of the audio file; None: a waveform, or a log-mel where its input has three axes
    size: int | None = None  # of a face; None: as the file says
    mean: tuple[float, ...] = OnnxEncoder().mean
    deviation: tuple[float, ...] = OnnxEncoder().deviation
    licence: str = ""


def wrap(given: Wrapping) -> Bundle:
    """Write the bundle; its dialogue network is random until it is trained.

    Raises CheckpointError for a file that is not safe, does not fit or gives no numbers, and where ``out`` is there.
    """
    if given.out.exists():
        raise CheckpointError(f"{given.out} is there already; name a new folder.")
    if not (given.audio or given.face or given.text):
        raise CheckpointError("Nothing is named to wrap; give --audio, --face or --text.")
    base = load_bundle(given.base, torch.device("cpu"))
    onnx, bundle = dict(base.info.onnx), base
    if given.audio is not None:
        onnx["audio"] = _described(given.audio, OnnxEncoder(given.takes or "waveform", licence=given.licence), given)
        bundle = replace(bundle, audio=OnnxExtractor(given.audio, onnx["audio"]))
    if given.face is not None:
        face = OnnxEncoder("face", mean=given.mean, deviation=given.deviation, licence=given.licence)
        onnx["visual"] = _described(given.face, face, given)
        bundle = replace(bundle, visual=OnnxExtractor(given.face, onnx["visual"]))
    text = base.text if given.text is None else load_text_encoder(given.text)
    info, size = base.info, onnx["visual"].size if "visual" in onnx else None
    fusion = replace(fitted_to_onnx(info.fusion, onnx), text=text.width)
    visual = info.visual if size is None else replace(info.visual, scene_size=size, face_size=size)
    info = replace(
        info,
        name=given.out.name,
        kind="untrained",
        onnx=onnx,
        fusion=fusion,
        visual=visual,
        metrics={},
        temperature=1.0,
        licence="; ".join(dict.fromkeys(part for part in (info.licence, given.licence) if part)),
        card="Encoders made elsewhere around a random dialogue network: train it before its predictions mean anything.",
    )
    torch.manual_seed(0)
    bundle = replace(bundle, info=info, text=text, fusion=FusionNet(fusion))
    save_bundle(bundle, given.out)
    return bundle


def _described(path: Path, encoder: OnnxEncoder, given: Wrapping) -> OnnxEncoder:
    """What the file takes and gives, by its input's shape and one run on made-up input."""
    session = OnnxSession(read_onnx(path), encoder, path, torch.get_num_threads())
    axes = session.takes
    if encoder.takes == "face":
        encoder = replace(encoder, size=given.size or _side(axes))
    elif given.takes is None and len(axes) == 3:
        encoder = replace(encoder, takes="log-mel")
    wanted = {"waveform": 2, "log-mel": 3, "face": 4}[encoder.takes]
    if len(axes) != wanted:
        raise CheckpointError(
            f"{path} takes {list(axes)}, and {encoder.takes} has {wanted} axes; "
            "export it for that, or say what it takes."
        )
    shape = session.raw(probe_input(encoder)).shape
    if len(shape) not in (2, 3):
        raise CheckpointError(f"{path} gives {list(shape)}; export a network that gives [B, n] or [B, T, n].")
    pool: Pool = "none" if len(shape) == 2 else "mean"
    try:
        encoder = replace(encoder, gives=shape[-1], pool=pool)
    except ValueError as error:
        raise CheckpointError(f"{path} cannot be used: {error}; export its vector or its logits.") from error
    OnnxSession(read_onnx(path), encoder, path, 1).run(probe_input(encoder))
    return encoder


def _side(axes: Sequence[int | str | None]) -> int:
    side = axes[-1]
    return side if isinstance(side, int) and side > 0 else _SIZE
