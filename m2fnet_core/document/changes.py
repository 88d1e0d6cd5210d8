"""What commands did: told to views (`Change`), kept for good (`LogEntry`)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from m2fnet_core.document.content import FaceIdentity, Medium, Take, Turn
from m2fnet_core.document.edits import Edit

Steps = list[tuple[int, str]]  # number and title of entries of the log, the latest last


@dataclass(frozen=True, slots=True)
class Change:
    """What a command, an undo or an analysis touched. ``whole``: more than these, so read everything anew."""

    title: str
    kind: str
    utterances: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the history. ``of``: the entry that an undo or a redo is about."""

    number: int  # in the order things happened, whatever the clock said
    time: str
    kind: str
    title: str
    body: Any
    of: int | None


def change_of(title: str, kind: str, edits: Sequence[Edit]) -> Change:
    """What the edits touched."""
    utterances = (
        edit.key if edit.table == "turns" else edit.key[0] for edit in edits if edit.table in ("turns", "decisions")
    )
    about = Medium | Turn | FaceIdentity | Take
    rows = (row for edit in edits for row in (edit.before, edit.after) if isinstance(row, about))
    media = (row.id if isinstance(row, Medium) else row.medium for row in rows)
    whole = any(edit.table not in ("turns", "decisions", "traces") for edit in edits)
    return Change(title, kind, frozenset(utterances), frozenset(media), whole)


def steps(log: Iterable[tuple[int, str, str]]) -> tuple[Steps, Steps]:
    """What can be undone and what redone, from all entries (number, kind, title) of the log in order.

    Raises IndexError where they contradict each other.
    """
    done: Steps = []
    undone: Steps = []
    for number, kind, title in log:
        match kind:
            case "undo":
                undone.append(done.pop())
            case "redo":
                done.append(undone.pop())
            case _:
                done.append((number, title))
                undone.clear()
    return done, undone
