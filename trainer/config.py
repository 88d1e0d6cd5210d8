"""A training run as frozen dataclasses, as run.toml holds it. Defaults are the paper's or documented decisions.

No torch: the Train panel builds its form from these fields and what `setting` tells about them.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from m2fnet_core.base.config_field import check_settings, setting
from m2fnet_core.base.emotions import MELD
from m2fnet_core.bundle.info import AudioConfig, TextConfig, VisualConfig
from m2fnet_core.nets.configs import FusionConfig


class _Checked:
    """Mixin: fields hold to what `setting` said about them."""

    __slots__ = ()

    def __post_init__(self) -> None:
        check_settings(self)


SHIPPED = "starter"  # as start_from: the model that ships with the program
_BATCH = 16
_SMALLEST_FACE = 16  # pixels
_MIX = "How even the classes are in a batch; 1: as many of each, 0: as the corpus has them"
_BALANCE = "Exponent of the inverse class frequency in the loss; 0: every utterance alike"
STEPS = ("text", "audio", "visual", "features", "fusion", "evaluate", "ablate")
KINDS = ("meld", "iemocap", "pack", "documents", "faces", "speech")  # of corpora


@dataclass(frozen=True, slots=True)
class TripletLossConfig(_Checked):
    """L_FE, Eq. 9-13, and the options beside it (m2fnet section 2)."""

    margin: str = setting(
        "detached",
        "Whether a gradient flows through the margin m",
        choices=("detached", "literal", "fixed"),
        paper="literal",
    )
    distance: str = setting(
        "unit",
        "Distance of L2-normalised embeddings scaled to [0, 1], or of raw ones",
        choices=("unit", "raw"),
        paper="raw",
    )
    fixed_margin: float = setting(0.2, "Margin of FaceNet's loss when margin is fixed", low=0)
    margin_weight: float = setting(20.0, "Weight of L_AMT", paper="20", low=0)
    covariance_weight: float = setting(5.0, "Weight of L_Cov", paper="5", low=0)
    variance_weight: float = setting(1.0, "Weight of L_Var", paper="1", low=0)
    cross_entropy_weight: float = setting(0.0, "Weight of a cross-entropy head beside the loss", paper="0", low=0)
    label_smoothing: float = setting(0.0, "Label smoothing of that cross-entropy", low=0, high=1)
    weight: float = setting(1.0, "Weight of L_FE as a whole, beside a cross-entropy head", paper="1", low=0)


@dataclass(frozen=True, slots=True)
class LoopConfig(_Checked):
    """One step's optimisation."""

    epochs: int = setting(10, "Epochs at most", low=1)
    batch_size: int = setting(
        _BATCH, "Utterances, or dialogues for fusion, in a step of the optimiser; extractors have per_class", low=1
    )
    accumulate: int = setting(
        1,
        "Parts a batch is split into to fit the memory; the same result but for batch normalisation and triplets",
        low=1,
    )
    optimiser: str = setting("adamw", "Optimiser", choices=("adam", "adamw"))
    learning_rate: float = setting(1e-4, "Highest learning rate", low=0)
    weight_decay: float = setting(0.01, "Weight decay", low=0)
    schedule: str = setting("linear", "Learning rate after the warm-up", choices=("constant", "linear", "cosine"))
    warmup: float = setting(0.1, "Share of all steps in which the learning rate rises", low=0, high=1)
    clip: float = setting(1.0, "Largest norm of the gradient; 0: no limit", low=0)
    ema: float = setting(0.0, "Decay of an exponential moving average of the weights; 0: none", low=0, high=0.99999)
    patience: int = setting(0, "Epochs without a better validation figure before it stops; 0: never", low=0)
    precision: str = setting(
        "auto",
        "Number format; auto: bf16 where the device has instructions for it, else fp32, or fp16 on a GPU. "
        "bf16 is not taken where it is slow, unless forced",
        choices=("auto", "fp32", "bf16", "fp16", "forced-bf16"),
    )


def _refuse_batch_size(loop: LoopConfig) -> None:
    if loop.batch_size != _BATCH:
        raise ValueError("loop.batch_size means nothing here; set per_class, the examples of each class in a batch")


def _start() -> Any:
    """The setting of every network that can go on from another one."""
    return setting(
        "auto",
        "auto: go on from this network of start_from, where there is one, with its preprocessing; scratch: begin anew",
        choices=("auto", "scratch"),
    )


@dataclass(frozen=True, slots=True)
class TextStep(_Checked):
    """Fine-tuning of the encoder: EmoBERTa's recipe."""

    encoder: str = setting("roberta-large", "Hugging Face id or folder to start from", paper="RoBERTa")
    start: str = _start()
    input: TextConfig = TextConfig()
    label_smoothing: float = setting(0.0, "Label smoothing of the cross-entropy", low=0, high=1)
    balance: float = setting(0.0, _BALANCE, low=0)
    layer_decay: float = setting(1.0, "Factor of the learning rate from each layer to the one below", low=0, high=1)
    loop: LoopConfig = LoopConfig(epochs=5, batch_size=16, learning_rate=3.2e-6, warmup=0.2, weight_decay=0.01)


@dataclass(frozen=True, slots=True)
class AudioStep(_Checked):
    """The audio extractor on triplets of speech."""

    input: AudioConfig = AudioConfig()
    start: str = _start()
    loss: TripletLossConfig = TripletLossConfig()
    per_class: int = setting(8, "Clips of each class in a batch, on average", low=2)
    classes: int = setting(12, "Classes in a batch; where there are more, every batch takes others", low=2)
    balance: float = setting(1.0, _MIX, low=0)
    crop_frames: int = setting(256, "Mel frames of a training crop", unit="10 ms", low=16)
    time_warp: float = setting(
        0.1, "Speed wanders by up to this share while a clip lasts", paper="time warping", low=0, high=0.9
    )
    speed: float = setting(0.0, "Speed of a whole clip, and its pitch, change by up to this share", low=0, high=0.9)
    pitch: float = setting(0.0, "Its frequencies are stretched by up to this share, speed kept", low=0, high=0.9)
    noise: float = setting(
        0.02, "Highest level of added white Gaussian noise, of the clip's peak", paper="AWGN", low=0, high=1
    )
    gain: float = setting(0.5, "The level changes by up to this share", low=0, high=1)
    masks: int = setting(1, "Frequency and time masks (SpecAugment) of each kind", low=0)
    encoder_weights: str = setting(
        "", "A speech transformer's layers as safetensors, for input.encoder speech-transformer; empty: of start_from"
    )
    views: int = setting(2, "Changed copies of each clip that a frozen speech transformer listens to", low=0, high=20)
    loop: LoopConfig = LoopConfig(
        epochs=60, optimiser="adam", learning_rate=1e-4, weight_decay=1e-6, schedule="constant", warmup=0.0
    )

    def __post_init__(self) -> None:
        check_settings(self)
        _refuse_batch_size(self.loop)


@dataclass(frozen=True, slots=True)
class VisualStep(_Checked):
    """The visual extractor on triplets of faces."""

    input: VisualConfig = VisualConfig()
    start: str = _start()
    loss: TripletLossConfig = TripletLossConfig()
    per_class: int = setting(12, "Faces of each class in a batch, on average", low=2)
    classes: int = setting(12, "Classes in a batch; where there are more, every batch takes others", low=2)
    balance: float = setting(1.0, _MIX, low=0)
    flip: float = setting(0.5, "Share of mirrored faces", low=0, high=1)
    grey: float = setting(0.2, "Share of faces turned grey", low=0, high=1)
    colour: float = setting(0.3, "Brightness, contrast and saturation change by up to this share", low=0, high=1)
    crop: float = setting(0.2, "Position and size of the crop change by up to this share", low=0, high=0.9)
    cutout: float = setting(0.3, "Share of faces with a part erased", low=0, high=1)
    sizes: tuple[int, ...] = setting(
        (), "Sides of the faces that training begins with, each for an equal share of the epochs; face_size is the last"
    )
    loop: LoopConfig = LoopConfig(
        epochs=100, optimiser="adam", learning_rate=1e-4, weight_decay=1e-6, schedule="constant", warmup=0.0
    )

    def __post_init__(self) -> None:
        check_settings(self)
        _refuse_batch_size(self.loop)
        if any(size < _SMALLEST_FACE for size in self.sizes):
            raise ValueError(f"sizes has a side below {_SMALLEST_FACE} pixels")

    def side(self, done: float) -> int:
        """The side of a training face when this share of the epochs lies behind, in pixels."""
        sides = (*self.sizes, self.input.face_size)
        return sides[min(int(done * len(sides)), len(sides) - 1)]


@dataclass(frozen=True, slots=True)
class FusionStep(_Checked):
    """The dialogue network on stored vectors. Widths and the number of classes come from the vectors and the labels."""

    start: str = setting(
        "auto",
        "auto: go on from the dialogue network of start_from where its labels and vectors are this run's; or anew",
        choices=("auto", "scratch"),
    )
    net: FusionConfig = FusionConfig()
    modality_dropout: float = setting(0.1, "Share of utterances that lose each modality while training", low=0, high=1)
    dialogue_dropout: float = setting(
        0.0, "Share of dialogues that keep one or two modalities alone, as a silent video does", low=0, high=1
    )
    label_smoothing: float = setting(0.0, "Label smoothing of the cross-entropy", low=0, high=1)
    balance: float = setting(0.0, _BALANCE, low=0)
    loop: LoopConfig = LoopConfig(
        epochs=30, batch_size=8, learning_rate=5e-4, weight_decay=5e-4, schedule="linear", warmup=0.1, patience=8
    )

    def __post_init__(self) -> None:
        check_settings(self)
        usual = FusionConfig()
        for name in ("text", "audio", "scene", "faces", "classes"):
            if getattr(self.net, name) != getattr(usual, name):
                raise ValueError(f"net.{name} follows from the vectors and the labels; leave it out")


@dataclass(frozen=True, slots=True)
class FeaturesStep(_Checked):
    """Every utterance's vectors, made ahead of fusion."""

    workers: int = setting(0, "Dialogues read at once; 0: by the device and the processor", low=0)
    most_unreadable: float = setting(0.1, "Share of unreadable clips above which the step fails", low=0, high=1)


@dataclass(frozen=True, slots=True)
class Noise(_Checked):
    """How far a modality of paired dialogues is from telling the emotion."""

    neutral: float = setting(0.3, "Share that is neutral whatever the emotion", low=0, high=1)
    wrong: float = setting(0.15, "Share of any emotion", low=0, high=1)
    missing: float = setting(0.15, "Share of utterances without it", low=0, high=1)


@dataclass(frozen=True, slots=True)
class PairingStep(_Checked):
    """Clips and faces for the utterances of a corpus of texts, so that fusion meets all modalities (no real pairs)."""

    enabled: bool = setting(False, "Give utterances without media a clip and a face of the run's speech and faces")
    copies: int = setting(2, "Times that each training dialogue is paired anew", low=1)
    acted: int = setting(
        0,
        "Training dialogues for each label of one utterance whose voice and face tell it, over neutral or no words",
        low=0,
    )
    text: Noise = Noise(neutral=0.0, wrong=0.0, missing=0.0)
    speech: Noise = Noise()
    faces: Noise = Noise()
    most: int = setting(1500, "Faces of a class and split that are used at most", low=1)
    views: int = setting(6, "Changed copies of a face that stand for the frames of an utterance", low=1)


@dataclass(frozen=True, slots=True)
class AblateStep(_Checked):
    """Rows of the paper's tables."""

    tables: tuple[int, ...] = setting((2, 3, 4, 5), "Tables of the paper")
    rows: tuple[str, ...] = setting((), "Of these tables only these rows, as 2 text; empty: all")
    context: bool = setting(False, "Also fine-tune the text encoder without context, and with the past alone")
    seeds: int = setting(3, "Trainings per row of a table", low=1)
    paper: str = setting("meld", "Which of the paper's columns to show beside", choices=("meld", "iemocap"))


@dataclass(frozen=True, slots=True)
class CorpusConfig(_Checked):
    """One corpus on disk."""

    kind: str = setting("", "What the folder holds", choices=KINDS)
    folder: Path = setting(Path(), "Where it lies, relative to run.toml")
    split: str = setting(
        "",
        "The split that all of it belongs to; empty: the corpus brings or derives splits",
        choices=("", "train", "validation", "test"),
    )
    validation_share: float = setting(
        0.0,
        "Faces, speech: share of the training part that is held out for validation; of speech, whole speakers",
        low=0,
        high=0.9,
    )
    protocol: str = setting("paper", "IEMOCAP: 100/20/31 dialogues, or 120/31", choices=("paper", "120/31"))
    validation_speakers: tuple[str, ...] = setting((), "Speech: these speakers are for validation")
    test_speakers: tuple[str, ...] = setting((), "Speech: these speakers are for the test")
    annotator: str = setting("", "Documents: whose decisions count; empty: the label that most annotators gave")
    pseudo_labels: float = setting(
        0.0,
        "Documents: in training, predictions at least this probable count where nobody decided; 0: none",
        low=0,
        high=1,
    )
    identities: bool = setting(
        False, "Faces: every folder is a person, and people are told apart, not emotions", paper="CASIA-WebFace"
    )
    align: bool = setting(False, "Faces: crop each with the application's face detection first")
    votes: str = setting(
        "",
        "Faces: a csv file beside the pictures with the votes of several people for each; the majority is the label",
    )
    label_map: Mapping[str, str] = dataclasses.field(
        default_factory=dict,
        metadata={
            "help": "The corpus's word for an emotion: the label of the set that it means; no label leaves it out"
        },
    )


@dataclass(frozen=True, slots=True)
class RunConfig(_Checked):
    """All of run.toml."""

    name: str = setting("run", "Name of the run and of its bundle")
    out: Path = setting(Path("runs"), "Folder under which the run's own folder lies, relative to run.toml")
    seed: int = setting(0, "Everything random follows from it", low=0)
    device: str = setting("auto", "auto, cpu, cuda, cuda:N or mps")
    label_set: str = setting(MELD.name, "Name of the label set")
    labels: tuple[str, ...] = setting(MELD.labels, "Emotions in the order of the network's outputs")
    start_from: str = setting(
        "", "Bundle folder whose networks stand in for what the run does not train; starter: what ships; empty: none"
    )
    steps: tuple[str, ...] = setting(STEPS[:-1], "What `all` runs")
    corpora: tuple[CorpusConfig, ...] = ()
    text: TextStep = TextStep()
    audio: AudioStep = AudioStep()
    visual: VisualStep = VisualStep()
    features: FeaturesStep = FeaturesStep()
    pairing: PairingStep = PairingStep()
    fusion: FusionStep = FusionStep()
    ablate: AblateStep = AblateStep()

    def __post_init__(self) -> None:
        check_settings(self)
        if unknown := sorted({*self.steps} - {*STEPS}):
            raise ValueError(f"steps has {', '.join(unknown)}; the steps are {', '.join(STEPS)}")
        if len({*self.labels}) < len(self.labels):
            raise ValueError("labels names a label twice")
