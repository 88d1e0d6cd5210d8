"""How a dialogue network's outputs become probabilities: how sure with what is there, and under which label prior.

Numpy alone, so that the trainer judges with the very numbers that an analysis predicts with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

PriorKind = Literal["model", "corpus", "uniform", "own", "given"]
PRIOR_KINDS: tuple[str, ...] = get_args(PriorKind)
_MODALITIES = ("text", "audio", "visual")
# Every set of modalities that an utterance may have, by name.
MODALITY_SETS: Mapping[str, tuple[str, ...]] = {
    "+".join(names): names for count in (1, 2, 3) for names in combinations(_MODALITIES, count)
}
_LEAST_SHARE = 1e-3  # of a label that has none: rare is not impossible


@dataclass(frozen=True, slots=True)
class LabelPrior:
    """How frequent each label is held to be before anything is seen or heard of an utterance.

    ``model``: as the bundle says. ``corpus``: as in its training. ``uniform``: all alike. ``own``: by ``weights``,
    which count a person's labels. ``given``: by ``weights``, whatever they add up to.
    """

    kind: PriorKind = "model"
    weights: Mapping[str, float] = field(default_factory=dict)  # by label

    def __post_init__(self) -> None:
        if self.kind not in PRIOR_KINDS:
            raise ValueError(f"a label prior is one of {', '.join(PRIOR_KINDS)}, not {self.kind!r}")
        if any(not 0 <= weight < float("inf") for weight in self.weights.values()):
            raise ValueError("a label's weight in a prior is a number of at least 0")
        if self.kind == "given" and not sum(self.weights.values()) > 0:
            raise ValueError("a prior that is given needs a label of a weight above 0")


AS_THE_MODEL_SAYS = LabelPrior()


@dataclass(frozen=True, slots=True)
class Calibration:
    """What logits are divided by: ``temperatures`` by `MODALITY_SETS`, ``temperature`` for the sets without one."""

    temperature: float = 1.0
    temperatures: Mapping[str, float] = field(default_factory=dict)

    def divisors(self, present: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Float64 [...] of bool [..., 4]: text, audio, scene and faces that an utterance has."""
        divisors = np.full(present.shape[:-1], self.temperature)
        for name, temperature in self.temperatures.items():
            divisors[has_exactly(present, name)] = temperature
        return divisors


def has_exactly(present: NDArray[np.bool_], name: str) -> NDArray[np.bool_]:
    """Bool [...] of bool [..., 4]: which utterances have the modalities of the set ``name`` and no others."""
    wanted = np.array([modality in MODALITY_SETS[name] for modality in _MODALITIES])
    there = np.stack([present[..., 0], present[..., 1], present[..., 2] | present[..., 3]], axis=-1)
    exact: NDArray[np.bool_] = (there == wanted).all(axis=-1)
    return exact


def drawn_to(learnt: Mapping[str, float], counts: Mapping[str, float]) -> dict[str, float]:
    """Shares of labels by ``counts``, drawn towards the ``learnt`` ones while few are counted.

    Decision: as if as many more labels had been given as there are kinds, by the learnt shares.
    """
    return shares({label: counts.get(label, 0.0) + len(learnt) * share for label, share in learnt.items()})


def shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights by label as shares that add up to 1, none of them zero."""
    total = sum(weights.values())
    kept = {label: max(weight / total, _LEAST_SHARE) for label, weight in weights.items()}
    return {label: share / sum(kept.values()) for label, share in kept.items()}
