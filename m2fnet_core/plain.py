"""Frozen dataclasses to plain JSON values and back: the one codec of events, requests and configurations."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints


def build(kind: Any, value: Any) -> Any:
    """Turn plain JSON into an instance of the type ``kind``: dataclass, tuple, mapping, union, Path or scalar."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{name: build(hints[name], part) for name, part in value.items()})
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else build(next(k for k in inner if k is not type(None)), value)
    if origin is tuple:
        kinds = inner[:1] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(build(k, v) for k, v in zip(kinds, value, strict=True))
    if kind is Path:
        return Path(value)
    return float(value) if kind is float else value


def plain(value: Any) -> Any:
    """JSON-ready form of a dataclass tree."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return value.as_posix() if isinstance(value, Path) else value
