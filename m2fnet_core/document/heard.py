"""How recognised words enter a document: beside what a person did, never over it. No torch."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from m2fnet_core.base.dialogue import Utterance, Word
from m2fnet_core.document.changes import LogEntry
from m2fnet_core.document.commands import Recognise, new_id
from m2fnet_core.document.content import Document, Turn
from m2fnet_core.transcript.wording import packed, text_of

# Commands by which a person shapes utterances, and where each names them.
_SHAPING: Mapping[str, tuple[str, ...]] = {
    "SetBounds": ("bounds",),
    "Split": ("utterance", "second"),
    "Merge": ("utterances",),
    "SetText": ("utterance",),
    "SetSpeaker": ("utterances",),
}


def touched(history: Iterable[LogEntry]) -> set[str]:
    """Ids of the utterances whose bounds, words or speaker a person set, also where that was undone."""
    return {name for entry in history if entry.kind in _SHAPING for name in _named(entry.kind, entry.body)}


def _named(kind: str, body: Any) -> Iterator[str]:
    for field in _SHAPING[kind]:
        value = body[field]
        yield from (value,) if isinstance(value, str) else value


def recognised(document: Document, medium: str, heard: Sequence[Utterance], by_person: Collection[str]) -> Recognise:
    """What recognition adds to a medium. ``heard`` are its utterances with words, ``by_person`` is of `touched`.

    An utterance that has a text, a speaker or a decision, or whose bounds a person set, stays as it is; where it has no
    text it gets the words said inside it. All others give way to what was heard.
    """
    turns = [turn for turn in document.turns.values() if turn.medium == medium]
    decided = {utterance for utterance, _ in document.decisions}
    kept = [turn for turn in turns if turn.text or turn.speaker or turn.id in decided or turn.id in by_person]
    filled = [with_words for turn in kept if not turn.text and (with_words := _filled(turn, heard)) is not None]
    new = [turn for utterance in heard for turn in _beside(utterance, kept, medium)]
    known = {turn.id for turn in kept}
    return Recognise(medium, (*filled, *new), {}, tuple(turn.id for turn in turns if turn.id not in known))


def _filled(turn: Turn, heard: Sequence[Utterance]) -> Turn | None:
    """The turn with the words said inside it; None where there are none."""
    spoken = [(u, [word for word in u.words if turn.start <= _middle(word) < turn.end]) for u in heard]
    words = [word for _, some in spoken for word in some]
    if not words:
        return None
    spaced = any(" " in (u.text or "") for u, some in spoken if some)
    return replace(turn, text=text_of(words, spaced), words=packed(words))


def _beside(utterance: Utterance, kept: Sequence[Turn], medium: str) -> Iterator[Turn]:
    """The parts of what was heard that no kept utterance covers."""
    near = [turn for turn in kept if turn.start < utterance.end and utterance.start < turn.end]
    if not near:
        words = packed(utterance.words)
        yield Turn(new_id(), medium, utterance.start, utterance.end, "", utterance.text, words)
        return
    spaced = " " in (utterance.text or "")
    for part in _uncovered(utterance.words, near):
        yield Turn(new_id(), medium, part[0].start, part[-1].end, "", text_of(part, spaced), packed(part))


def _uncovered(words: Sequence[Word], near: Sequence[Turn]) -> Iterator[list[Word]]:
    part: list[Word] = []
    for word in words:
        if any(turn.start <= _middle(word) < turn.end for turn in near):
            if part:
                yield part
            part = []
        elif word.end > word.start:
            part.append(word)
    if part:
        yield part


def _middle(word: Word) -> float:
    return (word.start + word.end) / 2
