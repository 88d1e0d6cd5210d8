"""The one code that turns utterances into vectors, for the application and for the trainer (torch)."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.events import FacesFound, Hook, UtteranceStarted, VectorsReady, ignore
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.networks import Bundle
from m2fnet_core.features.ahead import ahead
from m2fnet_core.features.audio import AudioVectors
from m2fnet_core.features.faces import from_rows, to_rows
from m2fnet_core.features.material import Material, MaterialReader
from m2fnet_core.features.store import Entry, FeatureStore, Keeper, key_of
from m2fnet_core.features.text import TextVectors
from m2fnet_core.features.text_inputs import text_inputs
from m2fnet_core.features.vectors import UtteranceVectors, Vector
from m2fnet_core.features.visual import Seen, VisualVectors
from m2fnet_core.media.info import MediaInfo

_TEXTS = 16  # utterances whose text vectors are computed together


class FeatureExtractor:
    """Vectors of utterances by a bundle's extractors, from the store where it has them. For one thread at a time."""

    def __init__(self, bundle: Bundle, store: FeatureStore | None = None, hook: Hook = ignore) -> None:
        """``store``: None computes everything and keeps nothing."""
        self._bundle = bundle
        self._hook = hook
        self._kept = Keeper(store, hook)
        self._text = TextVectors(bundle.text, bundle.info.text, hook)
        self._audio = AudioVectors(bundle.audio, bundle.info.audio, hook)

    @cached_property
    def _visual(self) -> VisualVectors:
        return VisualVectors(self._bundle.visual, self._bundle.info.visual, self._hook)

    def vectors(
        self, info: MediaInfo | None, dialogue: Sequence[Utterance], cancel: CancelToken | None = None
    ) -> Iterator[UtteranceVectors]:
        """One per utterance of one dialogue (text context stays inside it), in order, as soon as it is known.

        ``info``: the medium of utterances that are spans; None where each has a clip of its own or none at all.
        An input that is missing (no stream, silence, no face, no transcript) is None. The hook hears of every
        utterance but not of progress: the caller knows how many dialogues there are. ``cancel`` is checked between
        frames. Memory holds two utterances' frames.
        Raises MediaError when the medium cannot be read (any more), Cancelled, CheckpointError, DeviceError.
        """
        cancel = cancel or CancelToken()
        keys, config = self._bundle.keys, self._bundle.info.visual
        reader = MaterialReader(keys.audio, keys.visual, config, self._kept, self._hook)
        texts = self._texts(dialogue, cancel)
        with closing(reader.read(info, dialogue, cancel)) as reading, closing(ahead(reading)) as materials:
            for utterance, material in zip(dialogue, materials, strict=True):
                self._hook(UtteranceStarted(utterance.id))
                text, text_known = next(texts)
                vectors = replace(self._computed(utterance, material, cancel), text=text)
                self._hook(VectorsReady(utterance.id, vectors.present, text_known and _known(material)))
                yield vectors

    def _texts(self, dialogue: Sequence[Utterance], cancel: CancelToken) -> Iterator[tuple[Vector | None, bool]]:
        """Text vectors in order, and whether they were known; computed a batch at a time."""
        inputs = text_inputs(self._bundle.text, self._bundle.info.text, dialogue)
        for first in range(0, len(inputs), _TEXTS):
            some = inputs[first : first + _TEXTS]
            keys = [None if given is None else key_of("text", given, self._bundle.keys.text) for given in some]
            entries = [None if key is None else self._kept.get(key) for key in keys]
            missing = [given if entry is None else None for given, entry in zip(some, entries, strict=True)]
            computed = self._text.compute(missing, cancel)
            for key, entry, vector in zip(keys, entries, computed, strict=True):
                if key is not None and vector is not None:
                    self._kept.put(key, Entry({"text": vector}))
                yield (vector, vector is None) if entry is None else (entry.arrays["text"], True)

    def _computed(self, utterance: Utterance, material: Material, cancel: CancelToken) -> UtteranceVectors:
        """All but the text."""
        audio = self._heard(material, cancel)
        seen = self._seen(material, cancel)
        if seen is None:
            return UtteranceVectors(audio=audio)
        self._hook(FacesFound(utterance.id, seen.times, seen.boxes))
        return UtteranceVectors(audio=audio, scene=seen.scene, faces=seen.faces, boxes=seen.boxes, frames=seen.times)

    def _heard(self, material: Material, cancel: CancelToken) -> Vector | None:
        if material.audio_entry is not None:
            return material.audio_entry.arrays.get("audio")
        (vector,) = self._audio.compute([material.sound], cancel)
        if material.audio_key is not None:
            self._kept.put(material.audio_key, Entry({} if vector is None else {"audio": vector}))
        return vector

    def _seen(self, material: Material, cancel: CancelToken) -> Seen | None:
        if material.visual_entry is not None:
            return _unpacked(material.visual_entry)
        seen = self._visual.compute(material.frames, cancel) if material.frames else None
        if material.visual_key is not None:
            self._kept.put(material.visual_key, _packed(seen))
        return seen


def _known(material: Material) -> bool:
    return (material.audio_key is None or material.audio_entry is not None) and (
        material.visual_key is None or material.visual_entry is not None
    )


def _packed(seen: Seen | None) -> Entry:
    if seen is None:
        return Entry()
    arrays = {"scene": seen.scene} if seen.faces is None else {"scene": seen.scene, "faces": seen.faces}
    return Entry(arrays, {"times": seen.times, "boxes": to_rows(seen.boxes)})


def _unpacked(entry: Entry) -> Seen | None:
    if "scene" not in entry.arrays:
        return None
    boxes, times = from_rows(entry.facts["boxes"]), tuple(entry.facts["times"])
    return Seen(entry.arrays["scene"], entry.arrays.get("faces"), boxes, times)
