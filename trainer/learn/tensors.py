"""Tensors on their way: out of a model, under their names in a saved state, onto a device (torch)."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn


def under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose names begin with the prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """The weights, detached from those that go on training; tied weights once each."""
    return {name: value.detach().cpu().clone().contiguous() for name, value in model.state_dict().items()}


def to_device(batch: Any, device: torch.device) -> Any:
    """Tensors nested in tuples (named ones too), lists and mappings, on the device."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(value, device) for value in batch))
    if isinstance(batch, tuple | list):
        return type(batch)(to_device(value, device) for value in batch)
    return batch
