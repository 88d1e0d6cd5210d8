"""How a run over many videos stands, from its folder alone: for whoever runs it, watches it, or reads of it later.

No torch.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from m2fnet_core.base.files import write_whole
from m2fnet_core.base.wording import clock
from m2fnet_core.batch.claims import Claims
from m2fnet_core.batch.folder import SUMMARY, SUMMARY_TABLE, RunFolder, cannot_write
from m2fnet_core.batch.outcome import Journals, Outcome
from m2fnet_core.batch.plan import Planned, read_plan
from m2fnet_core.batch.settings import Settings, told

SCHEMA = 1
LEFT = "left"
_COLUMNS = ("media", "state", "reason", "seconds", "device", "length", "utterances", "result", "sha256", "model_hash")


@dataclass(frozen=True, slots=True)
class Standing:
    """All videos of a run and what came of each; None: it is left. ``at_work``: processes that analyse now."""

    videos: Mapping[str, Outcome | None]
    lengths: Mapping[str, float]
    at_work: int

    @property
    def counts(self) -> Mapping[str, int]:
        """done, failed, skipped, left."""
        found = Counter(LEFT if outcome is None else outcome.state for outcome in self.videos.values())
        return {state: found[state] for state in ("done", "failed", "skipped", LEFT)}

    def __str__(self) -> str:
        text = ", ".join(f"{number} {state}" for state, number in self.counts.items())
        if self.finished:
            return text
        left = self.seconds_left
        return f"{text}; {self.at_work} at work" + ("" if left is None else f", {clock(left, 0)} left")

    @property
    def finished(self) -> bool:
        """Whether nothing is left."""
        return not self.counts[LEFT]

    @property
    def seconds_left(self) -> float | None:
        """From what the videos so far cost for each second of media; None while none is done, or nobody is at work."""
        done = [outcome for outcome in self.videos.values() if outcome is not None and outcome.state == "done"]
        cost, media = sum(outcome.seconds for outcome in done), sum(outcome.length for outcome in done)
        if not media or not self.at_work:
            return None
        left = sum(self.lengths[name] for name, outcome in self.videos.items() if outcome is None)
        return left * cost / media / self.at_work


def standing(
    folder: RunFolder, journals: Journals | None = None, mine: Iterable[Outcome] = (), at_work: int | None = None
) -> Standing:
    """How it stands now. ``journals``: read already; ``mine``: what only this process knows (skipped videos)."""
    journals = journals or Journals(folder.journals)
    journals.take()
    planned = read_plan(folder)
    videos: dict[str, Outcome | None] = dict.fromkeys(planned)
    for outcome in mine:
        videos[outcome.media] = outcome
    nothing = Planned(0.0, 0)
    videos |= {m: each for m, each in journals.newest.items() if each.turn >= planned.get(m, nothing).turn}
    lengths = {media: each.length for media, each in planned.items()}
    working = len(Claims(folder.claims).living()) if at_work is None else at_work
    return Standing(dict(sorted(videos.items())), lengths, working)


def write_summary(folder: RunFolder, settings: Settings, stands: Standing) -> None:
    """summary.json and summary.csv, each whole. Raises DocumentError."""
    try:
        write_whole(folder.root / SUMMARY, _json(folder, settings, stands))
        write_whole(folder.root / SUMMARY_TABLE, _csv(folder, stands))
    except OSError as error:
        raise cannot_write(folder.root, error) from error


def _json(folder: RunFolder, settings: Settings, stands: Standing) -> bytes:
    """One line for each video; there may be a hundred thousand."""
    about = {
        "schema": SCHEMA,
        "settings": {
            "key": settings.key,
            "model": settings.model,
            "model_digest": settings.model_digest,
            "options": told(settings.request),
        },
        "results": folder.results.name,
        "counts": stands.counts,
    }
    rows = ({**_row(media, outcome), "notices": _notices(outcome)} for media, outcome in stands.videos.items())
    lines = ",\n".join(map(json.dumps, rows))
    return f'{json.dumps(about)[:-1]},\n"videos": [\n{lines}\n]}}\n'.encode()


def _csv(folder: RunFolder, stands: Standing) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    table.writeheader()
    for media, outcome in stands.videos.items():
        row = _row(media, outcome)
        result = row["result"] and str(Path(folder.results.name) / row["result"])
        table.writerow({**row, "result": result})
    return text.getvalue().encode("utf-8", "backslashreplace")


def _row(media: str, outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        return {**dict.fromkeys(_COLUMNS), "media": media, "state": LEFT}
    return {name: getattr(outcome, name) for name in _COLUMNS}


def _notices(outcome: Outcome | None) -> list[str]:
    return [] if outcome is None else list(outcome.notices)
