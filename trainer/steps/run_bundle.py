"""A run's networks put together as a bundle: what it trained, else what it started from (torch)."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.bundle.info import BundleInfo
from m2fnet_core.bundle.networks import Bundle, audio_network, placed
from m2fnet_core.features.audio import AudioExtractor
from m2fnet_core.nets.configs import ExtractorConfig, FusionConfig
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.fusion import FusionNet
from m2fnet_core.nets.onnx_file import OnnxEncoder
from m2fnet_core.nets.speech_transformer import SpeechExtractor
from m2fnet_core.nets.text_encoder import TextEncoder, load_text_encoder
from m2fnet_core.nets.weights import filled, read_weights
from trainer.config import SHIPPED, RunConfig
from trainer.run.folder import Run

N = TypeVar("N", bound=nn.Module)


def run_bundle(run: Run, device: torch.device, with_media: bool) -> Bundle:
    """The run's networks; the dialogue network is still random.

    ``with_media``: some utterance has sound or pictures, so extractors are needed. Raises TrainingError when one is
    neither trained by this run nor in the bundle of ``start_from``.
    """
    config = run.config
    base = base_bundle(run)
    text = _text(run, base)
    torch.manual_seed(config.seed)
    audio, visual = (_extractor(run, step, base, with_media) for step in ("audio", "visual"))
    assert not isinstance(visual, SpeechExtractor)
    config = going_on(config, base)
    kept: dict[str, BundleInfo] = {
        step: base.info for step in ("text", "audio", "visual") if base and not _trained(run, step)
    }
    onnx = {step: info.onnx[step] for step, info in kept.items() if step in info.onnx}
    fusion = fitted_to_onnx(config.fusion.net, onnx)
    fusion = dataclasses.replace(fusion, text=text.width, classes=len(config.labels))
    learnt = tuple(f"{c.kind}: {c.folder.name}" for c in config.corpora)
    info = BundleInfo(
        name=config.name,
        kind="trained",
        label_set=LabelSet(config.label_set, config.labels),
        text=kept["text"].text if "text" in kept else config.text.input,
        audio=kept["audio"].audio if "audio" in kept else config.audio.input,
        visual=kept["visual"].visual if "visual" in kept else config.visual.input,
        fusion=fusion,
        onnx=onnx,
        training_data=tuple(dict.fromkeys((*(base.info.training_data if base else ()), *learnt))),
        training_pieces=base.info.training_pieces if base else (),
        licence=base.info.licence if base else "",
    )
    return placed(Bundle(info, text, audio, visual, FusionNet(fusion)), device)


def fitted_to_onnx(net: FusionConfig, onnx: Mapping[str, OnnxEncoder]) -> FusionConfig:
    """The dialogue network's shape, its inputs as wide as what ONNX files give; none is added."""
    if "audio" in onnx:
        net = dataclasses.replace(net, audio=onnx["audio"].gives if net.audio else 0)
    if "visual" in onnx:
        width = onnx["visual"].gives
        net = dataclasses.replace(net, scene=width if net.scene else 0, faces=width if net.faces else 0)
    return net


def going_on(config: RunConfig, base: Bundle | None) -> RunConfig:
    """The configuration with the preprocessing of those networks that go on from ``base``: they have learnt with it."""
    if base is None:
        return config
    info, auto = base.info, "auto"
    return dataclasses.replace(
        config,
        text=dataclasses.replace(config.text, input=info.text) if config.text.start == auto else config.text,
        audio=dataclasses.replace(config.audio, input=info.audio) if config.audio.start == auto else config.audio,
        visual=dataclasses.replace(config.visual, input=info.visual) if config.visual.start == auto else config.visual,
    )


def with_fusion(bundle: Bundle, net: FusionNet, **facts: object) -> Bundle:
    """The bundle with a trained dialogue network, and ``facts`` of its info set."""
    info = dataclasses.replace(bundle.info, fusion=net.config, **facts)  # type: ignore[arg-type]
    return dataclasses.replace(bundle, info=info, fusion=net)


def base_bundle(run: Run) -> Bundle | None:
    """The bundle of ``start_from``, None where there is none. Raises CheckpointError."""
    if not run.config.start_from:
        return None
    place = None if run.config.start_from == SHIPPED else Path(run.config.start_from)
    bundle = load_bundle(place, torch.device("cpu"))
    for extractor in (bundle.audio, bundle.visual):  # states are kept row by row, and the optimiser's must match
        extractor.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    return bundle


def _trained(run: Run, step: str) -> bool:
    """Whether this run has its own network of the step: preprocessing belongs to the network that learnt with it."""
    return (run.folder / step / ("encoder" if step == "text" else "extractor.safetensors")).exists()


def _text(run: Run, base: Bundle | None) -> TextEncoder:
    trained = run.folder / "text" / "encoder"
    if _trained(run, "text"):
        return load_text_encoder(trained)
    return base.text if base is not None else load_text_encoder(run.config.text.encoder)


def _extractor(run: Run, step: str, base: Bundle | None, needed: bool) -> AudioExtractor:
    path = run.folder / step / "extractor.safetensors"
    if _trained(run, step):
        return filled(lambda: _new(run, step), read_weights(path), path)
    if base is not None:
        return base.audio if step == "audio" else base.visual
    if needed:
        raise TrainingError(
            f"The run {run.config.name} has no {step} extractor: run its step {step}, or set start_from."
        )
    return _new(run, step)


def _new(run: Run, step: str) -> Extractor | SpeechExtractor:
    shape = ExtractorConfig()
    return audio_network(run.config.audio.input, shape) if step == "audio" else Extractor(shape)
