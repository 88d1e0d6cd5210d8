"""What an extractor learns from: clips and faces as its input, by the very code that the analysis uses (torch)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from m2fnet_core.base.errors import MediaError, TrainingError
from m2fnet_core.features import audio, visual
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import read_sound
from m2fnet_core.nets.extractor import Extractor
from trainer.config import AudioStep, VisualStep
from trainer.datasets.alignment import Box, aligned
from trainer.datasets.base import Item
from trainer.datasets.faces import load_face
from trainer.learn.augment import change_face, change_sound, cropped_levels, masked_levels, stretched_levels, trimmed

T = TypeVar("T")


class SpeechSource:
    """Clips in memory (a corpus of acted speech is a few hundred MB) as mel pictures: parts in training, else whole."""

    def __init__(self, items: Sequence[Item], labels: Sequence[str], step: AudioStep, most_unreadable: float) -> None:
        """Raises TrainingError when more than ``most_unreadable`` of the clips cannot be read."""
        found, self.unreadable = readable(items, clip_of, most_unreadable)
        self.labels = places_of(labels, [item for item, _ in found])
        self._sounds = [trimmed(sound) for _, sound in found]
        self._step = step

    def picture(self, example: int, generator: np.random.Generator | None, done: float = 1.0) -> NDArray[np.uint8]:
        """Uint8 [128, columns], at most ``crop_frames`` with a generator."""
        sound = self._sounds[example]
        if generator is None:
            return audio.mel_levels(sound)
        levels = audio.mel_levels(change_sound(sound, self._step, generator))
        levels = cropped_levels(levels, self._step.crop_frames, generator)
        levels = stretched_levels(levels, self._step.pitch, generator)
        return masked_levels(levels, self._step.masks, generator)

    def batch(self, pictures: Sequence[Any], device: torch.device) -> tuple[Tensor, ...]:
        """Float [B, 3, 128, longest] and widths [B]: what is padded is masked, as in an analysis."""
        return audio.picture_batch(pictures, device)

    def vectors(self, extractor: Extractor, pictures: Sequence[Any], device: torch.device) -> Tensor:
        """Float [B, embedding], as an analysis has them."""
        vectors: Tensor = extractor(*self.batch(pictures, device))
        return vectors


class FaceSource:
    """Faces as squares of the analysis's ``face_size``, read when they are wanted: a corpus may not fit the memory."""

    def __init__(
        self,
        items: Sequence[Item],
        labels: Sequence[str],
        step: VisualStep,
        most_unreadable: float,
        boxes: Mapping[str, Box | None],
    ) -> None:
        """``boxes``: the faces of the items to align. Raises TrainingError when too many pictures are no use."""
        self._step, self._boxes = step, boxes
        found, self.unreadable = readable(items, lambda item: self._face(item).shape, most_unreadable)
        self._items = [item for item, _ in found]
        self.labels = places_of(labels, self._items)

    def _face(self, item: Item) -> NDArray[np.uint8]:
        return aligned(self._boxes, item, self._step.input) if item.align else load_face(item)

    def picture(self, example: int, generator: np.random.Generator | None, done: float = 1.0) -> NDArray[np.uint8]:
        """Uint8 [side, side, 3]: the analysis's ``face_size``, or in training what `sizes` begins with."""
        picture = self._face(self._items[example])
        if generator is None:
            return visual.scaled_square(picture, self._step.input.face_size)
        return change_face(picture, self._step, self._step.side(done), generator)

    def batch(self, pictures: Sequence[Any], device: torch.device) -> tuple[Tensor, ...]:
        """Float [B, 3, side, side]."""
        return (visual.picture_batch(pictures, device),)

    def vectors(self, extractor: visual.VisualExtractor, pictures: Sequence[Any], device: torch.device) -> Tensor:
        """Float [B, embedding], as an analysis has them."""
        return visual.face_vectors(extractor, pictures, self._step.input, device)


def clip_of(item: Item) -> NDArray[np.float32]:
    """The whole clip, mono 16 kHz. Raises MediaError."""
    info = probe(item.path)
    return read_sound(info, 0.0, info.duration)


def places_of(labels: Sequence[str], items: Sequence[Item]) -> list[int]:
    """Numbers of the items' labels."""
    places = {label: place for place, label in enumerate(labels)}
    return [places[item.label] for item in items]


def readable(
    items: Sequence[Item], load: Callable[[Item], T], most_unreadable: float
) -> tuple[list[tuple[Item, T]], list[str]]:
    """Items with what was loaded, and a sentence for each that cannot be read and is left out."""
    found, lost = [], []
    for item in items:
        try:
            found.append((item, load(item)))
        except (MediaError, OSError, ValueError) as error:
            lost.append(f"{item.path / item.member} is left out: {str(error).rstrip('.')}.")
    if not found or len(lost) > most_unreadable * len(items):
        first = f" (the first: {lost[0]})" if lost else ""
        raise TrainingError(
            f"{len(lost)} of {len(items)} examples cannot be read{first}; "
            "repair the corpus, or raise features.most_unreadable."
        )
    return found, lost
