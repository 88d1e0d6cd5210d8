"""Whose labels can be compared: an annotator's (all, or those of a blind or an assisted pass), or the network's."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from m2fnet_core.document.content import Decision, Document


class Pass(StrEnum):
    """Which of an annotator's decisions: those made without seeing the prediction, with it in sight, or both."""

    ALL = "all"
    BLIND = "blind"
    ASSISTED = "assisted"

    def holds(self, saw_prediction: bool) -> bool:
        """Whether a decision made so belongs to the pass."""
        return self is Pass.ALL or (self is Pass.ASSISTED) is saw_prediction


@dataclass(frozen=True, slots=True)
class Judge:
    """``annotator`` None: the network."""

    annotator: str | None
    which: Pass = Pass.ALL

    @property
    def title(self) -> str:
        """For people."""
        name = "The network" if self.annotator is None else self.annotator
        return name if self.which is Pass.ALL else f"{name}, {self.which.value}"


class Entry(Protocol):
    """A line of a project's history."""

    @property
    def number(self) -> int:
        """In the order things happened."""

    @property
    def kind(self) -> str:
        """What happened."""

    @property
    def body(self) -> Any:
        """The command as plain values."""

    @property
    def of(self) -> int | None:
        """The entry that an undo or redo is about."""


def annotators(document: Document) -> tuple[str, ...]:
    """Everybody who decided anything, by name."""
    return tuple(sorted({name for _, name in document.decisions}))


def said_by(document: Document, judge: Judge, among: Collection[str]) -> dict[str, str]:
    """A judge's label of each of the utterances ``among`` that has one."""
    if judge.annotator is None:
        there = set(document.predictions) & set(among)
        return {utterance: document.predictions[utterance].prediction.label for utterance in there}
    return {utterance: said.label for utterance, said in decisions_by(document, judge, among).items() if said.label}


def decisions_by(document: Document, judge: Judge, among: Collection[str]) -> dict[str, Decision]:
    """An annotator's decision with a label on each of the utterances ``among`` that has one."""
    found = {}
    for utterance in among:
        decision = document.decisions.get((utterance, judge.annotator or ""))
        if decision is not None and decision.label is not None and judge.which.holds(decision.saw_prediction):
            found[utterance] = decision
    return found


def passes(history: Iterable[Entry], annotator: str) -> Mapping[Pass, dict[str, str]]:
    """What an annotator said last in each pass, though a later decision took its place: blind first, assisted then.

    Steps that were undone (and not done again) do not count.
    """
    entries = list(history)
    undone: set[int | None] = set()
    for entry in entries:
        if entry.kind == "undo":
            undone.add(entry.of)
        elif entry.kind == "redo":
            undone.discard(entry.of)
    found: dict[Pass, dict[str, str]] = {Pass.BLIND: {}, Pass.ASSISTED: {}}
    for entry in entries:
        if entry.number not in undone:
            for decision in _decisions(entry.body):
                if decision["annotator"] == annotator and decision.get("label"):
                    which = Pass.ASSISTED if decision.get("saw_prediction", True) else Pass.BLIND
                    found[which][decision["utterance"]] = decision["label"]
    return found


def _decisions(body: Any) -> Iterator[Mapping[str, Any]]:
    """Those of a command and of the commands inside it."""
    if isinstance(body, Mapping):
        yield from body.get("decisions", ())
        for part in body.get("commands", ()):
            yield from _decisions(part)
