"""Clips behind a frozen speech encoder: its pooled output is computed once, the projector learns from that (torch)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from m2fnet_core.base.devices import device_of
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import AudioConfig
from m2fnet_core.features.audio import audible, speech_batch
from m2fnet_core.media.speech_mel import SpeechMel, speech_mel
from m2fnet_core.nets.speech_transformer import POOLED, SpeechEncoder, SpeechExtractor
from trainer.config import AudioStep
from trainer.datasets.base import Item
from trainer.learn.augment import change_sound, trimmed
from trainer.learn.extractor_inputs import clip_of, places_of, readable

Told = Callable[[int, int], None]  # clips done, of how many
_AT_ONCE = 4  # clips, with all their views
_COLUMNS = 1000  # of 10 ms that are listened to: the beginning of a longer clip


class PooledSpeech:
    """A split's clips as pooled vectors: the clip as it is, and ``views`` changed copies for training."""

    def __init__(
        self,
        items: Sequence[Item],
        labels: Sequence[str],
        step: AudioStep,
        most_unreadable: float,
        encoder: SpeechEncoder,
        views: int,
        kept: Path,
        told: Told,
        cancel: CancelToken,
    ) -> None:
        """``kept``: the file in which they wait for a resumed training. Raises TrainingError when more than
        ``most_unreadable`` of the clips cannot be read, Cancelled.
        """
        found, self.unreadable = readable(items, lambda item: _heard(item, step.input), most_unreadable)
        self.labels = places_of(labels, [item for item, _ in found])
        names = np.array([item.name for item, _ in found])
        self._views = views
        vectors = _kept(kept, names, views)
        if vectors is None:
            vectors = np.zeros((len(found), 1 + views, POOLED), np.float32)
            for start in range(0, len(found), _AT_ONCE):
                cancel.check()
                told(start, len(found))
                chosen = range(start, min(start + _AT_ONCE, len(found)))
                vectors[start : chosen.stop] = _pooled([found[n][1] for n in chosen], chosen, step, views, encoder)
            np.savez(kept, names=names, vectors=vectors.astype(np.float16))
        self._vectors = vectors

    def picture(self, example: int, generator: np.random.Generator | None, done: float = 1.0) -> NDArray[np.float32]:
        """Float32 [1024]: any view with a generator, else of the clip as it is."""
        view = 0 if generator is None else int(generator.integers(1 + self._views))
        vector: NDArray[np.float32] = self._vectors[example, view]
        return vector

    def batch(self, pictures: Sequence[Any], device: torch.device) -> tuple[Tensor, ...]:
        """Float [B, 1024], what `SpeechExtractor.project` takes."""
        return (torch.from_numpy(np.stack(pictures)).to(device),)

    def vectors(self, extractor: SpeechExtractor, pictures: Sequence[Any], device: torch.device) -> Tensor:
        """Float [B, embedding], as an analysis has them."""
        return extractor.project(*self.batch(pictures, device))


def _heard(item: Item, config: AudioConfig) -> NDArray[np.float32]:
    sound = trimmed(clip_of(item))
    if not audible(sound, config):
        raise ValueError("it is silent")
    return sound


def _kept(path: Path, names: NDArray[np.str_], views: int) -> NDArray[np.float32] | None:
    """What was computed before, of the same clips."""
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as stored:
        vectors = np.asarray(stored["vectors"], np.float32)
        fits = vectors.shape == (len(names), 1 + views, POOLED) and np.array_equal(stored["names"], names)
    return vectors if fits else None


def _pooled(
    sounds: Sequence[NDArray[np.float32]], places: range, step: AudioStep, views: int, encoder: SpeechEncoder
) -> NDArray[np.float32]:
    """Float32 [clips, 1 + views, 1024]; each change is drawn by the clip's place and the view's number."""
    mels: list[SpeechMel] = []
    for place, sound in zip(places, sounds, strict=True):
        for view in range(1 + views):
            changed = change_sound(sound, step, np.random.default_rng([place, view])) if view else sound
            mel = speech_mel(changed) or speech_mel(sound)
            assert mel is not None  # `_heard` left out what is silent or short
            mels.append(mel.parts(_COLUMNS)[0])
    with torch.inference_mode():
        vectors = encoder(*speech_batch(mels, device_of(encoder))).float().cpu().numpy()
    return np.asarray(vectors.reshape(len(sounds), 1 + views, POOLED), np.float32)
