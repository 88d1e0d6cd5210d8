"""What a file holds, fitted to a document: new turns, or decisions on the turns that are there."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from m2fnet_core.base.wording import count, some
from m2fnet_core.document.commands import Import, new_id
from m2fnet_core.document.content import Decision, Document, Turn
from m2fnet_core.document.formats.base import Entry, Found
from m2fnet_core.transcript.wording import packed

_SAME = 0.5  # share of the time of both together that two utterances must have in common to be taken for one
_SLACK = 0.001  # seconds beyond the medium's end that a rounded time may reach


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file's content goes.

    ``annotator``: whose the labels are where the file does not say. ``labels``: a word of the file -> a label of the
    set, "" leaves it out. ``match``: no new turns; decisions go to the turns that are there, found by id or time.
    """

    document: Document
    medium: str
    annotator: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    match: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """Ready for the command `Import`. ``speakers``: names by id of those that are new to the project.

    ``unknown_labels`` are neither in the label set nor in the target's ``labels``: decisions lack them until the set
    has them or they are mapped, and the file is read again.
    """

    turns: tuple[Turn, ...]
    speakers: Mapping[str, str]
    decisions: tuple[Decision, ...]
    notices: tuple[str, ...]
    unknown_labels: tuple[str, ...]

    def command(self, medium: str, source: Path, replace_turns: bool) -> Import:
        """The command that takes all of it into the project, in place of the medium's turns or beside them."""
        return Import(medium, self.turns, self.speakers, self.decisions, replace_turns, source.name)


def fit(found: Found, target: Target) -> Imported:
    """Turns, speakers and decisions of a file as things of the target's document."""
    notices = list(found.notices)
    entries = _inside(found.entries, target.document.media[target.medium].duration, notices)
    entries, unknown = _with_labels(entries, target)
    if target.match:
        return Imported((), {}, _on_turns(entries, target, notices), tuple(notices), unknown)
    _tell_overlaps(entries, notices)
    names = {speaker.name: speaker.id for speaker in target.document.speakers.values()}
    new = {name: new_id() for name in dict.fromkeys(e.speaker for e in entries) if name and name not in names}
    names |= new
    turns, decisions = list[Turn](), list[Decision]()
    for entry in entries:
        turn_id = new_id()  # the file's own may be another utterance's by now
        speaker = names.get(entry.speaker, "")
        said = entry.text or None, packed(entry.words)
        turns.append(Turn(turn_id, target.medium, entry.start, entry.end, speaker, *said))
        decisions += [replace(decision, utterance=turn_id) for decision in entry.decisions]
    named = {turn_id: name for name, turn_id in new.items()}
    return Imported(tuple(turns), named, tuple(decisions), tuple(notices), unknown)


def _inside(entries: Sequence[Entry], duration: float, notices: list[str]) -> list[Entry]:
    """Entries with a length that lie in the medium (0 seconds: its length is unknown), in order of their start."""
    end = duration + _SLACK if duration > 0 else math.inf
    fitted = [replace(e, start=max(0.0, e.start), end=min(e.end, duration) if e.end > end else e.end) for e in entries]
    kept = [e for e in fitted if e.start < e.end and math.isfinite(e.end)]
    if len(kept) < len(entries):
        gone = count(len(entries) - len(kept), "utterance")
        notices.append(f"{gone} without length or outside the medium left out.")
    if shortened := [f"at {e.start:.1f} s" for e in entries if e.end > end and e.start < duration]:
        notices.append(f"{count(len(shortened), 'utterance')} reached beyond the medium and cut ({some(shortened)}).")
    return sorted(kept, key=lambda entry: entry.start)


def _with_labels(entries: Sequence[Entry], target: Target) -> tuple[list[Entry], tuple[str, ...]]:
    """Entries whose decisions use the document's labels, and the labels that were not known."""
    known, unknown = target.document.label_set.labels, dict[str, None]()

    def label(word: str | None) -> str | None:
        if word is None or word in known:
            return word
        mapped = target.labels.get(word)
        if mapped is None:
            unknown[word] = None
        return mapped or None

    def decision(given: Decision) -> Decision:
        whose = given.annotator or target.annotator
        return replace(given, annotator=whose, label=label(given.label), second=label(given.second))

    done = [replace(e, decisions=tuple(d for d in map(decision, e.decisions) if _says_something(d))) for e in entries]
    return done, tuple(unknown)


def _says_something(decision: Decision) -> bool:
    return bool(decision.label or decision.second or decision.unsure or decision.skip or decision.comment)


def _tell_overlaps(entries: Sequence[Entry], notices: list[str]) -> None:
    latest, at = dict[str, float](), list[str]()
    for entry in entries:
        if entry.speaker and latest.get(entry.speaker, 0.0) > entry.start:
            at.append(f"{entry.speaker} at {entry.start:.1f} s")
        latest[entry.speaker] = max(entry.end, latest.get(entry.speaker, 0.0))
    if at:
        notices.append(f"{count(len(at), 'overlap')} with an earlier utterance of the same speaker ({some(at)}).")


def _on_turns(entries: Sequence[Entry], target: Target, notices: list[str]) -> tuple[Decision, ...]:
    """The entries' decisions on the medium's turns: those with the entry's id, else with most of its time."""
    free = {turn.id: turn for turn in target.document.turns.values() if turn.medium == target.medium}
    named = [free.pop(entry.id, None) for entry in entries]
    places = _Places(list(free.values()), target.document)
    decisions, lost = list[Decision](), list[str]()
    for entry, same in zip(entries, named, strict=True):
        turn = same or places.take(entry)
        if turn is None:
            lost.append(f"at {entry.start:.1f} s")
        else:
            decisions += [replace(decision, utterance=turn.id) for decision in entry.decisions]
    if lost:
        notices.append(f"{count(len(lost), 'utterance')} matched none of the project's and left out ({some(lost)}).")
    return tuple(decisions)


class _Places:
    """Turns that are found by their time, each once."""

    def __init__(self, turns: Sequence[Turn], document: Document) -> None:
        self._turns = sorted(turns, key=lambda turn: turn.start)
        self._starts = [turn.start for turn in self._turns]
        self._longest = max((turn.end - turn.start for turn in turns), default=0.0)
        self._names = {speaker.id: speaker.name for speaker in document.speakers.values()}
        self._taken = set[str]()

    def take(self, entry: Entry) -> Turn | None:
        """The free turn that shares most of its time with ``entry``, at least half; of equals the same speaker's."""
        first = bisect_left(self._starts, entry.start - self._longest)
        near = self._turns[first : bisect_left(self._starts, entry.end)]
        rated = [
            (_shared(turn, entry), self._names.get(turn.speaker, "") == entry.speaker, -turn.start, turn)
            for turn in near
            if turn.id not in self._taken
        ]
        share, _, _, turn = max(rated, key=lambda row: row[:3], default=(0.0, False, 0.0, None))
        if turn is None or share < _SAME:
            return None
        self._taken.add(turn.id)
        return turn


def _shared(turn: Turn, entry: Entry) -> float:
    both = min(turn.end, entry.end) - max(turn.start, entry.start)
    return both / (max(turn.end, entry.end) - min(turn.start, entry.start))
