"""Who speaks: ``Name: text``, ``[Name] text`` and voice tags of subtitle cues. No torch.

A colon alone makes no speaker ("Note: …", "At 10:30", "Dr. Smith said: hello"). A prefix counts as a name when it is
written like one (up to five capitalised words, or ALL CAPITALS) **and** the file bears it out: it recurs, or at least
half of the cues carry such a prefix. ALL CAPITALS is subtitlers' own convention and needs no such evidence; nor does
``[Name]:``, whatever the name looks like. ``[Name]`` without a colon counts only where half of the cues begin that way,
for it mostly describes a sound ("[laughs]").
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from m2fnet_core.transcript.markup import dialogue_pieces, voices

_PREFIX = re.compile(
    r"(?:\[(?P<square>[^\[\]:]{1,40})\]\s*(?P<colon>:)?"
    r"|\((?P<round>[^()\[\]:]{1,40})\)\s*:"
    r"|\((?P<numbered>[Ss](?:peaker|PEAKER)[ _]?\d{1,3})\)\s*"  # as recognisers write them
    r"|(?P<bare>[^\W\d_][^:：\[\]()<>\"“”?!…;,]{0,39}?)"
    r"(?:\s*[\[(][^\[\]()]{0,30}[\])])?\s*(?::(?=\s|$)|：))\s*"  # an aside such as (V.O.) belongs to nobody's name
)
_SURE = re.compile(r"\[(?P<name>[^\[\]:]{1,40})\]\s*:\s*")
_WORD = re.compile(r"[^\W_][\w'’./@-]*|&|#\d+")
_PARTICLE_WORDS = "van von der den de da di du del la le bin ibn al of the and y e zu"
_COMMON_WORDS = """
note notes warning caution attention ps p.s. example translation translator translated subtitle subtitles caption
captions sync synced remember question answer quote fact update edit source title chapter part scene episode ok okay
so well yes no but look listen location date time today tip hint result conclusion summary reason problem step rule
lesson important at on in by since until from after before http https hinweis achtung remarque attenzione nota
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_NOT_NAMES = frozenset(_COMMON_WORDS.split())
_MAJORITY = 0.5
_LOWER = 3  # words of a name without capitals


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says within a cue; ``text`` may be empty."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class _Piece:
    speaker: str  # from a voice tag
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """Prefixes (case folded) that this file uses as names, with the first spelling of each."""

    spelling: dict[str, str]
    square: bool  # [Name] without a colon is a name here

    def cut(self, line: str) -> tuple[str, str] | None:
        """The speaker and the rest of a line, or None when it starts with no name."""
        if sure := _SURE.match(line):
            return " ".join(sure["name"].split()), line[sure.end() :]
        found = _candidate(line, self.square)
        if found is None or found[0].casefold() not in self.spelling:
            return None
        return self.spelling[found[0].casefold()], found[1]


def split_speakers(texts: Sequence[str]) -> list[list[Turn]]:
    """The turns of each cue of one file; all cues together decide which prefixes are names."""
    cues = [
        [_Piece(name, tuple(lines)) for name, raw in voices(text) for lines in dialogue_pieces(raw)] for text in texts
    ]
    names = _names(cues)
    return [[turn for piece in cue for turn in _turns(piece, names)] for cue in cues]


def _turns(piece: _Piece, names: _Names) -> Iterable[Turn]:
    speaker, words = piece.speaker, list[str]()
    for line in piece.lines:
        cut = None if piece.speaker else names.cut(line)
        if cut is None:
            words.append(line)
            continue
        if words:
            yield Turn(speaker, " ".join(words))
        speaker, words = cut[0], [cut[1]] if cut[1] else []
    yield Turn(speaker, " ".join(words))


def _names(cues: Sequence[Sequence[_Piece]]) -> _Names:
    """Gather the evidence of a whole file."""
    firsts = [cue[0].lines[0] for cue in cues if cue]
    squares = sum(1 for line in firsts if re.match(r"\[[^\[\]]{1,40}\]\s*\S", line))
    square = squares >= _MAJORITY * len(firsts) and squares > 0
    prefixed = sum(1 for line in firsts if _candidate(line, square))
    found = [cut[0] for cue in cues for piece in cue for line in piece.lines if (cut := _candidate(line, square))]
    counts, spelling = Counter(name.casefold() for name in found), dict[str, str]()
    usual = prefixed >= _MAJORITY * len(firsts)
    for name in found:
        if _accepted(name, counts[name.casefold()], usual):
            spelling.setdefault(name.casefold(), name)
    return _Names(spelling, square)


def _accepted(name: str, times: int, usual: bool) -> bool:
    if name.isupper() and len(name) > 1:
        return True
    if name[0].islower():  # "interviewer:", "speaker_1:"
        return usual and times > 1
    return usual or times > 1


def _candidate(line: str, square: bool) -> tuple[str, str] | None:
    """A prefix written like a name and the text after it."""
    match = _PREFIX.match(line)
    if match is None or (match["square"] and not match["colon"] and not square):
        return None
    name = " ".join((match["square"] or match["round"] or match["numbered"] or match["bare"]).split())
    return (name, line[match.end() :]) if _like_a_name(name) else None


def _like_a_name(name: str) -> bool:
    words = name.split()
    if not words or len(words) > 5 or words[0].casefold() in _NOT_NAMES:
        return False
    if not all(_WORD.fullmatch(word) and (not word.endswith(".") or len(word) <= 4) for word in words):
        return False
    if len(words) <= _LOWER and not any(word[0].isupper() for word in words):
        return True  # "anna berg:", which the file must bear out
    return len(words) == 1 or all(not w[0].islower() or (i > 0 and w in _PARTICLES) for i, w in enumerate(words))
