"""The rows of the paper's Tables 2-5 on the run's vectors, beside the paper's numbers (torch)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from m2fnet_core.base.progress import Pace
from m2fnet_core.nets.configs import FusionConfig
from trainer.config import LoopConfig, RunConfig
from trainer.events import Hook, Progress
from trainer.judge.metrics import weighted_f1
from trainer.learn.fit_fusion import FusionTask, LabelledDialogue, fitted_config, judged
from trainer.run.folder import ROWS, Run
from trainer.run.processes import from_first, is_first
from trainer.studies.paper_tables import ALL, INPUTS, Result, Row, wanted_rows

Fit = Callable[[FusionTask, LoopConfig, Run], None]


def ablation(
    config: RunConfig, dialogues: Mapping[str, Sequence[LabelledDialogue]], folder: Path, fit: Fit, hook: Hook
) -> list[Result]:
    """Train and judge every row that the vectors allow, with every seed; the hook hears of each row.

    Finished trainings are read from ``folder``.
    """
    there = {name for d in dialogues["train"] for v in d.vectors for name in ALL if getattr(v, name) is not None}
    wanted = [row for row in wanted_rows(config) if _possible(row, there)]
    results = list[Result]()
    pace = Pace(len(wanted))
    for row in wanted:
        results.append(_result(row, config, dialogues, folder, fit))
        hook(Progress("ablate", len(results), len(wanted), pace.seconds_left(len(results))))
    return results


def _possible(row: Row, there: set[str]) -> bool:
    """Whether the vectors have what the row is about; a visual vector in one piece serves Tables 2, 4 and 5."""
    pieces = {"scene", "faces"}
    if row.table == 3:
        return there >= ALL
    return row.inputs - pieces <= there and (not row.inputs & pieces or bool(there & pieces))


def _result(
    row: Row, config: RunConfig, dialogues: Mapping[str, Sequence[LabelledDialogue]], folder: Path, fit: Fit
) -> Result:
    scores = [_score(row, config, seed, dialogues, folder, fit) for seed in range(config.ablate.seeds)]
    return Result(
        row.table, row.name, 100 * float(np.mean(scores)), 100 * float(np.std(scores)), row.paper(config.ablate.paper)
    )


def _score(
    row: Row, config: RunConfig, seed: int, dialogues: Mapping[str, Sequence[LabelledDialogue]], folder: Path, fit: Fit
) -> float:
    """Test weighted F1 of one training, kept so that a stopped ablation goes on and equal rows are trained once."""
    some = {split: [_only(d, row.inputs) for d in of] for split, of in dialogues.items()}
    step = replace(config.fusion, net=replace(config.fusion.net, **row.net))
    net = fitted_config(step.net, some["train"], len(config.labels))
    folder = folder / ROWS
    name = f"{_described(net)} seed{seed}"
    kept = folder / name / "score.json"
    known = from_first(lambda: float(json.loads(kept.read_text(encoding="utf-8"))) if kept.is_file() else None)
    if known is not None:
        return known
    task = FusionTask(step, net, some["train"], some["validation"], config.labels, seed)
    fit(task, step.loop, Run(replace(config, name=name, out=folder, seed=seed)))
    truth, probabilities = judged(task.net, some["test"])
    score = weighted_f1(truth, probabilities.argmax(axis=1))
    if is_first():
        kept.write_text(json.dumps(score), encoding="utf-8")
    return score


def _described(net: FusionConfig) -> str:
    """What the rows of the tables differ in: full networks stand in four of them."""
    inputs = "-".join(name for name in INPUTS if getattr(net, name))
    return f"{inputs} {net.form} N{net.encoder_layers} m{net.fusion_layers}"


def _only(dialogue: LabelledDialogue, inputs: frozenset[str]) -> LabelledDialogue:
    dropped = dict.fromkeys(ALL - inputs)
    return replace(dialogue, vectors=tuple(replace(v, **dropped) for v in dialogue.vectors))  # type: ignore[arg-type]
