"""Frozen dataclasses to plain JSON values and back: the one codec of events, requests and configurations."""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints


def build(kind: Any, value: Any) -> Any:
    """Turn plain JSON into an instance of the type ``kind``: dataclass, tuple, mapping, union, Path or scalar.

    Raises ValueError where ``value`` does not fit: a missing or unknown field, a list of another length, a word in
    place of a number. It names the place by its fields, as ``text.loop: epochs is 0, below 1``.
    """
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _build_dataclass(kind, value)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else build(next(k for k in inner if k is not type(None)), value)
    if origin is tuple:
        kinds = inner[:1] * len(_checked(list | tuple, value)) if inner[-1] is Ellipsis else inner
        return tuple(build(k, v) for k, v in zip(kinds, _checked(list | tuple, value), strict=True))
    if origin is Mapping:
        return {str(k): build(inner[1], v) for k, v in _checked(Mapping, value).items()}
    if inner and origin is not typing.Literal:
        raise TypeError(f"{kind} cannot be built; use tuple or Mapping")  # a mistake of ours: its parts would stay raw
    return _scalar(kind, value)


def _checked(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"{getattr(kind, '__name__', kind)} is expected instead of {value!r:.80}")
    return value


def _scalar(kind: Any, value: Any) -> Any:
    if isinstance(value, bool) and kind in (int, float):
        raise ValueError(f"a number is expected instead of {value}")
    if kind is Path:
        return Path(_checked(str | Path, value))
    if kind is float:
        return _float(_checked(int | float, value))
    return _checked(kind, value) if kind in (str, int, bool) else value


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("a number is too large") from error


@functools.cache  # resolving the hints of every one of 20,000 utterances anew takes seconds
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build_dataclass(kind: type, value: Any) -> Any:
    hints, given = _hints(kind), dict(_checked(Mapping, value))
    unknown = sorted(map(str, given.keys() - hints.keys()))
    if unknown:
        raise ValueError(f"{kind.__name__} has no field {', '.join(unknown)}")
    missing = [f.name for f in dataclasses.fields(kind) if f.name not in given and _required(f)]
    if missing:
        raise ValueError(f"{kind.__name__} needs {', '.join(missing)}")
    return kind(**{name: _part(hints[name], part, name) for name, part in given.items()})


def _part(kind: Any, value: Any, name: str) -> Any:
    try:
        return build(kind, value)
    except _MisfitError as error:
        raise _MisfitError((name, *error.place), error.reason) from error
    except ValueError as error:
        raise _MisfitError((name,), str(error)) from error


class _MisfitError(ValueError):
    def __init__(self, place: tuple[str, ...], reason: str) -> None:
        super().__init__(f"{'.'.join(place)}: {reason}")
        self.place, self.reason = place, reason


def _required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def plain(value: Any) -> Any:
    """JSON-ready form of a dataclass tree."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return value.as_posix() if isinstance(value, Path) else value
