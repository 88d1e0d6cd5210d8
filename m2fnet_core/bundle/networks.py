"""A bundle in memory: every network of an analysis and everything known about them (torch)."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import nn

from m2fnet_core.base.calibration import LabelPrior
from m2fnet_core.base.devices import device_of
from m2fnet_core.base.json_codec import plain
from m2fnet_core.bundle.info import RECIPES, AudioConfig, BundleInfo, told_config, told_info
from m2fnet_core.nets.configs import ExtractorConfig
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.fusion import FusionNet
from m2fnet_core.nets.onnx_extractor import OnnxExtractor
from m2fnet_core.nets.speech_transformer import SpeechExtractor
from m2fnet_core.nets.text_encoder import TextEncoder
from m2fnet_core.nets.weights import weights_hash


@dataclass(frozen=True, slots=True)
class ExtractorKeys:
    """Names of the extractors by content: same weights, preprocessing and code, same key. For the feature store."""

    text: str
    audio: str
    visual: str


@dataclass(frozen=True)
class Bundle:
    """All networks of an analysis, in evaluation mode on one device, and everything known about them."""

    info: BundleInfo
    text: TextEncoder
    audio: Extractor | SpeechExtractor | OnnxExtractor
    visual: Extractor | OnnxExtractor
    fusion: FusionNet

    @property
    def device(self) -> torch.device:
        """Where the dialogue network lies. An extractor may have moved to the CPU when memory was full."""
        return device_of(self.fusion)

    @cached_property
    def keys(self) -> ExtractorKeys:
        """Computed at first use: about a second per GB of weights."""
        info = self.info
        return ExtractorKeys(
            text=extractor_key("text", info.text, self.text),
            audio=extractor_key("audio", info.audio, self.audio),
            visual=extractor_key("visual", info.visual, self.visual),
        )

    @cached_property
    def hash(self) -> str:
        """Hex digest of everything that decides what it predicts."""
        parts = {"keys": plain(self.keys), "info": told_info(self.info), "fusion": weights_hash(self.fusion)}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def with_prior(bundle: Bundle, wanted: LabelPrior) -> Bundle:
    """The bundle predicting under another label prior. Raises CheckpointError where it cannot."""
    prior = bundle.info.prior_of(wanted)
    return bundle if prior == bundle.info.prior else replace(bundle, info=replace(bundle.info, prior=prior))


def extractor_key(name: str, config: Any, network: nn.Module) -> str:
    """Hex digest of weights, preprocessing and the version of its code; ``name`` is one of `RECIPES`."""
    parts = {"recipe": f"{name} {RECIPES[name]}", "config": told_config(config), "weights": weights_hash(network)}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def placed(bundle: Bundle, device: torch.device) -> Bundle:
    """The bundle's networks on the device, in evaluation mode; extractors with channels last, the faster layout."""
    for network in (bundle.text, bundle.fusion):
        network.eval().to(device)
    for extractor in (bundle.audio, bundle.visual):
        extractor.eval().to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return bundle


def audio_network(info: AudioConfig, shape: ExtractorConfig) -> Extractor | SpeechExtractor:
    """The audio extractor of that kind, with random weights."""
    return SpeechExtractor(shape) if info.encoder == "speech-transformer" else Extractor(shape)
