"""Run folders as a training leaves them, by the trainer's own writers, without the minutes that a training takes."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.emotions import MELD
from trainer.config import RunConfig
from trainer.events import Done, Epoch, Event, Progress, Started
from trainer.judge.comparison import FOLDER, Comparison, Flip, Interval, Scores, write_comparison
from trainer.run.file import write_run
from trainer.run.folder import Run
from trainer.run.view import runs_folder

LABELS = MELD.labels
_BASE = RunConfig(steps=("fusion", "evaluate"))
CONFUSION = tuple(tuple(30 - 4 * abs(i - j) if i == j else max(0, 6 - abs(i - j)) for j in range(7)) for i in range(7))


def made_run(name: str, events: Sequence[Event], base: RunConfig = _BASE) -> Path:
    """A folder of the window's runs with these events; returns it."""
    config = replace(base, name=name, out=runs_folder())
    run = Run(config)
    run.prepare(config.steps[0], resume=False)
    write_run(config, run.folder / "run.toml")
    _tell(run, events)
    return run.folder


def add_events(folder: Path, events: Sequence[Event]) -> None:
    """What the training in a run's folder says next."""
    _tell(Run(replace(_BASE, name=folder.name, out=folder.parent)), events)


def _tell(run: Run, events: Sequence[Event]) -> None:
    for event in events:
        run.tell(event)
        if isinstance(event, Done):
            run.mark_done(event.step, event.metrics)


def going(epochs: int = 6, of: int = 10, steps: int = 20) -> list[Event]:
    """The dialogue network trains: so many epochs ``of`` all are over."""
    told: list[Event] = [Started("fusion", Path("run"), "cpu", of, of * steps)]
    for epoch in range(1, epochs + 1):
        for step in range(1, steps + 1):
            done = (epoch - 1) * steps + step
            loss = 1.9 * math.exp(-done / 80) + 0.1 * math.sin(done)
            told.append(Progress("fusion", done, of * steps, (of * steps - done) / 9, 74.2, None, {"total": loss}))
        told.append(Epoch("fusion", epoch, {"total": 1.9 / epoch}, _figures(epoch), epoch in (1, 2, 4), CONFUSION))
    return told


def whole(epochs: int = 10, f1: float = 0.612) -> list[Event]:
    """From the beginning to the end."""
    judged = {"validation/weighted_f1": f1 + 0.01, "test/weighted_f1": f1, "test/accuracy": f1 + 0.02}
    return [
        *going(epochs, epochs),
        Done("fusion", {}, {"validation/weighted_f1": f1 + 0.01}, seconds=95.0),
        Started("evaluate", Path("run"), "cpu", 0, 0),
        Done("evaluate", {}, judged, seconds=4.0),
    ]


def _figures(epoch: int) -> dict[str, float]:
    f1 = 0.6 - 0.3 / epoch - (0.02 if epoch > 4 else 0.0)
    each = {f"f1/{label}": max(0.0, f1 - 0.06 * place) for place, label in enumerate(LABELS)}
    return {"weighted_f1": f1, "accuracy": f1 + 0.02, "cross_entropy": 1.4 - f1, **each}


def made_comparison(run: Path, medium: Path, utterances: Sequence[Utterance]) -> Comparison:
    """Two models that call these utterances of a video differently; it is written into the run's folder."""
    flips = tuple(
        _flip(medium, utterance, *names)
        for utterance, names in zip(utterances, (("neutral", "joy"), ("joy", "anger"), ("anger", "fear")), strict=False)
    )
    left_out = ("starter has learnt from film.mp4, 0:00 to 1:00.",)
    made = Comparison(
        LABELS,
        "test",
        run.name,
        "starter",
        _scores(0.61),
        _scores(0.55),
        Interval(0.06, 0.01, 0.11),
        True,
        flips,
        left_out,
    )
    write_comparison(made, run / FOLDER / "starter-0123abcd.json")
    return made


def _flip(medium: Path, utterance: Utterance, before: str, after: str) -> Flip:
    names = (utterance.id, medium, utterance.start, utterance.end, utterance.speaker, utterance.text)
    return Flip("film", *names, "joy", before, after, {before: 0.5}, {after: 0.6})


def _scores(f1: float) -> Scores:
    def around(value: float) -> Interval:
        return Interval(value, value - 0.04, value + 0.04)

    each = {label: around(f1 - 0.05 * place) for place, label in enumerate(LABELS)}
    return Scores(around(f1), around(f1 + 0.02), each, 0.05, CONFUSION, 260, 18)
