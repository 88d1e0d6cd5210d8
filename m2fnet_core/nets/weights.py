"""Weights between a network and a safetensors file: read, checked against the network's shape, written (torch)."""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from m2fnet_core.base.errors import CheckpointError


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
# As trained; floats as float16; or in 8 bits, with a scale for each row (output channel), a text encoder's table of
# words or all matrices, and the rest as float16.
Stored = Literal["full", "float16", "int8-words", "int8"]
_WORDS = "word_embeddings.weight"
_SCALE = "/scale"  # behind a matrix's name; "/" is in no name of a network
_KINDS = (torch.float32, torch.int64)  # as they are read: weights, and counts of batches
_LARGEST = 127  # of int8, alike on both sides


def read_weights(path: Path) -> dict[str, Tensor]:
    """Tensors by name, floats as float32 however they are `Stored`.

    Raises CheckpointError for a file that is missing, damaged, or holds what is no number or of an unknown kind.
    """
    if not path.is_file():
        raise CheckpointError(f"{path.parent} is incomplete: {path.name} is missing; copy or train the model again.")
    try:
        stored = load(path.read_bytes())  # not mapped: a mapped file could not be replaced on Windows
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is damaged ({error}); copy or train the model again.") from error
    scales = {name: stored.pop(name).float() for name in [*stored] if name.endswith(_SCALE)}
    for name, tensor in stored.items():
        if tensor.dtype == torch.int8:
            scale = scales.get(name + _SCALE)
            if scale is None or scale.shape != _scale_shape(tensor):
                raise CheckpointError(f"{path} is damaged ({name} has no scale); copy or train the model again.")
            stored[name] = tensor.float() * scale
    read = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in stored.items()}
    for name, tensor in read.items():
        if tensor.dtype not in _KINDS:
            raise CheckpointError(f"{path} holds {name} as {tensor.dtype}, which no network here has; copy it again.")
        if not bool(torch.isfinite(tensor).all()):
            raise CheckpointError(f"{path} is damaged ({name} holds what is no number); copy or train the model again.")
    return read


def _scale_shape(tensor: Tensor) -> tuple[int, ...]:
    return (len(tensor), *[1] * (tensor.dim() - 1))


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
        if tensor.is_floating_point() != weights[name].is_floating_point():
            raise CheckpointError(
                f"{path} does not fit the bundle's configuration: {name} is of another kind; copy it."
            )
    network.load_state_dict(weights, assign=True)
    return network


def write_weights(network: nn.Module, path: Path, stored: Stored = "full") -> None:
    """Write the network's weights; `read_weights` gives float32 back. Raises OSError."""
    tensors: dict[str, Tensor] = {}
    for name, tensor in network.state_dict().items():
        small: Stored = "int8" if stored == "int8-words" and name.endswith(_WORDS) else stored
        tensors |= _written(name, tensor.detach().cpu(), small)
    path.write_bytes(save(tensors))  # not save_file: its files are for their owner alone, a bundle is to be shared


def _written(name: str, tensor: Tensor, stored: Stored) -> dict[str, Tensor]:
    if stored == "int8" and tensor.is_floating_point() and tensor.dim() > 1:
        largest = tensor.float().flatten(1).abs().amax(dim=1).clamp(min=1e-12)
        scale = (largest / _LARGEST).reshape(_scale_shape(tensor))
        return {name: _contiguous((tensor / scale).round(), torch.int8), name + _SCALE: scale}
    kind = torch.float16 if stored != "full" and tensor.is_floating_point() else tensor.dtype
    return {name: _contiguous(tensor, kind)}


def _contiguous(tensor: Tensor, kind: torch.dtype) -> Tensor:
    return tensor.to(kind, copy=True, memory_format=torch.contiguous_format)


def weights_hash(network: nn.Module) -> str:
    """Hex digest of names, shapes and values: equal weights, equal hash, on any device. About 1 s per GB."""
    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        values = tensor.detach().cpu().contiguous().numpy()
        digest.update(f"{name} {values.dtype} {values.shape} {zlib.crc32(values.data)}\n".encode())
    return digest.hexdigest()
