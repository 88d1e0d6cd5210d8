"""Shapes of the networks: what a bundle keeps of them in its config.json. No torch."""

from dataclasses import dataclass
from typing import Literal, get_args

from m2fnet_core.base.config_field import check_settings, setting

FusionForm = Literal["gated", "residual_norm", "printed", "concat"]
Positional = Literal["none", "sinusoidal"]
# Far above what any published network has, and far below what would fill a machine: a file from outside says the shape.
WIDEST = 8192
DEEPEST = 96


@dataclass(frozen=True, slots=True)
class ExtractorConfig:
    """Shape of the audio and the visual extractor: ResNet18 and one linear projector to ``embedding`` numbers."""

    embedding: int = setting(300, "Numbers of a vector", paper="300", low=1, high=WIDEST)

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True, slots=True)
class FusionConfig:
    """Shape of the dialogue network, Eq. 5-8. Width 0: the network does not have that input (Tables 2 and 3)."""

    text: int = setting(768, "Width of the text vectors", low=0, high=WIDEST)
    audio: int = setting(300, "Width of the audio vectors", low=0, high=WIDEST)
    scene: int = setting(300, "Width of the vectors of whole pictures", low=0, high=WIDEST)
    faces: int = setting(300, "Width of the vectors of faces", low=0, high=WIDEST)
    classes: int = setting(7, "Labels of the set", low=1, high=1000)
    encoder_layers: int = setting(
        1, "Encoder layers of each modality, N", paper="1 (MELD), 5 (IEMOCAP)", low=0, high=DEEPEST
    )
    fusion_layers: int = setting(5, "Fusion layers, m", paper="5", low=0, high=DEEPEST)
    heads: int = setting(
        4, "Attention heads at most; a width that they do not divide gets the next smaller number", low=1, high=WIDEST
    )
    feedforward: int = setting(1024, "Width of the feed-forward part of an encoder layer", low=1, high=8 * WIDEST)
    hidden: int = setting(300, "Width between the two layers of the classifier", low=1, high=8 * WIDEST)
    dropout: float = setting(0.4, "Share of numbers left out in training", paper="0.4", low=0)
    form: FusionForm = setting(
        "gated",
        "What a fusion layer adds its result to; printed: nothing, as Eq. 8; concat: no such layers",
        choices=get_args(FusionForm),
        paper="printed",
    )
    branch_dropout: float = setting(
        0.5, "Share of dialogues that skip a fusion layer in training (gated, residual_norm)"
    )
    positional: Positional = setting(
        "none", "What tells the network the order of utterances", choices=get_args(Positional)
    )

    def __post_init__(self) -> None:
        check_settings(self)
        if not (0 <= self.dropout < 1 and 0 <= self.branch_dropout < 1):
            raise ValueError(f"dropout {self.dropout} and branch_dropout {self.branch_dropout} must be in [0, 1)")
        if not self.text + self.audio + self.visual:
            raise ValueError("the dialogue network needs at least one input of a width above 0")
        if self.form != "concat" and not (self.text and self.audio + self.visual):
            raise ValueError(f"form {self.form!r} fuses text with audio or visual; use form 'concat' for other inputs")

    @property
    def visual(self) -> int:
        """Width of scene and faces together."""
        return self.scene + self.faces
