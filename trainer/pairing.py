"""Paired dialogues: every utterance of a text-only corpus is given a speech clip and a face of its emotion. Numpy.

No corpus with all three modalities may be shipped or had everywhere. Pairs let the dialogue network learn to weigh
them all the same, as long as each modality is about as reliable in them as it is in real conversations: shares of the
utterances sound or look neutral, sound or look wrong, or lack the modality; and what an extractor or the text encoder
has learnt by heart is mixed up the way it confuses what it has not seen. Figures on paired dialogues say nothing about
real ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.dialogue import Dialogue, Utterance
from m2fnet_core.features.vectors import UtteranceVectors, Vector
from trainer.config import PairingStep
from trainer.datasets.packs import Vectors
from trainer.metrics import Floats, Ints
from trainer.probes import fitted_probe

_NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """What utterances of one split may be given: float32 vectors [n, d], label numbers [n], and who each is of."""

    vectors: NDArray[np.float32]
    labels: Ints
    speakers: tuple[str, ...]

    def of(self, label: int, speaker: str | None = None) -> Ints:
        """Places of what has this label, of this speaker alone where one is given."""
        found: Ints = np.flatnonzero(self.labels == label)
        return found if speaker is None else found[[self.speakers[place] == speaker for place in found]]


@dataclass(frozen=True, slots=True)
class Pools:
    """The pools of one split. ``read_as``, ... [classes, classes]: how often class i passes for j."""

    text: Pool
    speech: Pool
    faces: Pool
    read_as: Floats
    heard_as: Floats
    seen_as: Floats


def text_pool(dialogues: Sequence[Dialogue], texts: Vectors, labels: Sequence[str]) -> Pool:
    """The text vectors of a split's labelled utterances."""
    found = [
        (vector, labels.index(utterance.label))
        for dialogue in dialogues
        for utterance in dialogue.utterances
        if utterance.label is not None and (vector := texts[dialogue.id, utterance.id].text) is not None
    ]
    numbers = np.array([label for _, label in found], np.int64)
    return Pool(np.stack([vector for vector, _ in found]), numbers, ("",) * len(found))


def confusion_of_unseen(known: Pool, unseen: Pool, classes: int) -> Floats:
    """How a linear probe fitted on ``known`` takes the classes of ``unseen``: rows add up to 1.

    Vectors of an extractor's own training examples are purer than any it will meet; drawing them with these shares
    makes them as doubtful as unseen ones. A class without an unseen example passes for itself.
    """
    taken = fitted_probe(known.vectors.astype(np.float64), known.labels)(unseen.vectors.astype(np.float64))
    shares = np.zeros((classes, classes))
    np.add.at(shares, (unseen.labels, taken.argmax(axis=1)), 1)
    empty = shares.sum(axis=1) == 0
    shares[empty, empty] = 1
    rows: Floats = shares / shares.sum(axis=1, keepdims=True)
    return rows


def paired(
    dialogues: Sequence[Dialogue],
    texts: Vectors,
    pools: Pools,
    labels: Sequence[str],
    config: PairingStep,
    generator: np.random.Generator,
) -> dict[tuple[str, str], UtteranceVectors]:
    """Vectors of all utterances. A speaker of a dialogue keeps one voice as far as that voice has the emotion."""
    return {
        key: vectors
        for dialogue in dialogues
        for key, vectors in _paired(dialogue, texts, pools, labels, config, generator)
    }


def copies(dialogues: Sequence[Dialogue], texts: Vectors, count: int) -> tuple[tuple[Dialogue, ...], Vectors]:
    """Every dialogue ``count`` times under names of its own, to be paired differently each time."""
    made = tuple(replace(d, id=d.id if n == 0 else f"{d.id}+{n}") for d in dialogues for n in range(count))
    origin = [d.id for d in dialogues for _ in range(count)]
    return made, {(d.id, u.id): texts[name, u.id] for d, name in zip(made, origin, strict=True) for u in d.utterances}


def _paired(
    dialogue: Dialogue,
    texts: Vectors,
    pools: Pools,
    labels: Sequence[str],
    config: PairingStep,
    generator: np.random.Generator,
) -> Iterator[tuple[tuple[str, str], UtteranceVectors]]:
    voices = sorted(set(pools.speech.speakers))
    voice: Mapping[str, str] = {
        speaker: str(generator.choice(voices)) for speaker in dict.fromkeys(u.speaker for u in dialogue.utterances)
    }
    for utterance in dialogue.utterances:
        heard = _passed(_emotion(utterance, labels, config, generator), pools.heard_as, generator)
        seen = _passed(_emotion(utterance, labels, config, generator), pools.seen_as, generator)
        audio = _drawn(pools.speech, heard, voice[utterance.speaker], config, generator)
        faces = _drawn(pools.faces, seen, None, config, generator)
        scene = None if generator.random() < config.missing else _any(pools.faces, generator)
        text = _read(utterance, texts[dialogue.id, utterance.id].text, pools, labels, generator)
        yield (dialogue.id, utterance.id), UtteranceVectors(text=text, audio=audio, scene=scene, faces=faces)


def _read(
    utterance: Utterance, own: Vector | None, pools: Pools, labels: Sequence[str], generator: np.random.Generator
) -> Vector | None:
    """The utterance's own text vector, or one of the class that it passes for."""
    if own is None or utterance.label is None:
        return own
    label = labels.index(utterance.label)
    taken = _passed(label, pools.read_as, generator)
    return own if taken == label else pools.text.vectors[generator.choice(pools.text.of(taken))]


def _emotion(utterance: Utterance, labels: Sequence[str], config: PairingStep, generator: np.random.Generator) -> int:
    """The number of the label that the clip or face shall have: the utterance's own, neutral, or any."""
    chance = generator.random()
    if chance < config.wrong or utterance.label is None:
        return int(generator.integers(len(labels)))
    if chance < config.wrong + config.neutral and _NEUTRAL in labels:
        return labels.index(_NEUTRAL)
    return labels.index(utterance.label)


def _passed(label: int, shares: Floats, generator: np.random.Generator) -> int:
    return int(generator.choice(len(shares), p=shares[label]))


def _drawn(
    pool: Pool, label: int, speaker: str | None, config: PairingStep, generator: np.random.Generator
) -> Vector | None:
    """None for the share that lacks the modality, and where the pool has nothing of the label."""
    if generator.random() < config.missing:
        return None
    places = pool.of(label, speaker)
    if not len(places):
        places = pool.of(label)
    return pool.vectors[generator.choice(places)] if len(places) else None


def _any(pool: Pool, generator: np.random.Generator) -> Vector:
    """What surrounds a face tells little of its emotion: a vector of whatever class."""
    drawn: Vector = pool.vectors[generator.integers(len(pool.vectors))]
    return drawn
