"""A field of a configuration, with what a person needs to know of it."""

import dataclasses
import math
from typing import Any, get_args


def setting(
    default: Any,
    text: str,
    *,
    unit: str = "",
    paper: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of a configuration with what a form needs to show it: help, unit, the paper's value, bounds, choices."""
    about = {"help": text, "unit": unit, "paper": paper, "low": low, "high": high, "choices": choices}
    return dataclasses.field(default=default, metadata=about)


def among(value: str, choices: Any, name: str) -> None:
    """Raise ValueError where the value of the field ``name`` is none of a Literal's."""
    if value not in get_args(choices):
        raise ValueError(f"{name} is {value!r}, not one of {', '.join(get_args(choices))}")


def check_settings(config: Any) -> None:
    """Hold a configuration's fields to their bounds and choices. Raises ValueError naming the field."""
    for each in dataclasses.fields(config):
        value, about = getattr(config, each.name), each.metadata
        low, high, choices = about.get("low"), about.get("high"), about.get("choices")
        if choices and value not in choices:
            raise ValueError(f"{each.name} is {value!r}, not one of {', '.join(choices)}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{each.name} is {value}, which is no number to work with")
        if value is None:
            continue
        if low is not None and value < low:
            raise ValueError(f"{each.name} is {value}, below {low}")
        if high is not None and value > high:
            raise ValueError(f"{each.name} is {value}, above {high}")
