"""Reader of Praat's TextGrids, long and short, in any encoding: each tier is a speaker. No torch.

A TextGrid is a series of strings in quotes, free-standing numbers and flags; everything else in it is for people.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from m2fnet_core.base.dialogue import Utterance, Word
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.wording import some
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript.base import Transcript, numbered_id
from m2fnet_core.transcript.encoding import read_text
from m2fnet_core.transcript.wording import timed

EMOTION = "emotion@"  # what the name of a tier of labels begins with; the name of a tier of utterances follows
NOBODY = "unknown"  # the tier of utterances without a speaker
WORDS = " - words"  # what the name of a tier of words ends in, as forced aligners write it
NO_TEXT = "xxx"  # transcribers' sign for what nobody wrote down; an empty text would be a pause

_HEADS = ("ooTextFile", "ooTextFile short")  # the latter of Praat before 5 and of aligners that follow it
_CHRONOLOGICAL = "Praat chronological TextGrid"
_COMMENT = re.compile(r"(?<!\S)![^\n]*")
_LANE = re.compile(r"#\d+$")  # an extra tier of a speaker who overlaps with herself
_PAUSES = frozenset(("", "#", "sil", "sp", "<sil>", "<p:>", "silent", "silence"))
_SOUNDS = re.compile(r"\b(?:phones?|phonemes?|segments?|syllables?)$", re.IGNORECASE)
_WORDS = re.compile(r"\bwords?$", re.IGNORECASE)
Interval = tuple[float, float, str]


@dataclass(frozen=True, slots=True)
class Tier:
    """An interval tier; ``intervals`` are those with a text, (start, end, text) in seconds."""

    name: str
    intervals: tuple[Interval, ...]


def read_textgrid(path: Path, media: MediaInfo | None) -> Transcript:
    """Utterances of a TextGrid, speakers from the names of its tiers, labels from tiers named ``emotion@...``.

    Tiers of sounds are left out, and tiers of words where there are others. Raises TranscriptError when the file
    cannot be read, is no TextGrid, is cut off, or holds no interval with text.
    """
    text, notices = read_text(path)
    tiers = _tiers(path, text)
    speech, others = _speech(tiers)
    words = _words_of(speech, others)
    utterances = _utterances(speech, [tier for tier in tiers if tier.name.startswith(EMOTION)], words)
    if not utterances:
        raise TranscriptError(f"{path} has no tier with utterances; pick another transcript.")
    used = {tier.name for tier in words.values()} if any(u.words for u in utterances) else set()
    if left_out := [tier.name for tier in others if tier.name not in used]:
        notices = (*notices, f"{path.name}: tiers that are no utterances left out ({some(left_out)}).")
    return Transcript(utterances, notices)


def taken_for_speech(tier: str) -> bool:
    """Whether a tier of this name is read as a speaker's whatever the other tiers are."""
    return not (tier.startswith(EMOTION) or _SOUNDS.search(tier) or _WORDS.search(tier))


def _tiers(path: Path, text: str) -> list[Tier]:
    tokens = _Tokens(text)
    try:
        kind = tokens.text()
        if kind.startswith(_CHRONOLOGICAL):
            raise TranscriptError(f"{path} is a chronological TextGrid; save it as a text file in Praat.")
        if kind not in _HEADS or tokens.text() != "TextGrid":
            raise TranscriptError(f"{path} is no TextGrid in text form; save it as a text file in Praat.")
        tokens.number(), tokens.number()  # the file's own bounds
        if tokens.flag() == "<absent>":
            return []
        found = [_tier(tokens) for _ in range(int(tokens.number()))]
    except ValueError as error:
        raise TranscriptError(f"{path} is cut off or damaged; save it again in Praat.") from error
    return [tier for tier in found if tier is not None]


def _tier(tokens: "_Tokens") -> Tier | None:
    """The next tier; None for one of points."""
    kind, name = tokens.text(), tokens.text()
    tokens.number(), tokens.number()
    count = int(tokens.number())
    if kind != "IntervalTier":
        for _ in range(count):
            tokens.number(), tokens.text()
        return None
    intervals = ((tokens.number(), tokens.number(), tokens.text()) for _ in range(count))
    return Tier(name, tuple(interval for interval in intervals if interval[2].strip().lower() not in _PAUSES))


class _Tokens:
    """What counts in a TextGrid, one by one. Each method raises ValueError where something else comes, or nothing."""

    def __init__(self, text: str) -> None:
        self._coming = _tokens(text)

    def text(self) -> str:
        return self._next("text")

    def number(self) -> float:
        return float(self._next("number"))

    def flag(self) -> str:
        return self._next("flag")

    def _next(self, kind: str) -> str:
        found, value = next(self._coming, ("", ""))
        if found != kind:
            raise ValueError(f"a {kind} is missing")
        return value


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kind and value. Cutting at the quotes first is several times faster than a pattern for everything."""
    parts = iter(text.split('"'))
    yield from _free_standing(next(parts))
    for quoted in parts:
        between = next(parts, None)
        while between == "" and (more := next(parts, None)) is not None:  # a doubled quote is one of the text
            quoted += f'"{more}'
            between = next(parts, None)
        if between is None:
            return  # the last quote is never closed
        yield "text", quoted
        yield from _free_standing(between)


def _free_standing(outside: str) -> Iterator[tuple[str, str]]:
    for word in (_COMMENT.sub("", outside) if "!" in outside else outside).split():
        if word[0] in "0123456789+-" and _is_number(word):
            yield "number", word
        elif word in ("<exists>", "<absent>"):
            yield "flag", word


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _speech(tiers: Sequence[Tier]) -> tuple[list[Tier], list[Tier]]:
    """Tiers that hold utterances, and those that hold something else."""
    named = [tier for tier in tiers if not tier.name.startswith(EMOTION)]
    whole = [tier for tier in named if not _SOUNDS.search(tier.name)]
    turns = [tier for tier in whole if not _WORDS.search(tier.name)] or whole
    return turns, [tier for tier in named if tier not in turns and tier.intervals]


def _words_of(speech: Sequence[Tier], others: Sequence[Tier]) -> Mapping[str, Tier]:
    """The tier of words of each tier of utterances, by the latter's name."""
    named = {tier.name: tier for tier in others if _WORDS.search(tier.name)}
    if len(speech) == len(named) == 1:
        return {speech[0].name: next(iter(named.values()))}
    return {tier.name: named[tier.name + WORDS] for tier in speech if tier.name + WORDS in named}


def _spoken(span: tuple[float, float], text: str | None, tier: Tier | None) -> tuple[Word, ...]:
    """The words of an utterance with their times, where a tier has the same words inside it."""
    if tier is None:
        return ()
    first = max(bisect_left(tier.intervals, (span[0],)) - 1, 0)
    after = bisect_left(tier.intervals, (span[1],))
    inside = [Word(said, start, end) for start, end, said in tier.intervals[first:after]]
    return timed(text, [word for word in inside if span[0] <= (word.start + word.end) / 2 < span[1]])


def _utterances(speech: Sequence[Tier], emotions: Sequence[Tier], words: Mapping[str, Tier]) -> tuple[Utterance, ...]:
    names = {tier.name for tier in speech}
    labels = {tier.name.removeprefix(EMOTION): {i[:2]: i[2] for i in tier.intervals} for tier in emotions}
    rows = sorted(
        ((*interval[:2], tier.name, _words(interval[2])) for tier in speech for interval in tier.intervals),
        key=lambda row: row[:2],
    )
    return tuple(
        Utterance(
            numbered_id(i),
            start,
            end,
            _speaker(tier, names),
            text,
            labels.get(tier, {}).get((start, end)),
            words=_spoken((start, end), text, words.get(tier)),
        )
        for i, (start, end, tier, text) in enumerate(rows)
    )


def _speaker(tier: str, names: set[str]) -> str:
    base = _LANE.sub("", tier)
    name = base if base in names else tier
    return "" if name == NOBODY else name


def _words(text: str) -> str | None:
    said = " ".join(text.split())
    return None if said == NO_TEXT else said
