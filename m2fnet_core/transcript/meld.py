"""MELD's annotations (``*_sent_emo.csv``) as a transcript. No torch.

Columns: Sr No., Utterance, Speaker, Emotion, Sentiment, Dialogue_ID, Utterance_ID, Season, Episode, StartTime, EndTime.
An utterance is either a clip of its own, ``dia{D}_utt{U}.mp4`` beside the csv, or a span of one video.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.wording import count, some
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript.base import Transcript
from m2fnet_core.transcript.clock import parse_time

_COLUMNS = frozenset(("utterance", "speaker", "dialogue_id", "utterance_id"))
_CLIP = re.compile(r"dia(\d+)_utt(\d+)", re.IGNORECASE)


def is_meld(columns: Sequence[str]) -> bool:
    """Whether a table with these column names (lower case) holds MELD's annotations."""
    return _COLUMNS.issubset(columns)


def clip_name(dialogue: int, utterance: int) -> str:
    """File name of an utterance's clip as MELD distributes it."""
    return f"dia{dialogue}_utt{utterance}.mp4"


_DIGITS = 9  # of a dialogue's or an utterance's number


def meld_transcript(path: Path, rows: Sequence[Mapping[str, str]], media: MediaInfo | None) -> Transcript:
    """Utterances of MELD's ``rows`` (column names in lower case) for ``media``, by dialogue and position.

    * ``media`` is itself a clip ``dia{D}_utt{U}``: the one utterance of that name, as long as the clip.
    * ``media`` is another file: StartTime and EndTime are times inside it.
    * no ``media``: each utterance gets the clip beside ``path`` (its ``media``, times from 0); clips that are not there
      are named in one notice. With no clip at all, times are times inside one video.

    Raises TranscriptError when no row is usable.
    """
    found, broken = _utterances(rows)
    notices = [f"{path.name}: {count(broken, 'row')} without readable numbers and times left out."] if broken else []
    if not found:
        raise TranscriptError(f"{path} has no row with readable numbers and times; pick another transcript.")
    if media is None:
        found, missing = _with_clips(path.parent, found)
        notices += missing
    elif clip := _CLIP.fullmatch(media.path.stem):
        found = [_whole_clip(path, found, f"dia{int(clip[1])}_utt{int(clip[2])}", media.duration)]
    return Transcript(tuple(found), tuple(notices))


def _utterances(rows: Sequence[Mapping[str, str]]) -> tuple[list[Utterance], int]:
    """Utterances with times as written, ids like their clips, in order; and how many rows are unusable."""
    found: dict[tuple[int, int], Utterance] = {}
    for row in rows:
        numbers = row.get("dialogue_id", ""), row.get("utterance_id", "")
        start, end = parse_time(row.get("starttime", "")), parse_time(row.get("endtime", ""))
        if start is None or end is None or not all(number.isdecimal() and len(number) <= _DIGITS for number in numbers):
            continue
        key = int(numbers[0]), int(numbers[1])
        said = " ".join(row.get("utterance", "").split()) or None
        name = clip_name(*key).removesuffix(".mp4")
        found.setdefault(key, Utterance(name, start, end, row.get("speaker", ""), said, row.get("emotion") or None))
    return [found[key] for key in sorted(found)], len(rows) - len(found)


def _with_clips(folder: Path, found: Sequence[Utterance]) -> tuple[list[Utterance], list[str]]:
    clips = {utterance.id: folder / f"{utterance.id}.mp4" for utterance in found}
    missing = [f"{name}.mp4" for name, clip in clips.items() if not clip.is_file()]
    if len(missing) == len(found):
        return list(found), []
    gone = f"{count(len(missing), 'clip')} of {len(found)} missing beside the csv ({some(missing)}): text only there."
    return [
        replace(utterance, start=0.0, end=utterance.duration, media=clips[utterance.id])
        if clips[utterance.id].is_file()
        else utterance
        for utterance in found
    ], [gone] if missing else []


def _whole_clip(path: Path, found: Sequence[Utterance], name: str, duration: float) -> Utterance:
    for utterance in found:
        if utterance.id == name:
            return replace(utterance, start=0.0, end=duration)
    raise TranscriptError(f"{path} has no utterance {name}; pick the csv of the split that this clip belongs to.")
