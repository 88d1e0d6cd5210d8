"""Praat's TextGrid: for each speaker tiers of texts, words and emotions, and one more of each for overlaps."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.wording import count
from m2fnet_core.document.content import Medium
from m2fnet_core.document.formats.base import (
    Found,
    Row,
    Sheet,
    Written,
    lanes,
    one_line,
    refuse_names,
    speakers_of,
    word_spans,
)
from m2fnet_core.document.formats.transcripts import found_in, media_info
from m2fnet_core.transcript.textgrid import EMOTION, NO_TEXT, NOBODY, WORDS, read_textgrid, taken_for_speech

_OWN = re.compile(rf"^{EMOTION}|#\d+$|[\x00-\x08\x0a-\x1f]")
Interval = tuple[float, float, str]


def textgrid_text(sheet: Sheet) -> Written:
    """The long form. Raises DocumentError for names that mean something else as the name of a tier."""
    refuse_names(sheet, "A TextGrid", lambda name: taken_for_speech(name) and not _OWN.search(name))
    end = max([sheet.medium.duration, *(row.turn.end for row in sheet.rows)])
    tiers, notices = list[str](), list[str]()
    for speaker in speakers_of(sheet):
        rows = [row for row in sheet.rows if row.speaker == speaker]
        lane_of = lanes([(row.turn.start, row.turn.end) for row in rows])
        for lane in range(max(lane_of) + 1):
            name = (speaker or NOBODY) + (f"#{lane + 1}" if lane else "")
            tiers += _tiers(name, [row for row, at in zip(rows, lane_of, strict=True) if at == lane], end)
        if extra := sum(lane > 0 for lane in lane_of):
            notices.append(f"{count(extra, 'overlapping turn')} of {speaker or NOBODY} in extra tiers ({name}).")
    head = f'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = {end!r}\ntiers? <exists>\n'
    items = "".join(f"    item [{number}]:\n{tier}" for number, tier in enumerate(tiers, 1))
    return Written(f"{head}size = {len(tiers)}\nitem []:\n{items}", tuple(notices))


def read_textgrid_labels(path: Path, medium: Medium, label_set: LabelSet) -> Found:
    """Utterances of a TextGrid with the labels of its emotion tiers. Raises TranscriptError."""
    return found_in(read_textgrid(path, media_info(medium)))


def _tiers(name: str, rows: Sequence[Row], end: float) -> Iterable[str]:
    texts = [(row.turn.start, row.turn.end, one_line(row.turn.text) or NO_TEXT) for row in rows]
    labels = [(row.turn.start, row.turn.end, row.label) for row in rows if row.label is not None]
    words = [(start / 1000, stop / 1000, said) for row in rows for start, stop, said in word_spans(row.turn)]
    spoken = [_tier(name + WORDS, words, end)] if words else []
    return [_tier(name, texts, end), *spoken, _tier(EMOTION + name, labels, end)]


def _tier(name: str, marked: Sequence[Interval], end: float) -> str:
    intervals = list(_filled(marked, end))
    lines = [
        '        class = "IntervalTier"',
        f"        name = {_quoted(name)}",
        "        xmin = 0",
        f"        xmax = {end!r}",
        f"        intervals: size = {len(intervals)}",
    ]
    for number, (start, stop, text) in enumerate(intervals, 1):
        lines += [
            f"        intervals [{number}]:",
            f"            xmin = {start!r}",
            f"            xmax = {stop!r}",
            f"            text = {_quoted(text)}",
        ]
    return "\n".join(lines) + "\n"


def _filled(marked: Sequence[Interval], end: float) -> Iterable[Interval]:
    """Praat wants the whole time covered: empty intervals fill the gaps."""
    at = 0.0
    for start, stop, text in marked:
        if start > at:
            yield at, start, ""
        yield start, stop, text
        at = stop
    if at < end:
        yield at, end, ""


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
