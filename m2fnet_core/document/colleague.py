"""Decisions and traces out of another person's project: videos by content, their utterances by id, else by time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.content import Decision, Document, Medium, Take
from m2fnet_core.document.formats.base import Entry, Found
from m2fnet_core.document.formats.importing import Target, fit


@dataclass(frozen=True, slots=True)
class Taking:
    """What is taken. ``names``: their annotator -> the name here; ``labels``: their label -> ours, "" leaves it out."""

    names: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Brought:
    """Decisions on our utterances. ``lost``: theirs that have no utterance here, in videos that both have."""

    decisions: tuple[Decision, ...]
    videos: int
    lost: int
    unknown_labels: tuple[str, ...]
    takes: tuple[Take, ...] = ()  # traces, of our videos


def suggested_names(other: Document, own: Document) -> dict[str, str]:
    """A name for each of their annotators: their own, unless somebody here says something else under it."""
    shared = shared_media(other, own)
    ours = {name for _, name in own.decisions} | {take.annotator for take in own.traces.values()}
    found = {d.annotator for d in other.decisions.values() if _medium(other, d) in shared}
    found |= {take.annotator for take in other.traces.values() if take.medium in shared}
    names = dict.fromkeys(sorted(found))
    return {name: name if name not in ours or _same(name, other, own) else _free(name, ours) for name in names}


def shared_media(other: Document, own: Document) -> dict[str, str]:
    """Their media -> ours, by content."""
    ours = {medium.sha256: key for key, medium in own.media.items() if medium.sha256}
    return {key: ours[medium.sha256] for key, medium in other.media.items() if medium.sha256 in ours}


def brought(other: Document, own: Document, taking: Taking) -> Brought:
    """What their annotators said, on our utterances. What is here word for word already is left out.

    Raises DocumentError when the projects have no video in common.
    """
    shared = shared_media(other, own)
    if not shared:
        raise DocumentError("The projects have no video in common; open the project with the same videos.")
    found: list[Decision] = []
    lost, unknown = 0, dict[str, None]()
    for theirs, ours in shared.items():
        entries = _entries(other, other.media[theirs], taking)
        target = Target(own, ours, labels=taking.labels, match=True)
        fitted = fit(Found(entries), target)
        found += fitted.decisions
        unknown |= dict.fromkeys(fitted.unknown_labels)
        lost += sum(len(entry.decisions) for entry in entries) - len(fitted.decisions)
    new = tuple(d for d in found if own.decisions.get((d.utterance, d.annotator)) != d)
    return Brought(new, len(shared), max(0, lost), tuple(unknown), _takes(other, own, shared, taking))


def _takes(other: Document, own: Document, shared: Mapping[str, str], taking: Taking) -> tuple[Take, ...]:
    """Their traces as ours; a take that came before keeps its id, and comes once."""
    theirs = [take for take in other.traces.values() if take.medium in shared and take.annotator in taking.names]
    found = [replace(take, medium=shared[take.medium], annotator=taking.names[take.annotator]) for take in theirs]
    return tuple(take for take in found if take.id not in own.traces)


def _entries(other: Document, medium: Medium, taking: Taking) -> tuple[Entry, ...]:
    """Their utterances that somebody of interest decided."""
    said: dict[str, list[Decision]] = {}
    for decision in other.decisions.values():
        if decision.annotator in taking.names:
            renamed = replace(decision, annotator=taking.names[decision.annotator])
            said.setdefault(decision.utterance, []).append(renamed)
    return tuple(
        Entry(turn.start, turn.end, _speaker(other, turn.speaker), turn.text, turn.id, tuple(said[turn.id]))
        for turn in other.turns.values()
        if turn.medium == medium.id and turn.id in said
    )


def _speaker(document: Document, key: str) -> str:
    speaker = document.speakers.get(key)
    return speaker.name if speaker is not None else ""


def _medium(document: Document, decision: Decision) -> str:
    turn = document.turns.get(decision.utterance)
    return turn.medium if turn is not None else ""


def _same(name: str, other: Document, own: Document) -> bool:
    """Whether what both projects hold under a name is the same wherever both have it: one person's work."""
    if any(
        take.annotator == own.traces[key].annotator == name for key, take in other.traces.items() if key in own.traces
    ):
        return True
    keys = [key for key in other.decisions if key[1] == name and key in own.decisions]
    return bool(keys) and all(other.decisions[key].label == own.decisions[key].label for key in keys)


def _free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"
