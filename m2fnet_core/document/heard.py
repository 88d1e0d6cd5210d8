"""How recognised words and voices enter a document: beside what a person did, never over it. No torch."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from m2fnet_core.base.dialogue import Utterance, Word
from m2fnet_core.document.changes import LogEntry
from m2fnet_core.document.commands import Recognise, new_id
from m2fnet_core.document.content import Document, Turn
from m2fnet_core.people.voice_names import free_names, is_numbered
from m2fnet_core.transcript.wording import packed, text_of

_LONGEST = 60.0  # seconds; recognition ends an utterance long before
# Commands by which a person shapes utterances, and where each names them. What analyses find comes by `Import`.
_SHAPING: Mapping[str, tuple[str, ...]] = {
    "Insert": ("turns",),
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
        for each in (value,) if isinstance(value, str) else value:
            yield each["id"] if isinstance(each, dict) else each


def recognised(document: Document, medium: str, heard: Sequence[Utterance], by_person: Collection[str]) -> Recognise:
    """What recognition adds to a medium. ``heard`` are its utterances with words, ``by_person`` is of `touched`.

    An utterance stays that a person shaped or decided on, whose text came from elsewhere or whose speaker has a name;
    what it lacks of text and speaker is filled in. All others give way to what was heard.
    """
    turns = [turn for turn in document.turns.values() if turn.medium == medium]
    held = {utterance for utterance, _ in document.decisions} | set(by_person)
    stays = {turn.id: turn.id in held or not _by_machine(turn, document) for turn in turns}
    kept, gone = [turn for turn in turns if stays[turn.id]], tuple(name for name, yes in stays.items() if not yes)
    heard = with_free_names(document, heard, dict.fromkeys(u.speaker for u in heard if u.speaker), gone)
    new, ids = speakers_for(document, heard)
    filled = [better for turn in kept if (better := _filled(turn, _near(turn, heard), ids)) != turn]
    beside = [turn for utterance in heard for turn in _beside(utterance, kept, medium, ids[utterance.speaker])]
    return Recognise(medium, (*filled, *beside), new, gone)


def _by_machine(turn: Turn, document: Document) -> bool:
    """Whether nothing of it came from a person or a file."""
    speaker = document.speakers.get(turn.speaker)
    return (speaker is None or is_numbered(speaker.name)) and bool(turn.words or not turn.text)


def with_free_names(
    document: Document, heard: Sequence[Utterance], voices: Collection[str], gone: Collection[str] = ()
) -> tuple[Utterance, ...]:
    """The utterances, speakers that nobody named (``voices``) called so that nobody else of the document is meant.

    ``gone``: utterances that give way.
    """
    used = {turn.speaker for turn in document.turns.values() if turn.id not in gone}
    names = free_names(voices, {speaker.name for key, speaker in document.speakers.items() if key in used})
    return tuple(replace(u, speaker=names.get(u.speaker, u.speaker)) for u in heard)


def speakers_for(document: Document, utterances: Iterable[Utterance]) -> tuple[dict[str, str], dict[str, str]]:
    """Names by id of the speakers that the document lacks, and the ids of all by name ("" is nobody)."""
    by_name = {"": "", **{speaker.name: key for key, speaker in document.speakers.items()}}
    lacking = dict.fromkeys(u.speaker for u in utterances if u.speaker not in by_name)
    new = {new_id(): name for name in lacking}
    return new, {**by_name, **{name: key for key, name in new.items()}}


def _near(turn: Turn, heard: Sequence[Utterance]) -> list[Utterance]:
    """What was heard during the turn; ``heard`` is in order of its start, and nothing of it is longer than a minute."""
    first = bisect_left(heard, turn.start - _LONGEST, key=lambda u: u.start)
    last = bisect_left(heard, turn.end, key=lambda u: u.start)
    return [utterance for utterance in heard[first:last] if utterance.end > turn.start]


def _filled(turn: Turn, heard: Sequence[Utterance], ids: Mapping[str, str]) -> Turn:
    """The turn with the words said inside it and the speaker who says most of it, where it has none."""
    if not turn.text:
        spoken = [(u, [word for word in u.words if turn.start <= _middle(word) < turn.end]) for u in heard]
        words = [word for _, some in spoken for word in some]
        spaced = any(" " in (u.text or "") for u, some in spoken if some)
        turn = replace(turn, text=text_of(words, spaced) or None, words=packed(words))
    if not turn.speaker:
        most = max(heard, key=lambda u: min(u.end, turn.end) - max(u.start, turn.start), default=None)
        if most is not None:
            turn = replace(turn, speaker=ids[most.speaker])
    return turn


def _beside(utterance: Utterance, kept: Sequence[Turn], medium: str, speaker: str) -> Iterator[Turn]:
    """The parts of what was heard that no kept utterance covers."""
    near = [turn for turn in kept if turn.start < utterance.end and utterance.start < turn.end]
    if not near:
        words = packed(utterance.words)
        yield Turn(new_id(), medium, utterance.start, utterance.end, speaker, utterance.text, words)
        return
    spaced = " " in (utterance.text or "")
    for part in _uncovered(utterance.words, near):
        yield Turn(new_id(), medium, part[0].start, part[-1].end, speaker, text_of(part, spaced), packed(part))


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
