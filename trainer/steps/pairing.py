"""Paired dialogues: every utterance of a text-only corpus is given a speech clip and a face of its emotion. Numpy.

No corpus with all three modalities may be shipped or had everywhere. Pairs let the dialogue network learn to weigh
them all the same, as long as each modality is about as reliable in them as it is in real conversations: shares of the
utterances sound or look neutral, sound or look wrong, or lack the modality; and what an extractor or the text encoder
has learnt by heart is blurred the way it confuses what it has not seen. Figures on paired dialogues say nothing about
real ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.dialogue import Dialogue, Utterance
from m2fnet_core.features.vectors import UtteranceVectors, Vector
from trainer.config import Noise, PairingStep
from trainer.datasets.packs import Vectors
from trainer.judge.metrics import Floats, Ints
from trainer.judge.probes import fitted_probe

_NEUTRAL = "neutral"
_WORDLESS = 0.5  # share of acted utterances without words
_LEAST_BLUR = 0.3  # of the way to another class: nearer by, vectors learnt by heart would stay as sure as they are


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

    Vectors of an extractor's own training examples are purer than any it will meet; blurring them with these shares
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


def acted(
    count: int, pools: Pools, labels: Sequence[str], config: PairingStep, generator: np.random.Generator
) -> tuple[tuple[Dialogue, ...], dict[tuple[str, str], UtteranceVectors]]:
    """``count`` dialogues for each label that are one utterance: its voice and face tell the label, its words nothing.

    That is what a clip of acted speech is. Words are neutral or missing, voice or face may be missing, never both.
    """
    made, vectors = list[Dialogue](), dict[tuple[str, str], UtteranceVectors]()
    for number, (label, name) in enumerate((*enumerate(labels),) * count):
        audio = _given(pools.speech, label, pools.heard_as, None, config.speech, generator)
        faces = _given(pools.faces, label, pools.seen_as, None, config.faces, generator)
        if audio is None and faces is None:
            continue
        text = _drawn(pools.text, labels.index(_NEUTRAL), None, generator) if _NEUTRAL in labels else None
        if generator.random() < _WORDLESS:
            text = None
        scene = None if faces is None else _any(pools.faces, generator)
        dialogue = Dialogue(f"acted {number}", (Utterance("0", 0.0, 1.0, label=name),))
        made.append(dialogue)
        vectors[dialogue.id, "0"] = UtteranceVectors(text=text, audio=audio, scene=scene, faces=faces)
    return tuple(made), vectors


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
        heard = _emotion(utterance, labels, config.speech, generator)
        seen = _emotion(utterance, labels, config.faces, generator)
        audio = _given(pools.speech, heard, pools.heard_as, voice[utterance.speaker], config.speech, generator)
        faces = _given(pools.faces, seen, pools.seen_as, None, config.faces, generator)
        scene = None if generator.random() < config.faces.missing else _any(pools.faces, generator)
        text = texts[dialogue.id, utterance.id].text
        if text is not None and utterance.label is not None:
            said = _emotion(utterance, labels, config.text, generator)
            own = text if said == labels.index(utterance.label) else _drawn(pools.text, said, None, generator)
            text = None if own is None else _blurred(own, said, pools.text, pools.read_as, None, generator)
            text = None if generator.random() < config.text.missing else text
        yield (dialogue.id, utterance.id), UtteranceVectors(text=text, audio=audio, scene=scene, faces=faces)


def _given(
    pool: Pool, label: int, shares: Floats, speaker: str | None, noise: Noise, generator: np.random.Generator
) -> Vector | None:
    """A vector of the label, blurred; None for the share that lacks the modality, or where the pool has none."""
    if generator.random() < noise.missing or (own := _drawn(pool, label, speaker, generator)) is None:
        return None
    return _blurred(own, label, pool, shares, speaker, generator)


def _blurred(
    own: Vector, label: int, pool: Pool, shares: Floats, speaker: str | None, generator: np.random.Generator
) -> Vector:
    """The vector, moved towards one of the class that it passes for, by ``_LEAST_BLUR`` of the way up to all of it.

    Decision: a vector of that class in its stead would say no more than the class, and hide that unseen vectors lie
    between classes.
    """
    taken = int(generator.choice(len(shares), p=shares[label]))
    other = None if taken == label else _drawn(pool, taken, speaker, generator)
    if other is None:
        return own
    return np.asarray(own + generator.uniform(_LEAST_BLUR, 1) * (other - own), np.float32)


def _emotion(utterance: Utterance, labels: Sequence[str], noise: Noise, generator: np.random.Generator) -> int:
    """The number of the label that the clip or face shall have: the utterance's own, neutral, or any."""
    chance = generator.random()
    if chance < noise.wrong or utterance.label is None:
        return int(generator.integers(len(labels)))
    if chance < noise.wrong + noise.neutral and _NEUTRAL in labels:
        return labels.index(_NEUTRAL)
    return labels.index(utterance.label)


def _drawn(pool: Pool, label: int, speaker: str | None, generator: np.random.Generator) -> Vector | None:
    """A vector of the label, of this speaker as far as there is one; None where the pool has nothing of the label."""
    places = pool.of(label, speaker)
    if not len(places):
        places = pool.of(label)
    return pool.vectors[generator.choice(places)] if len(places) else None


def _any(pool: Pool, generator: np.random.Generator) -> Vector:
    """What surrounds a face tells little of its emotion: a vector of whatever class."""
    drawn: Vector = pool.vectors[generator.integers(len(pool.vectors))]
    return drawn
