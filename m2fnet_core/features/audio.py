"""Sound of an utterance -> mel picture, or a speech transformer's spectrogram -> audio vector, Eq. 3 (torch)."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from m2fnet_core.base.devices import BatchRunner
from m2fnet_core.base.events import Hook, ignore
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import AudioConfig
from m2fnet_core.features.colours import LEVELS, normalised_colour_map
from m2fnet_core.features.vectors import Vector
from m2fnet_core.media.mel import BANDS, HOP, mel_image
from m2fnet_core.media.resample import RATE
from m2fnet_core.media.speech_mel import SpeechMel, speech_mel
from m2fnet_core.nets.extractor import Extractor
from m2fnet_core.nets.onnx_extractor import OnnxExtractor
from m2fnet_core.nets.speech_transformer import SpeechExtractor

Sound = NDArray[np.float32]  # mono, 16 kHz, [samples]
Levels = NDArray[np.uint8]  # a mel picture before it is coloured, [128, columns]
P = TypeVar("P")
_BATCH = 8  # pictures of at most AudioConfig.max_seconds


def audible(sound: Sound, config: AudioConfig) -> bool:
    """Whether there is enough to hear for an audio vector.

    Decision: too short or silent means absent, not a vector of something else. The picture's brightness is relative to
    the clip's peak, so digital silence would show its rounding noise at full contrast.
    """
    return len(sound) >= config.min_seconds * RATE and float(np.abs(sound).max(initial=0.0)) >= config.silence


def mel_levels(sound: Sound) -> Levels:
    """The mel picture of a clip in 256 levels, 80 dB below its peak to its peak: uint8 [128, columns of 10 ms]."""
    return np.asarray(np.rint(mel_image(sound) * (LEVELS - 1)), np.uint8)


def picture_batch(pictures: Sequence[Levels], device: torch.device) -> tuple[Tensor, Tensor]:
    """Coloured, normalised, padded on the right: float [B, 3, 128, longest] (channels last), widths int64 [B]."""
    widths = [picture.shape[1] for picture in pictures]
    batch = np.zeros((len(pictures), BANDS, max(widths), 3), np.float32)
    for row, picture in zip(batch, pictures, strict=True):
        row[:, : picture.shape[1]] = normalised_colour_map()[picture]
    return torch.from_numpy(batch).to(device).permute(0, 3, 1, 2), torch.tensor(widths, device=device)


AudioExtractor = Extractor | SpeechExtractor | OnnxExtractor


class _Front(Protocol[P]):
    """How an extractor takes sound: a clip in parts, a batch of parts to vectors."""

    def parts(self, sound: Sound, most: int) -> Sequence[P]:
        """The clip in parts of at most so many columns of 10 ms."""

    def columns(self, part: P) -> int:
        """Its length, for batches of about one length."""

    def vectors(self, parts: Sequence[P], device: torch.device) -> Tensor:
        """[B, embedding]."""


class _PictureFront:
    """The paper's: mel pictures for a ResNet18."""

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor

    def parts(self, sound: Sound, most: int) -> Sequence[Levels]:
        levels = mel_levels(sound)
        return np.array_split(levels, -(-levels.shape[1] // most), axis=1)

    def columns(self, part: Levels) -> int:
        return int(part.shape[1])

    def vectors(self, parts: Sequence[Levels], device: torch.device) -> Tensor:
        vectors: Tensor = self.extractor(*picture_batch(parts, device))
        return vectors


class _SpeechFront:
    """Spectrograms for a speech transformer."""

    def __init__(self, extractor: SpeechExtractor) -> None:
        self.extractor = extractor

    def parts(self, sound: Sound, most: int) -> Sequence[SpeechMel]:
        mel = speech_mel(sound)
        return [] if mel is None else mel.parts(most)

    def columns(self, part: SpeechMel) -> int:
        return len(part.audible)

    def vectors(self, parts: Sequence[SpeechMel], device: torch.device) -> Tensor:
        vectors: Tensor = self.extractor(*speech_batch(parts, device))
        return vectors


class _OnnxFront:
    """Sound as an ONNX file takes it, a part at a time: such a file has no mask for what is padded."""

    def __init__(self, extractor: OnnxExtractor) -> None:
        self.extractor = extractor

    def parts(self, sound: Sound, most: int) -> Sequence[NDArray[np.float32]]:
        if self.extractor.encoder.takes == "waveform":
            return np.array_split(sound, -(-len(sound) // (most * HOP)))
        mel = speech_mel(sound)
        return [] if mel is None else [part.levels for part in mel.parts(most)]

    def columns(self, part: NDArray[np.float32]) -> int:
        return int(part.shape[-1])

    def vectors(self, parts: Sequence[NDArray[np.float32]], device: torch.device) -> Tensor:
        return torch.cat([self.extractor(torch.from_numpy(part.copy())[None]) for part in parts])


def _front(extractor: AudioExtractor) -> _Front[Any]:
    match extractor:
        case SpeechExtractor():
            return _SpeechFront(extractor)
        case OnnxExtractor():
            return _OnnxFront(extractor)
    return _PictureFront(extractor)


def speech_batch(mels: Sequence[SpeechMel], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """What `SpeechEncoder` takes: float [B, 80, T] padded on the right, widths int64 [B], audible float [B, T / 2]."""
    widths = [len(mel.audible) for mel in mels]
    levels = np.zeros((len(mels), mels[0].levels.shape[0], max(widths)), np.float32)
    audible = np.zeros((len(mels), (max(widths) + 1) // 2), np.float32)
    for row, counted, mel, width in zip(levels, audible, mels, widths, strict=True):
        row[:, :width] = mel.levels
        half = (width + 1) // 2
        counted[:half] = mel.audible[np.arange(half) * width // half]
    return (
        torch.from_numpy(levels).to(device),
        torch.tensor(widths, device=device),
        torch.from_numpy(audible).to(device),
    )


class AudioVectors:
    """Audio vectors by an extractor, in batches of about one length, shorter ones padded and masked."""

    def __init__(self, extractor: AudioExtractor, config: AudioConfig, hook: Hook = ignore) -> None:
        self._config = config
        self._front = _front(extractor)
        self._runner: BatchRunner[Any, Vector] = BatchRunner(extractor, self._run, _BATCH, hook)

    def compute(self, sounds: Sequence[Sound | None], cancel: CancelToken | None = None) -> list[Vector | None]:
        """One float32 [embedding] per sound; None where there is no sound or it is not `audible`.

        A sound longer than ``max_seconds`` is cut into equal parts whose vectors are averaged (decision): every second
        counts once, and memory stays bounded. Raises Cancelled between batches.
        """
        parts = [(i, part) for i, sound in enumerate(sounds) for part in self._parts(sound)]
        parts.sort(key=lambda item: -self._front.columns(item[1]))
        vectors = self._runner.run([part for _, part in parts], cancel)
        mine: list[list[Vector]] = [[] for _ in sounds]
        for (i, _), vector in zip(parts, vectors, strict=True):
            mine[i].append(vector)
        return [np.mean(found, axis=0) if found else None for found in mine]

    def _parts(self, sound: Sound | None) -> Sequence[Any]:
        if sound is None or not audible(sound, self._config):
            return []
        most = max(1, int(self._config.max_seconds * RATE / HOP) + 1)  # columns; n seconds make one more than n / hop
        return self._front.parts(sound, most)

    def _run(self, parts: Sequence[Any], device: torch.device) -> list[Vector]:
        return list(self._front.vectors(parts, device).float().cpu().numpy())
