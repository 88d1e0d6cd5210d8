"""Edits brought into a document: the tables that they leave alone are shared with the one before."""

from bisect import insort
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from m2fnet_core.document.content import Document, Turn
from m2fnet_core.document.edits import Edit

_FEW = 100  # edits after which sorting all utterances anew is as fast as putting each in its place


def applied(document: Document, edits: Sequence[Edit]) -> Document:
    """The document after the edits; tables that they leave alone are shared with the old one."""
    changed: dict[str, Any] = {}
    for edit in edits:
        if edit.table == "label_set":
            changed["label_set"] = edit.after
            continue
        table = changed.setdefault(edit.table, dict(getattr(document, edit.table)))
        if edit.after is None:
            table.pop(edit.key, None)
        else:
            table[edit.key] = edit.after
    if "turns" in changed:
        changed["turns"] = _sorted_again(changed["turns"], {edit.key for edit in edits if edit.table == "turns"})
    return replace(document, **changed)


def in_order(turns: Mapping[str, Turn]) -> dict[str, Turn]:
    """By start inside each medium."""
    return {turn.id: turn for turn in sorted(turns.values(), key=_place)}


def _sorted_again(turns: Mapping[str, Turn], touched: Collection[str]) -> dict[str, Turn]:
    """In order but for the touched ones. Putting a few in their places is many times faster than sorting all."""
    if len(touched) > _FEW:
        return in_order(turns)
    rows = [turn for turn in turns.values() if turn.id not in touched]
    for turn in filter(None, map(turns.get, touched)):
        insort(rows, turn, key=_place)
    return {turn.id: turn for turn in rows}


def _place(turn: Turn) -> tuple[str, float, float, str]:
    return turn.medium, turn.start, turn.end, turn.id
