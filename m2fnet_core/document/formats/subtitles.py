"""SRT and WebVTT: who says what, with the emotion in brackets behind it (``Ann: You came! [joy]``)."""

from collections.abc import Callable, Sequence
from pathlib import Path

from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.document.content import Medium
from m2fnet_core.document.formats.base import Found, Row, Sheet, Written, one_line, refuse_names, word_spans
from m2fnet_core.document.formats.transcripts import found_in, media_info
from m2fnet_core.transcript.clock import clock
from m2fnet_core.transcript.labels import KNOWN, with_label
from m2fnet_core.transcript.markup import voices
from m2fnet_core.transcript.speakers import Turn, split_speakers
from m2fnet_core.transcript.subtitles import read_srt, read_vtt


def srt_text(sheet: Sheet) -> Written:
    """Numbered cues. Raises DocumentError for names that no reader could tell from the text."""
    refuse_names(sheet, "SRT", lambda name: split_speakers([f"[{name}]: x"]) == [[Turn(name, "x")]])
    said = [_said(row) for row in sheet.rows]
    named = [f"{row.speaker}: {text}" if row.speaker else text for row, text in zip(sheet.rows, said, strict=True)]
    told = split_speakers(named)
    for i, row in enumerate(sheet.rows):
        if row.speaker and [turn.speaker for turn in told[i][:1]] != [row.speaker]:
            named[i] = f"[{row.speaker}]: {said[i]}"  # a name that a reader would not take for one by itself
    return Written(_cues(sheet.rows, named, ","))


def vtt_text(sheet: Sheet) -> Written:
    """Cues with voices. Raises DocumentError for names that WebVTT cannot hold."""
    return _vtt(sheet, lambda row: _escaped(_said(row)))


def vtt_words_text(sheet: Sheet) -> Written:
    """As `vtt_text`, with the time of each word before it, which players show word by word (karaoke)."""
    return _vtt(sheet, _word_by_word)


def read_srt_labels(path: Path, medium: Medium, label_set: LabelSet) -> Found:
    """Utterances of an SRT file and the labels behind their texts. Raises TranscriptError."""
    labels = KNOWN | frozenset(label_set.labels)
    return found_in(read_srt(path, media_info(medium), labels))


def read_vtt_labels(path: Path, medium: Medium, label_set: LabelSet) -> Found:
    """Utterances of a WebVTT file and the labels behind their texts. Raises TranscriptError."""
    labels = KNOWN | frozenset(label_set.labels)
    return found_in(read_vtt(path, media_info(medium), labels))


def _said(row: Row) -> str:
    return with_label(one_line(row.turn.text), row.label)


def _vtt(sheet: Sheet, said: Callable[[Row], str]) -> Written:
    refuse_names(sheet, "WebVTT", lambda name: voices(f"<v {_escaped(name)}>x") == [(name, "x")])
    texts = [f"<v {_escaped(row.speaker)}>{said(row)}" if row.speaker else said(row) for row in sheet.rows]
    return Written("WEBVTT\n\n" + _cues(sheet.rows, texts, "."))


def _word_by_word(row: Row) -> str:
    """What is said with times inside; without them where the words are not those of the text."""
    text, spans = one_line(row.turn.text), word_spans(row.turn)
    gap = " " if " " in text else ""
    if gap.join(word for _, _, word in spans) != text:
        return _escaped(_said(row))
    first, *rest = [_escaped(word) for _, _, word in spans] or [""]
    later = [f"<{clock(start / 1000, '.')}>{word}" for (start, _, _), word in zip(spans[1:], rest, strict=True)]
    return with_label(gap.join((first, *later)), row.label and _escaped(row.label))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cues(rows: Sequence[Row], texts: Sequence[str], point: str) -> str:
    cues = [
        f"{number}\n{clock(row.turn.start, point)} --> {clock(row.turn.end, point)}\n{text}\n"
        for number, (row, text) in enumerate(zip(rows, texts, strict=True), 1)
    ]
    return "\n".join(cues)
