"""The rows of the paper's Tables 2-5, which of them a run asks for, and its own figures beside them. No torch."""

import csv
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from m2fnet_core.base.errors import TrainingError
from trainer.config import RunConfig

INPUTS = ("text", "audio", "scene", "faces")
ALL = frozenset(INPUTS)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the inputs it keeps, what it changes in the network, and the paper's weighted F1 in percent."""

    table: int
    name: str
    iemocap: float
    meld: float
    inputs: frozenset[str] = ALL
    net: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Tells it from all others: "2 audio"; what `ablate.rows` names."""
        return f"{self.table} {self.name}"

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


def wanted_rows(config: RunConfig) -> list[Row]:
    """The rows that the run asks for, were there vectors of every input. Raises TrainingError for a name of none."""
    named = config.ablate.rows
    for name in named:
        if name not in {row.id for row in ROWS}:
            near = difflib.get_close_matches(name, [row.id for row in ROWS], n=1, cutoff=0.0)
            raise TrainingError(f"ablate.rows names {name!r}, which is no row; the nearest is {near[0]!r}.")
    return [row for row in ROWS if row.table in config.ablate.tables and (not named or row.id in named)]


def as_markdown(results: Sequence[Result], paper: str) -> str:
    """A table for people."""
    head = f"| table | row | weighted F1 (mean ± spread) | paper, {paper.upper()} |\n|---|---|---|---|\n"
    rows = (f"| {r.table} | {r.name} | {r.mean:.2f} ± {r.spread:.2f} | {r.paper:.2f} |\n" for r in results)
    return head + "".join(rows)


def write_results(results: Sequence[Result], path: Path) -> None:
    """As CSV, with a head. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([each.name for each in fields(Result)])
        writer.writerows([r.table, r.name, round(r.mean, 4), round(r.spread, 4), r.paper] for r in results)


def read_results(path: Path) -> tuple[Result, ...]:
    """What `write_results` wrote. Raises TrainingError for a missing or damaged file."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return tuple(
            Result(int(r["table"]), r["name"], float(r["mean"]), float(r["spread"]), float(r["paper"])) for r in rows
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{path} cannot be read ({error}); run the step ablate again.") from error
