"""A field of a configuration, with what a person needs to know of it."""

import dataclasses
from typing import Any


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
