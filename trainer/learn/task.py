"""What the loop asks of a step's training (torch, for its types)."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from torch import Tensor, nn

from m2fnet_core.base.progress import CancelToken
from trainer.judge.validation import Validation


class Task(Protocol):
    """What differs between the steps. Losses are means over what `weight` counts."""

    step: str
    model: nn.Module
    metric: str  # name of the validation figure that decides, higher is better

    def batches(self, epoch: int) -> Sequence[list[int]]:
        """All batches of an epoch (from 1) as lists of example numbers; the same for every process."""

    def weight(self, examples: list[int]) -> float:
        """What the mean of the loss runs over: the examples, or the class weights of their utterances, summed."""

    def load(self, examples: list[int], generators: list[np.random.Generator], done: float) -> Any:
        """The examples as CPU tensors (nested in tuples or mappings); each is augmented from its own generator.

        ``done``: the share of all epochs that lie behind.
        """

    def losses(self, model: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        """Scalars by name; "total" is what is minimised."""

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Groups for the optimiser; "scale" multiplies the group's learning rate."""

    def validate(self, model: nn.Module, cancel: CancelToken) -> Validation:
        """Figures of the validation split, `metric` among them. Raises Cancelled within a second or so."""
