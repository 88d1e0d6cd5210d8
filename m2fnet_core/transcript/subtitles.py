"""Readers of SRT and WebVTT files. No torch."""

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript.base import Transcript
from m2fnet_core.transcript.cues import timed_cues, utterances_of
from m2fnet_core.transcript.encoding import read_text
from m2fnet_core.transcript.labels import KNOWN, cut_label

# A block of its own, behind a blank line: the same words inside a cue are said.
_NO_SPEECH = re.compile(
    r"(?:\A|(?<=\n\n))(?:NOTE(?=\s|\Z)|(?:STYLE|REGION)[ \t]*(?=\n|\Z))(?!.*-->).*(?:\n(?!.*-->).*\S.*)*"
)


def read_srt(path: Path, media: MediaInfo | None, labels: Collection[str] = KNOWN) -> Transcript:
    """Utterances of an SRT file (see `cues.timed_cues` for what may be broken in it).

    One of ``labels`` in brackets behind a text, as exports write it, is the utterance's label and not spoken.
    Raises TranscriptError when the file cannot be read or holds no cue with text.
    """
    text, notices = read_text(path)
    return _read(path, text, notices, labels)


def read_vtt(path: Path, media: MediaInfo | None, labels: Collection[str] = KNOWN) -> Transcript:
    """Utterances of a WebVTT file, speakers from ``<v Name>`` or ``Name:``; comments and styles are left out.

    ``labels``: as in `read_srt`.
    Raises TranscriptError when the file cannot be read or holds no cue with text.
    """
    text, notices = read_text(path)
    return _read(path, _NO_SPEECH.sub("", text), notices, labels)


def _read(path: Path, text: str, notices: tuple[str, ...], labels: Collection[str]) -> Transcript:
    cues, unreadable = timed_cues(text)
    read = utterances_of(cues, path.name, unreadable)
    if not read.utterances:
        raise TranscriptError(
            f"{path} holds no cue with times and text (such as 00:00:01,000 --> 00:00:02,500); pick another transcript."
        )
    return Transcript(tuple(_labelled(utterance, labels) for utterance in read.utterances), notices + read.notices)


def _labelled(utterance: Utterance, labels: Collection[str]) -> Utterance:
    text, label = cut_label(utterance.text or "", labels)
    return replace(utterance, text=text, label=label)
