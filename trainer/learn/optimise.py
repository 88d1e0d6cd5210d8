"""Optimiser, learning rate, averaged weights, and the optimiser's state as plain tensors (torch)."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from trainer.config import LoopConfig


def make_optimiser(groups: list[dict[str, Any]], config: LoopConfig) -> torch.optim.Optimizer:
    """Adam (decay as L2, the extractors' in the paper) or AdamW (fusion's)."""
    kind: type[torch.optim.Optimizer] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[config.optimiser]
    return kind(groups, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True)  # type: ignore[call-arg]


def learning_rate(config: LoopConfig, done: int, of: int) -> float:
    """The rate of the step after ``done`` of ``of`` steps: a linear rise, then the schedule."""
    rise = round(config.warmup * of)
    if done < rise:
        return config.learning_rate * (done + 1) / rise
    share = min(1.0, (done - rise) / max(1, of - rise))  # epochs differ by a batch: ``of`` may be too small
    factor = {"constant": 1.0, "linear": 1 - share, "cosine": 0.5 * (1 + math.cos(math.pi * share))}[config.schedule]
    return config.learning_rate * factor


class Average:
    """Exponential moving average of a model's weights; counters and other whole numbers are copied."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._decay = decay
        self.tensors = {name: value.detach().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Move towards the model's present weights."""
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                self.tensors[name].lerp_(value.to(self.tensors[name].device), 1 - self._decay)
            else:
                self.tensors[name] = value.detach().clone()


def pack_optimiser(state: dict[str, Any]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """An optimiser's state as tensors by "parameter.name" and JSON-ready groups: no pickle on disk."""
    tensors = {
        f"{number}.{name}": value.detach().cpu().clone().contiguous()
        for number, values in state["state"].items()
        for name, value in values.items()
    }
    groups = [{k: v for k, v in group.items() if not isinstance(v, Tensor)} for group in state["param_groups"]]
    return tensors, {"groups": groups}


def unpack_optimiser(tensors: dict[str, Tensor], about: dict[str, Any]) -> dict[str, Any]:
    """The inverse of `pack_optimiser`."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    return {"state": state, "param_groups": about["groups"]}
