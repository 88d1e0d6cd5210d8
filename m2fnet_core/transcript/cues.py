"""Timed cues of subtitle files, and the utterances in them. No torch."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.wording import count
from m2fnet_core.transcript.base import Transcript, numbered_id
from m2fnet_core.transcript.clock import parse_clock
from m2fnet_core.transcript.cue import Cue
from m2fnet_core.transcript.rolling import unrolled
from m2fnet_core.transcript.speakers import Turn, split_speakers

_START = r"(?P<start>-?\d[\d:., ]*?)"
_END = r"(?P<end>-?\d[\d:.,]*(?: \d{3}(?!\S))?)"  # "00:00:02, 500" happens
_ARROW = re.compile(rf"\s*{_START}\s*(?:[-–—]{{1,2}}>|→)\s*{_END}(?:\s.*)?")
_LONGEST = 200  # signs of a timing line, positions of WebVTT included
_NUMBER = re.compile(r"\W*\d{1,6}\w?\W*")


def timed_cues(text: str) -> tuple[list[Cue], int]:
    """Cues of SRT or WebVTT text in file order, and how many timing lines could not be read.

    Every ``time --> time`` line opens a cue that lasts to the next one, so missing numbers and blank lines do no harm.
    A line right above a timing line is the cue's number or name (not text of the cue before) where a blank line or
    nothing precedes it, or where it is a number and the file numbers its cues.
    """
    lines = text.split("\n")
    heads = [at for at, line in enumerate(lines) if _is_timing(line)]
    numbered = sum(_is_number(lines, at - 1) for at in heads) * 2 > len(heads)
    cues, unreadable = list[Cue](), 0
    for at, after in pairwise([*heads, len(lines)]):
        times = _times(lines[at])
        stop = after - 1 if after < len(lines) and _names_cue(lines, after - 1, numbered) else after
        if times is None:
            unreadable += 1
        else:
            cues.append(Cue(*times, "\n".join(lines[at + 1 : stop]).strip()))
    return cues, unreadable


def _is_timing(line: str) -> bool:
    if len(line) > _LONGEST:
        return False
    return _ARROW.fullmatch(line) is not None or ("-->" in line and any(sign.isdecimal() for sign in line))


def _times(line: str) -> tuple[float, float] | None:
    match = _ARROW.fullmatch(line)
    if match is None:
        return None
    start, end = parse_clock(match["start"]), parse_clock(match["end"])
    return None if start is None or end is None else (start, end)


def _is_number(lines: Sequence[str], at: int) -> bool:
    return at >= 0 and _NUMBER.fullmatch(lines[at]) is not None


def _names_cue(lines: Sequence[str], at: int, numbered: bool) -> bool:
    if not lines[at].strip():
        return False
    return not lines[at - 1].strip() or (numbered and _is_number(lines, at))


def utterances_of(cues: Sequence[Cue], source: str, unreadable: int = 0) -> Transcript:
    """One utterance for each speaker's turn of each cue; ``source`` names the file in the notices.

    A cue that several speakers share is divided in proportion to the lengths of their texts. Lines that rolling
    captions repeat are said once. Cues without text are left out. The transcript may come out empty: that is for the
    caller to judge.
    """
    cues, found = unrolled(cues), list[Utterance]()
    shared = silent = 0
    for cue, turns in zip(cues, split_speakers([cue.text for cue in cues]), strict=True):
        spoken = [turn for turn in turns if turn.text]
        shared += len(spoken) > 1
        silent += not spoken
        for turn, start, end in _share(cue, spoken):
            found.append(Utterance(numbered_id(len(found)), start, end, turn.speaker or cue.speaker, turn.text))
    return Transcript(tuple(found), _notices(source, unreadable, silent, shared))


def _share(cue: Cue, turns: Sequence[Turn]) -> Iterable[tuple[Turn, float, float]]:
    total, said = sum(len(turn.text) for turn in turns), 0
    for turn in turns:
        start = cue.start + (cue.end - cue.start) * said / total
        said += len(turn.text)
        yield turn, start, cue.start + (cue.end - cue.start) * said / total


def _notices(source: str, unreadable: int, silent: int, shared: int) -> tuple[str, ...]:
    notices = []
    if unreadable:
        notices.append(f"{source}: {count(unreadable, 'cue')} without readable times left out.")
    if silent:
        notices.append(f"{source}: {count(silent, 'cue')} without text left out.")
    if shared:
        notices.append(f"{source}: {count(shared, 'cue')} shared by several speakers divided by length of text.")
    return tuple(notices)
