"""The words everyone shares: utterances of a dialogue and what the network says about them. No torch.

Times are float seconds of *media time*: zero is the moment the file starts to play (a container whose time stamps
start at 5 s still starts at 0 here). Pixels are pixels of the picture as shown, after rotation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Box = tuple[float, float, float, float]  # x1, y1, x2, y2 in pixels of the original frame


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was said. ``probability``: how sure the recogniser was, 1 where a person wrote it."""

    text: str  # with its punctuation
    start: float
    end: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of a speaker. ``text`` is None when nothing was transcribed (never an empty string)."""

    id: str
    start: float
    end: float
    speaker: str = ""
    text: str | None = None
    label: str | None = None  # a human's label, where a corpus or a transcript brings one
    media: Path | None = None  # its own clip (MELD); None: a span of the dialogue's media
    words: tuple[Word, ...] = ()  # of ``text``, in order, where their times are known

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Utterances of one conversation in order of their start."""

    id: str
    utterances: tuple[Utterance, ...]
    media: Path | None = None


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A detected face on one frame. ``area_weight`` is its share of the frame's face area (m2fnet section 1)."""

    time: float
    box: Box
    confidence: float
    area_weight: float


@dataclass(frozen=True, slots=True)
class Presence:
    """Which inputs an utterance really has. What is absent is masked in the network, never zero-filled silently."""

    text: bool = False
    audio: bool = False
    scene: bool = False
    faces: bool = False


@dataclass(frozen=True, slots=True)
class Contributions:
    """Probability of the predicted label minus its probability with that modality masked.

    Positive: the modality speaks for the prediction. None: the modality was absent.
    """

    text: float | None = None
    audio: float | None = None
    visual: float | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the dialogue network says about one utterance."""

    utterance_id: str
    label: str
    probabilities: Mapping[str, float]  # in the label set's order, adds up to 1
    present: Presence
    contributions: Contributions = Contributions()
    attention: Mapping[str, float] | None = None  # utterance id -> weight, adds up to 1 (mean over heads and layers)
    provisional: bool = False  # True while later turns of the dialogue are still missing
    prior: Mapping[str, float] | None = None  # how frequent each label was held to be beforehand; None: unknown
