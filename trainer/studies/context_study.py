"""What the dialogue around an utterance is worth to the text encoder: none, past, past and future (torch)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.config import RunConfig
from trainer.events import Done
from trainer.run.folder import Run
from trainer.run.processes import from_first, is_first


@dataclass(frozen=True, slots=True)
class ContextResult:
    """Test weighted F1 in percent of the text encoder alone, one training with the run's seed."""

    name: str
    weighted_f1: float


def context_study(own: Run, folder: Path, fit: Callable[[Run], Done]) -> list[ContextResult]:
    """Fine-tune the encoder anew with less context; the run's own encoder is the last row.

    Rows that are done are read from ``folder``, one that was stopped goes on.
    """
    rows: tuple[tuple[str, int | None, int | None], ...] = (("none", 0, 0), ("past", own.config.text.input.past, 0))
    results = [ContextResult(name, _score(Run(_with(own.config, folder, name, a, b)), fit)) for name, a, b in rows]
    return [*results, ContextResult("past and future", _score(own, fit))]


def _with(config: RunConfig, folder: Path, name: str, past: int | None, future: int | None) -> RunConfig:
    # A shared input would let an utterance read its neighbours whatever the limits.
    text = replace(config.text, input=replace(config.text.input, past=past, future=future, shared=False))
    return replace(config, name=f"context {name}", out=folder, text=text)


def _score(run: Run, fit: Callable[[Run], Done]) -> float:
    def begun() -> dict[str, float] | None:
        run.prepare("text", resume=True)
        return run.done("text")

    figures = from_first(begun)
    if figures is None:
        figures = dict(fit(run).metrics)
        if is_first():
            run.mark_done("text", figures)
    return 100 * figures["test/weighted_f1"]


def as_markdown(results: Sequence[ContextResult]) -> str:
    """A table for people."""
    return "| context | weighted F1 of text alone |\n|---|---|\n" + "".join(
        f"| {r.name} | {r.weighted_f1:.2f} |\n" for r in results
    )
