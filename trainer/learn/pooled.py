"""Clips behind a frozen speech encoder: its pooled output is computed once, the projector learns from that (torch)."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from m2fnet_core.base.devices import device_of
from m2fnet_core.base.files import whole_file
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import AudioConfig
from m2fnet_core.features.audio import audible, speech_batch
from m2fnet_core.media.speech_mel import SpeechMel, speech_mel
from m2fnet_core.nets.speech_transformer import POOLED, SpeechEncoder, SpeechExtractor
from m2fnet_core.nets.weights import weights_hash
from trainer.config import AudioStep
from trainer.datasets.base import Item
from trainer.learn.augment import change_sound, trimmed
from trainer.learn.extractor_inputs import clip_of, places_of, readable
from trainer.run.processes import from_first

_AT_ONCE = 4  # clips, with all their views
_COLUMNS = 1000  # of 10 ms that are listened to: the beginning of a longer clip
Sound = NDArray[np.float32]
Vectors = NDArray[np.float32]  # [clips, 1 + views, 1024]: the clip as it is, then its changed copies


@dataclass(frozen=True, slots=True)
class Listening:
    """How clips are listened to, and where what was heard waits for a resumed training."""

    encoder: SpeechEncoder
    step: AudioStep
    views: int  # changed copies of each clip
    kept: Path
    told: Callable[[int, int], None]  # clips done, of how many
    cancel: CancelToken

    def key(self, names: Sequence[str]) -> str:
        """Hex digest of all that decides what is heard of these clips."""
        step = self.step
        changes = self.views, step.time_warp, step.speed, step.noise, step.gain
        return hashlib.sha256(json.dumps([weights_hash(self.encoder), changes, *names]).encode()).hexdigest()


class PooledSpeech:
    """A split's clips as pooled vectors."""

    def __init__(self, items: Sequence[Item], labels: Sequence[str], most_unreadable: float, how: Listening) -> None:
        """Raises TrainingError when more than ``most_unreadable`` of the clips cannot be read; Cancelled."""
        found, self.unreadable = readable(items, lambda item: _heard(item, how.step.input), most_unreadable)
        self.labels = places_of(labels, [item for item, _ in found])
        names, sounds = [item.name for item, _ in found], [sound for _, sound in found]
        self._vectors = from_first(lambda: _vectors(names, sounds, how))

    def picture(self, example: int, generator: np.random.Generator | None, done: float = 1.0) -> Vectors:
        """Float32 [1024]: any view with a generator, else of the clip as it is."""
        views = self._vectors[example]
        vector: Vectors = views[0 if generator is None else int(generator.integers(len(views)))]
        return vector

    def batch(self, pictures: Sequence[Any], device: torch.device) -> tuple[Tensor, ...]:
        """Float [B, 1024], what `SpeechExtractor.project` takes."""
        return (torch.from_numpy(np.stack(pictures)).to(device),)

    def vectors(self, extractor: SpeechExtractor, pictures: Sequence[Any], device: torch.device) -> Tensor:
        """Float [B, embedding], as an analysis has them."""
        return extractor.project(*self.batch(pictures, device))


def _heard(item: Item, config: AudioConfig) -> Sound:
    sound = trimmed(clip_of(item))
    if not audible(sound, config) or speech_mel(sound) is None:
        raise ValueError("it is silent")
    return sound


def _vectors(names: Sequence[str], sounds: Sequence[Sound], how: Listening) -> Vectors:
    """From the kept file where it is of the same clips, encoder and changes; else computed, and kept whole."""
    key = how.key(names)
    known = _known(how.kept, key)
    if known is not None:
        return known
    vectors = np.zeros((len(sounds), 1 + how.views, POOLED), np.float16)
    for start in range(0, len(sounds), _AT_ONCE):
        how.cancel.check()
        how.told(start, len(sounds))
        chosen = range(start, min(start + _AT_ONCE, len(sounds)))
        vectors[start : chosen.stop] = _pooled([sounds[n] for n in chosen], chosen, how)
    with whole_file(how.kept) as place, place.open("wb") as file:
        np.savez(file, key=np.array(key), vectors=vectors)
    return vectors.astype(np.float32)


def _known(path: Path, key: str) -> Vectors | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return np.asarray(stored["vectors"], np.float32) if str(stored["key"]) == key else None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):  # not there, or no such file: it is made anew
        return None


def _pooled(sounds: Sequence[Sound], places: range, how: Listening) -> Vectors:
    """Float32 [clips, 1 + views, 1024]; each change is drawn by the clip's place and the view's number."""
    mels: list[SpeechMel] = []
    for place, sound in zip(places, sounds, strict=True):
        for view in range(1 + how.views):
            changed = change_sound(sound, how.step, np.random.default_rng([place, view])) if view else sound
            mel = speech_mel(changed) or speech_mel(sound)
            assert mel is not None  # `_heard` left out what is silent or short
            mels.append(mel.parts(_COLUMNS)[0])
    with torch.inference_mode():
        vectors = how.encoder(*speech_batch(mels, device_of(how.encoder))).float().cpu().numpy()
    return np.asarray(vectors.reshape(len(sounds), 1 + how.views, POOLED), np.float32)
