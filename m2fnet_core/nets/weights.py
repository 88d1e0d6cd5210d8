"""Weights between a network and a safetensors file: read, checked against the network's shape, written (torch)."""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from m2fnet_core.errors import CheckpointError


class _WithoutNormal(TorchFunctionMode):
    """Leaves out normal initialisation: on the meta device it would import torch's compiler, which takes seconds."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        given = kwargs or {}
        if func.__name__ in ("normal_", "kaiming_normal_"):
            return args[0] if args else given["tensor"]
        return func(*args, **given)


N = TypeVar("N", bound=nn.Module)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Tensors by name, floats as float32 however they are stored. CheckpointError for a missing or bad file."""
    if not path.is_file():
        raise CheckpointError(f"{path.parent} is incomplete: {path.name} is missing; copy or train the model again.")
    try:
        stored = load(path.read_bytes())  # not mapped: a mapped file could not be replaced on Windows
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is damaged ({error}); copy or train the model again.") from error
    return {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in stored.items()}


def filled(make: Callable[[], N], weights: Mapping[str, Tensor], path: Path) -> N:
    """The network that ``make`` builds, with these weights and no time spent on random ones.

    Raises CheckpointError, naming ``path``, unless names and shapes are exactly the network's.
    """
    with torch.device("meta"), _WithoutNormal():
        network = make()
    wanted = network.state_dict()
    lost, extra = sorted(wanted.keys() - weights.keys()), sorted(weights.keys() - wanted.keys())
    if lost or extra:
        which = f"lacks {lost[0]}" if lost else f"holds {extra[0]}, which the network does not have"
        raise CheckpointError(f"{path} does not fit the bundle's configuration: it {which}; copy or train it again.")
    for name, tensor in wanted.items():
        if tensor.shape != weights[name].shape:
            given, expected = list(weights[name].shape), list(tensor.shape)
            raise CheckpointError(
                f"{path} does not fit the bundle's configuration: {name} is {given} instead of {expected}; "
                "copy or train it again."
            )
    network.load_state_dict(weights, assign=True)
    return network


def write_weights(network: nn.Module, path: Path, half: bool = False) -> None:
    """Write the network's weights, floats as float16 if ``half`` (read back as float32). Raises OSError."""
    tensors = {name: _stored(tensor, half) for name, tensor in network.state_dict().items()}
    try:
        save_file(tensors, path)
    except SafetensorError as error:  # how it reports a full disk
        raise OSError(f"{path.name}: {error}") from error


def _stored(tensor: Tensor, half: bool) -> Tensor:
    kind = torch.float16 if half and tensor.is_floating_point() else tensor.dtype
    return tensor.detach().to("cpu", kind, copy=True, memory_format=torch.contiguous_format)


def weights_hash(network: nn.Module) -> str:
    """Hex digest of names, shapes and values: equal weights, equal hash, on any device. About 1 s per GB."""
    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        values = tensor.detach().cpu().contiguous().numpy()
        digest.update(f"{name} {values.dtype} {values.shape} {zlib.crc32(values.data)}\n".encode())
    return digest.hexdigest()
