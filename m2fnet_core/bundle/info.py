"""What a bundle is: its preprocessing, shapes, labels, origin and metrics: config.json. No torch.

A network never travels without this: a bundle folder can be rebuilt, and an utterance preprocessed, from it alone.
Rows of m2fnet.md marked *decision* are fields here, with the stated default.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from m2fnet_core.base.bundle_kind import BundleKind
from m2fnet_core.base.calibration import MODALITY_SETS, Calibration, LabelPrior, drawn_to, shares
from m2fnet_core.base.config_field import among, check_settings, setting
from m2fnet_core.base.emotions import MELD, LabelSet
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.json_codec import build, plain
from m2fnet_core.nets.configs import ExtractorConfig, FusionConfig
from m2fnet_core.nets.onnx_file import OnnxEncoder

VERSION = 1
CONFIG = "config.json"
# Counted up by whoever changes what the code makes of the same weights and configuration, so that old vectors rest.
RECIPES: Mapping[str, int] = {"text": 1, "audio": 1, "visual": 1}
# Fields that older bundles of this version lack, with what those did.
_LATER_FIELDS: Mapping[str, Any] = {
    "training_pieces": [],
    "onnx": {},
    "temperatures": {},
    "learnt_prior": {},
    "prior": {},
}
_LATER_OF_PARTS: Mapping[str, Mapping[str, Any]] = {"audio": {"encoder": "resnet18"}, "visual": {"pooling": "max"}}

Pooling = Literal["first", "mean", "utterance"]
AudioEncoder = Literal["resnet18", "speech-transformer"]
FrameChoice = Literal["centred", "uniform"]
AreaWeight = Literal["sum", "max"]
FramePooling = Literal["max", "mean"]


@dataclass(frozen=True, slots=True)
class TextConfig:
    """The encoder's input (EmoBERTa's recipe) and pooling. ``past``, ``future``: most utterances, None: no limit; with
    ``shared`` the fewest, where they fit, and never None.
    """

    max_tokens: int = setting(
        512, "Length of the whole input, special tokens included", unit="tokens", low=1, high=100_000
    )
    past: int | None = setting(
        None, "Most utterances before this one that are read with it; empty: all that fit", low=0
    )
    future: int | None = setting(
        None, "Most utterances after this one that are read with it; empty: all that fit", low=0
    )
    pooling: Pooling = setting(
        "first",
        "Vector: of the first token, the mean of all (sentence encoders are trained so) or of the utterance's own",
        choices=get_args(Pooling),
        paper="first",
    )
    shared: bool = setting(
        False,
        "Neighbours share one input, which is less work; past and future are then the fewest that are read with one",
    )

    def __post_init__(self) -> None:
        check_settings(self)
        if self.shared and (self.pooling != "utterance" or self.past is None or self.future is None):
            raise ValueError("shared needs pooling 'utterance', a past and a future")


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """How sound becomes a vector. The mel picture's scale, window, hop and 80 dB range are fixed in
    `m2fnet_core.media.mel`, what a speech transformer listens to in `m2fnet_core.media.speech_mel`.
    """

    encoder: AudioEncoder = setting(
        "resnet18",
        "What the projector stands on: a network on the mel picture, or the first layers of a speech transformer",
        choices=get_args(AudioEncoder),
        paper="resnet18",
    )
    max_seconds: float = setting(
        10.0, "A longer utterance is cut into equal parts whose vectors are averaged", unit="seconds", low=0.1, high=600
    )
    min_seconds: float = setting(0.1, "A shorter utterance has no audio vector", unit="seconds", low=0.01, high=60)
    silence: float = setting(
        1e-4, "Peak amplitude (-80 dB of full scale) below which there is no audio vector", low=0, high=1
    )

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True, slots=True)
class VisualConfig:
    """Which frames, how faces are found and cropped. Sizes are pixels of the extractor's square input."""

    frames: int = setting(15, "Frames of an utterance that are looked at", paper="15", low=1, high=1000)
    choice: FrameChoice = setting(
        "centred", "Which ones: in a row in the middle, or spread evenly", choices=get_args(FrameChoice)
    )
    # With these two sizes the extractor takes about half of an analysis' time on a CPU.
    scene_size: int = setting(
        112, "Side of the square that a whole picture is scaled to", unit="pixels", low=16, high=1024
    )
    face_size: int = setting(80, "Side of the square that a face is scaled to", unit="pixels", low=16, high=1024)
    face_margin: float = setting(0.1, "Share of a face box's longer side that is added on each side", low=0, high=2)
    pooling: FramePooling = setting(
        "max",
        "What is kept of each number over the frames: the largest value, or the mean, which mixes expressions less",
        choices=get_args(FramePooling),
        paper="max",
    )
    mirror: bool = setting(False, "A face's vector is the mean of its own and its mirror image's")
    detect_side: int = setting(
        640, "Longer pictures are scaled down to this for face detection", unit="pixels", low=64, high=8192
    )
    min_confidence: float = setting(0.8, "How sure the detector has to be of a face, 0 to 1", low=0, high=1)
    area_weight: AreaWeight = setting(
        "sum", "Faces are weighted by their area over the sum, or over the largest", choices=get_args(AreaWeight)
    )

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """Everything about a bundle but its weights."""

    name: str
    kind: BundleKind
    label_set: LabelSet = MELD
    text: TextConfig = TextConfig()
    audio: AudioConfig = AudioConfig()
    visual: VisualConfig = VisualConfig()
    extractor: ExtractorConfig = ExtractorConfig()
    fusion: FusionConfig = FusionConfig()
    onnx: Mapping[str, OnnxEncoder] = field(default_factory=dict)  # "audio", "visual": in place of an extractor
    max_dialogue: int = setting(
        33,
        "The longest dialogue of training; longer ones run in overlapping windows",
        unit="utterances",
        low=1,
        high=5000,
    )
    pause_seconds: float = setting(30.0, "A longer pause ends a dialogue", unit="seconds", low=0.001)
    temperature: float = setting(
        1.0, "Logits are divided by it: calibration on the validation split", low=0.01, high=100
    )
    temperatures: Mapping[str, float] = field(default_factory=dict)  # the same for a set of modalities alone
    learnt_prior: Mapping[str, float] = field(default_factory=dict)  # shares of labels in the outputs; empty: unknown
    prior: Mapping[str, float] = field(default_factory=dict)  # the one to predict with; empty: the learnt one
    training_data: tuple[str, ...] = ()
    training_pieces: tuple[str, ...] = ()  # of a person's own videos: what a test must leave out
    metrics: Mapping[str, float] = field(default_factory=dict)
    licence: str = ""
    card: str = ""  # what it is good for and what not, for people
    version: int = VERSION

    def __post_init__(self) -> None:
        among(self.kind, BundleKind, "kind")
        check_settings(self)
        if self.fusion.classes != len(self.label_set):
            raise ValueError(
                f"{self.fusion.classes} outputs for the {len(self.label_set)} labels of {self.label_set.name}"
            )
        _check_temperatures(self.temperatures)
        for name in ("learnt_prior", "prior"):
            _check_shares(name, getattr(self, name), self.label_set)
        if self.prior and not self.learnt_prior:
            raise ValueError("prior is given without learnt_prior, which it would take the place of")
        for name in self.onnx:
            among(name, Literal["audio", "visual"], "onnx")
            if (self.onnx[name].takes == "face") != (name == "visual"):
                raise ValueError(f"the {name} encoder takes {self.onnx[name].takes}")
        for name, widths in (("audio", (self.fusion.audio,)), ("visual", (self.fusion.scene, self.fusion.faces))):
            other = sorted({*widths} - {0, self.width(name)})
            if other:
                raise ValueError(f"{name} vectors of {self.width(name)} do not fit inputs of {other}")

    def width(self, name: str) -> int:
        """Numbers of an extractor's vector; ``name`` is audio or visual."""
        return self.onnx[name].gives if name in self.onnx else self.extractor.embedding

    @property
    def trained(self) -> bool:
        """False for random weights: whoever shows predictions must say so."""
        return self.kind != "untrained"

    @property
    def calibration(self) -> Calibration:
        """What its logits are divided by."""
        return Calibration(self.temperature, self.temperatures)

    def prior_of(self, wanted: LabelPrior) -> Mapping[str, float]:
        """Shares by label to predict with; empty: as the outputs are.

        Raises CheckpointError for a label that it lacks, and where what it has learnt is unknown.
        """
        if wanted.kind == "model":
            return self.prior
        if wanted.kind == "corpus":
            return {}
        if not self.learnt_prior:
            raise CheckpointError(
                f"The model {self.name} does not say how frequent its labels were in training, so no other label prior "
                "can take their place; choose the prior corpus, or a model that was trained with this version."
            )
        if wanted.kind == "uniform":
            return shares(dict.fromkeys(self.label_set.labels, 1.0))
        unknown = sorted(wanted.weights.keys() - set(self.label_set.labels))
        if unknown:
            raise CheckpointError(
                f"The label prior names {unknown[0]}, which the model {self.name} does not know; "
                f"its labels are {', '.join(self.label_set.labels)}."
            )
        if wanted.kind == "own":
            return drawn_to(self.learnt_prior, wanted.weights)
        return shares({label: wanted.weights.get(label, 0.0) for label in self.label_set.labels})


def _check_temperatures(temperatures: Mapping[str, float]) -> None:
    for name, value in temperatures.items():
        if name not in MODALITY_SETS:
            raise ValueError(f"temperatures has {name!r}, which is none of {', '.join(MODALITY_SETS)}")
        if not 0.01 <= value <= 100:
            raise ValueError(f"temperatures.{name} is {value}, not between 0.01 and 100")


def _check_shares(name: str, given: Mapping[str, float], labels: LabelSet) -> None:
    if given and (
        tuple(given) != labels.labels
        or not all(0 < share < 1 for share in given.values())
        or abs(sum(given.values()) - 1) > 1e-3
    ):
        raise ValueError(f"{name} does not give each of the labels a share, in their order, that add up to 1")


def read_info(folder: Path) -> BundleInfo:
    """The bundle's config.json. Raises CheckpointError when it is missing, of another version or not a bundle's."""
    path = folder / CONFIG
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CheckpointError(
            f"{folder} is no model bundle: {CONFIG} cannot be read ({error.strerror}); choose the folder of a bundle."
        ) from error
    except ValueError as error:
        raise CheckpointError(f"{path} is damaged ({error}); copy or train the bundle again.") from error
    return parse_info(raw, path)


def parse_info(raw: Any, path: Path) -> BundleInfo:
    """A parsed config.json. ``path`` is named in the CheckpointError of one that does not fit."""
    version = raw.get("version") if isinstance(raw, dict) else None
    if version != VERSION:
        raise CheckpointError(
            f"{path} is of version {version!r} and this program reads version {VERSION}; "
            "use a bundle made with this version of the program, or train it again."
        )
    raw = _with_later_fields(raw)
    missing = _missing(plain(BundleInfo(name="", kind="untrained")), raw)
    if missing:
        raise CheckpointError(f"{path} lacks {', '.join(missing)}; copy or train the bundle again.")
    try:
        info: BundleInfo = build(BundleInfo, raw)
    except ValueError as error:
        raise CheckpointError(f"{path} does not describe a bundle: {error}; copy or train the bundle again.") from error
    return info


def _with_later_fields(raw: dict[str, Any]) -> dict[str, Any]:
    """With what bundles of before these fields did: they are the same version, and stay readable."""
    known = {**_LATER_FIELDS, **raw}
    for part, fields in _LATER_OF_PARTS.items():
        if isinstance(known.get(part), dict):
            known[part] = {**fields, **known[part]}
    return known


def told_config(config: Any) -> Any:
    """A part of the configuration as it is hashed: later fields are left out where they say what older bundles did."""
    told = plain(config)
    later = {**_LATER_OF_PARTS["audio"], **_LATER_OF_PARTS["visual"]}
    return {name: value for name, value in told.items() if name not in later or value != later[name]}


def told_info(info: BundleInfo) -> dict[str, Any]:
    """Everything of it that decides what it predicts, as it is hashed: as an older bundle's where it does the same."""
    told: dict[str, Any] = plain(info)
    for name, before in _LATER_FIELDS.items():
        if told[name] == before or name == "training_pieces":  # these are a record
            del told[name]
    return told | {"audio": told_config(info.audio), "visual": told_config(info.visual)}


def _missing(whole: Any, given: Any, where: str = "") -> list[str]:
    """Dotted names of the keys of ``whole`` that ``given`` lacks: a default must not stand in for a lost decision."""
    if not isinstance(whole, dict) or not isinstance(given, dict):
        return []
    lost = [f"{where}{key}" for key in whole if key not in given]
    return lost + [name for key in whole if key in given for name in _missing(whole[key], given[key], f"{where}{key}.")]


def write_info(info: BundleInfo, folder: Path) -> None:
    """Write config.json into a folder that exists. Raises OSError."""
    text = json.dumps(plain(info), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / CONFIG).write_text(text + "\n", encoding="utf-8")
