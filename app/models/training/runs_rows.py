"""Runs side by side: what they reached, how long they took, and only the settings in which they differ."""

from collections.abc import Sequence
from typing import Any

from app.models.training.settings_tree import as_text
from trainer.run.view import RunView, differing

HEAD = ("Run", "State", "Test weighted F1", "Validation weighted F1", "Minutes")
_TEST, _VALIDATION = "test/weighted_f1", "validation/weighted_f1"
Value = str | float | None


def side_by_side(views: Sequence[RunView]) -> tuple[tuple[str, ...], list[tuple[Value, ...]]]:
    """Titles of the columns, and a row for every run."""
    settings = differing(views)
    rows = [
        (*_figures(view), *(_cell(values[place]) for values in settings.values())) for place, view in enumerate(views)
    ]
    return (*HEAD, *settings), rows


def _cell(value: Any) -> Value:
    """Whole numbers sort as numbers; what has a fraction is shown with all its digits, as typed."""
    return value if isinstance(value, int) and not isinstance(value, bool) else as_text(value)


def _figures(view: RunView) -> tuple[Value, ...]:
    metrics = {name: value for step in view.steps.values() for name, value in step.metrics.items()}
    minutes = sum(step.seconds for step in view.steps.values()) / 60
    return view.name, view.state.value, metrics.get(_TEST), metrics.get(_VALIDATION), round(minutes, 1)
