"""The results of many videos in one place: a project, or one table. No torch."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from m2fnet_core.analysis.report import Report
from m2fnet_core.base.emotions import MELD, LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.files import whole_file
from m2fnet_core.base.json_codec import build
from m2fnet_core.batch.folder import TABLE, RunFolder, cannot_write
from m2fnet_core.batch.outcome import Outcome
from m2fnet_core.batch.summary import Standing
from m2fnet_core.document.analysed import add_analysed
from m2fnet_core.document.formats.table import csv_text
from m2fnet_core.document.from_report import sheet_of_report
from m2fnet_core.document.project import Project


def into_project(path: Path, folder: RunFolder, stands: Standing) -> int:
    """Add what a project (made where there is none) lacks of the results; how many videos came in.

    One transaction a video: ended half-way, the next call adds the rest. Raises DocumentError.
    """
    outcomes = _done(stands)
    if not path.exists():
        Project.create(path, _labels(folder, outcomes)).close()
    found = ((Path(each.media), each.model_hash, _report(folder, each)) for each in outcomes.values())
    return add_analysed(path, found)


def write_table(folder: RunFolder, stands: Standing) -> Path:
    """All utterances as one CSV (docs/formats.md), whole; its path. Raises DocumentError."""
    path = folder.root / TABLE
    try:
        with whole_file(path) as part, part.open("wb") as file:
            for number, lines in enumerate(_tables(folder, stands)):
                file.write(b"".join(lines[number > 0 :]))
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


def _tables(folder: RunFolder, stands: Standing) -> Iterator[list[bytes]]:
    """Of each video the lines of its table, the head first: it is the same for all, as they have one model."""
    for outcome in _done(stands).values():
        text = csv_text(sheet_of_report(_report(folder, outcome), outcome.model_hash)).text
        head, line_end, rows = text.partition("\n")
        yield [(head + line_end).encode(), rows.encode("utf-8", "backslashreplace")]


def _done(stands: Standing) -> Mapping[str, Outcome]:
    return {media: each for media, each in stands.videos.items() if each is not None and each.state == "done"}


def _labels(folder: RunFolder, outcomes: Mapping[str, Outcome]) -> LabelSet:
    """The label set of a new project: the model's."""
    first = next(iter(outcomes.values()), None)
    if first is None:
        return MELD
    model = _report(folder, first).model
    return MELD if model.labels == MELD.labels else LabelSet(model.name, model.labels)


def _report(folder: RunFolder, outcome: Outcome) -> Report:
    path = folder.results / outcome.result
    try:
        found: Report = build(Report, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise DocumentError(f"The result {path} cannot be read ({error}); run the same command again.") from error
    return found
