"""A training run as frozen dataclasses. Every default is the paper's or a documented decision. No torch."""

import dataclasses
from dataclasses import dataclass
from typing import Any


def setting(
    default: Any, text: str, *, unit: str = "", paper: str = "", low: float | None = None, choices: tuple[str, ...] = ()
) -> Any:
    """A field of a configuration with what a form needs to show it: help, unit, the paper's value, bounds, choices."""
    about = {"help": text, "unit": unit, "paper": paper, "low": low, "choices": choices}
    return dataclasses.field(default=default, metadata=about)


@dataclass(frozen=True, slots=True)
class TripletLossConfig:
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
    weight: float = setting(1.0, "Weight of L_FE as a whole, beside a cross-entropy head", paper="1", low=0)
