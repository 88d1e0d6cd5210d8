"""Predictions in the file: written once, read when they are asked for."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from m2fnet_core.base.dialogue import Contributions, Prediction, Presence
from m2fnet_core.document.content import KeptPrediction, Meaning, Model, Turn
from m2fnet_core.document.meanings import shown
from m2fnet_core.document.store.failing import DocumentDamaged

_NEWEST = (  # rows come in the order of analyses, and one index has all that the inner question needs
    "SELECT utterance, analysis, start, end, body FROM predictions "
    "WHERE rowid IN (SELECT max(rowid) FROM predictions GROUP BY utterance)"
)
_ALL_OF = "SELECT analysis, start, end, body FROM predictions WHERE utterance = ? ORDER BY analysis DESC"
_ANALYSES = "SELECT number, name, hash, trained, labels, time FROM analyses"
Raw = tuple[int, float, float, str]  # analysis, start, end, body
Analyses = dict[int, tuple[Model, str]]  # by number: model and time


class Newest(Mapping[str, KeptPrediction]):
    """The newest prediction of each utterance that is there, in the project's words for the network's labels.

    A body is read when it is asked for, and kept.

    Raises DocumentDamaged for one that cannot be read. For any thread.
    """

    def __init__(
        self,
        raw: Mapping[str, Raw],
        analyses: Analyses,
        turns: Mapping[str, Turn],
        meanings: Mapping[str, Meaning],
    ) -> None:
        self._raw, self._analyses, self._turns, self._meanings = raw, analyses, turns, meanings
        self._read: dict[str, KeptPrediction] = {}

    def __getitem__(self, utterance: str) -> KeptPrediction:
        if utterance not in self._turns:
            raise KeyError(utterance)
        if utterance not in self._read:
            made = kept(utterance, self._raw[utterance], self._analyses)
            self._read[utterance] = replace(made, prediction=shown(made.prediction, self._meanings))
        return self._read[utterance]

    def __iter__(self) -> Iterator[str]:
        return (utterance for utterance in self._raw if utterance in self._turns)

    def __len__(self) -> int:
        return sum(utterance in self._turns for utterance in self._raw)

    def over(self, turns: Mapping[str, Turn], meanings: Mapping[str, Meaning]) -> "Newest":
        """The same of other utterances, or in other words; what was read in the same words stays read."""
        other = Newest(self._raw, self._analyses, turns, meanings)
        other._read = self._read if meanings == self._meanings else {}
        return other

    def after(self, raw: Mapping[str, Raw], analyses: Analyses) -> "Newest":
        """These and newer ones."""
        other = Newest({**self._raw, **raw}, {**self._analyses, **analyses}, self._turns, self._meanings)
        other._read = {utterance: known for utterance, known in self._read.items() if utterance not in raw}
        return other


def read_analyses(connection: sqlite3.Connection) -> Analyses:
    """Model and time of every analysis."""
    return {
        number: (Model(name, digest, bool(trained), tuple(json.loads(labels))), time)
        for number, name, digest, trained, labels, time in connection.execute(_ANALYSES).fetchall()
    }


def read_newest(connection: sqlite3.Connection) -> dict[str, Raw]:
    """The newest prediction of every utterance, as it lies in the file."""
    return {utterance: tuple(rest) for utterance, *rest in connection.execute(_NEWEST).fetchall()}


def read_all_of(connection: sqlite3.Connection, utterance: str) -> tuple[KeptPrediction, ...]:
    """All predictions of an utterance, newest first. Raises DocumentDamaged."""
    analyses = read_analyses(connection)
    return tuple(kept(utterance, raw, analyses) for raw in connection.execute(_ALL_OF, (utterance,)).fetchall())


def write_analysis(
    connection: sqlite3.Connection, medium: str, model: Model, items: Sequence[tuple[Turn, Prediction]], time: str
) -> tuple[dict[str, Raw], Analyses]:
    """A new analysis with its predictions; what was written."""
    cursor = connection.execute(
        "INSERT INTO analyses(medium, name, hash, trained, labels, time) VALUES (?, ?, ?, ?, ?, ?)",
        (medium, model.name, model.hash, int(model.trained), json.dumps(model.labels), time),
    )
    number = int(cursor.lastrowid or 0)
    raw = {turn.id: (number, turn.start, turn.end, _body(prediction)) for turn, prediction in items}
    rows = ((utterance, *row) for utterance, row in raw.items())
    connection.executemany(
        "INSERT INTO predictions(utterance, analysis, start, end, body) VALUES (?, ?, ?, ?, ?)", rows
    )
    return raw, {number: (model, time)}


def kept(utterance: str, raw: Raw, analyses: Analyses) -> KeptPrediction:
    """A prediction as it lies in the file, as data. Raises DocumentDamaged."""
    number, start, end, body = raw
    try:
        model, time = analyses[number]
        return KeptPrediction(number, model, time, start, end, _prediction(utterance, body))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DocumentDamaged(
            f"The project is damaged: a prediction of the utterance {utterance} cannot be read; go on with a snapshot."
        ) from error


def _body(p: Prediction) -> str:
    present = [p.present.text, p.present.audio, p.present.scene, p.present.faces]
    contributions = [p.contributions.text, p.contributions.audio, p.contributions.visual]
    # Six decimals: attention is looked at, not computed with, and would be most of the file otherwise.
    attention = None if p.attention is None else {u: round(weight, 6) for u, weight in p.attention.items()}
    prior = None if p.prior is None else {label: round(share, 6) for label, share in p.prior.items()}
    return json.dumps([p.label, dict(p.probabilities), present, contributions, attention, prior], ensure_ascii=False)


def _prediction(utterance: str, body: str) -> Prediction:
    found: list[Any] = json.loads(body)
    label, probabilities, present, contributions, attention = found[:5]
    prior = found[5] if len(found) > 5 else None  # predictions of before say nothing of it
    shares = Contributions(*contributions)
    return Prediction(utterance, label, probabilities, Presence(*present), shares, attention, prior=prior)
