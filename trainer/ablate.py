"""The rows of the paper's Tables 2-5 on the run's vectors, beside the paper's numbers (torch)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from trainer.config import LoopConfig, RunConfig
from trainer.fit_fusion import FusionTask, LabelledDialogue, fitted_config, judged
from trainer.metrics import weighted_f1
from trainer.runs import Run

ALL = frozenset(("text", "audio", "scene", "faces"))
Fit = Callable[[FusionTask, LoopConfig, Run], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the inputs it keeps, what it changes in the network, and the paper's weighted F1 in percent."""

    table: int
    name: str
    iemocap: float
    meld: float
    inputs: frozenset[str] = ALL
    net: Mapping[str, Any] = field(default_factory=dict)

    def paper(self, corpus: str) -> float:
        """The paper's figure for "meld" or "iemocap"."""
        return self.iemocap if corpus == "iemocap" else self.meld


@dataclass(frozen=True, slots=True)
class Result:
    """A row's test weighted F1 in percent over seeds: mean and standard deviation."""

    table: int
    name: str
    mean: float
    spread: float
    paper: float


def _table_2() -> list[Row]:
    visual = frozenset(("scene", "faces"))
    concat = {"form": "concat"}
    return [
        Row(2, "audio", 21.79, 39.63, frozenset(("audio",)), concat),
        Row(2, "visual", 13.10, 32.44, visual, concat),
        Row(2, "visual + audio, concat", 31.35, 35.74, visual | {"audio"}, concat),
        Row(2, "text", 66.20, 66.23, frozenset(("text",)), concat),
        Row(2, "text + audio, concat", 66.48, 66.32, frozenset(("text", "audio")), concat),
        Row(2, "text + visual, concat", 66.67, 66.35, visual | {"text"}, concat),
        Row(2, "all three, concat", 67.12, 66.81, ALL, concat),
        Row(2, "all three, fusion", 69.86, 66.71),
    ]


def _table_3() -> list[Row]:
    return [
        Row(3, "scene only", 67.70, 64.23, ALL - {"faces"}),
        Row(3, "weighted faces only", 67.28, 65.67, ALL - {"scene"}),
        Row(3, "scene and weighted faces", 69.86, 66.71),
    ]


def _layers(table: int, name: str, key: str, iemocap: Sequence[float], meld: Sequence[float]) -> list[Row]:
    pairs = enumerate(zip(iemocap, meld, strict=True), 1)
    return [Row(table, f"{name} {n}", i, m, net={key: n}) for n, (i, m) in pairs]


ROWS = (
    *_table_2(),
    *_table_3(),
    *_layers(
        4,
        "encoders N =",
        "encoder_layers",
        (69.36, 69.21, 69.44, 69.22, 69.86, 69.24),
        (66.71, 65.82, 66.06, 66.06, 66.38, 65.48),
    ),
    *_layers(
        5,
        "fusion layers m =",
        "fusion_layers",
        (67.34, 68.19, 69.25, 68.95, 69.86, 69.08),
        (66.11, 66.50, 66.65, 66.51, 66.71, 65.32),
    ),
)


def ablation(
    config: RunConfig, dialogues: Mapping[str, Sequence[LabelledDialogue]], folder: Path, fit: Fit
) -> list[Result]:
    """Train and judge every row that the vectors allow, with every seed. Finished rows are read from ``folder``."""
    there = {name for d in dialogues["train"] for v in d.vectors for name in ALL if getattr(v, name) is not None}
    wanted = [row for row in wanted_rows(config) if _possible(row, there)]
    return [_result(row, config, dialogues, folder, fit) for row in wanted]


def wanted_rows(config: RunConfig) -> list[Row]:
    """The rows that the run asks for, were there vectors of every input."""
    return [row for row in ROWS if row.table in config.ablate.tables]


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
    """Test weighted F1 of one training, kept so that a stopped ablation goes on."""
    name = f"table{row.table} {row.name} seed{seed}".replace(" ", "-").replace("=", "")
    kept = folder / name / "score.json"
    if kept.is_file():
        return float(json.loads(kept.read_text(encoding="utf-8")))
    some = {split: [_only(d, row.inputs) for d in of] for split, of in dialogues.items()}
    step = replace(config.fusion, net=replace(config.fusion.net, **row.net))
    net = fitted_config(step.net, some["train"], len(config.labels))
    task = FusionTask(step, net, some["train"], some["validation"], config.labels, seed)
    fit(task, step.loop, Run(replace(config, name=name, out=folder, seed=seed)))
    truth, probabilities = judged(task.net, some["test"])
    score = weighted_f1(truth, probabilities.argmax(axis=1))
    kept.write_text(json.dumps(score), encoding="utf-8")
    return score


def _only(dialogue: LabelledDialogue, inputs: frozenset[str]) -> LabelledDialogue:
    dropped = dict.fromkeys(ALL - inputs)
    return replace(dialogue, vectors=tuple(replace(v, **dropped) for v in dialogue.vectors))  # type: ignore[arg-type]


def as_markdown(results: Sequence[Result], paper: str) -> str:
    """A table for people."""
    head = f"| table | row | weighted F1 (mean ± spread) | paper, {paper.upper()} |\n|---|---|---|---|\n"
    rows = (f"| {r.table} | {r.name} | {r.mean:.2f} ± {r.spread:.2f} | {r.paper:.2f} |\n" for r in results)
    return head + "".join(rows)
