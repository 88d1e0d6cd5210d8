"""Fit the utterances of any transcript to the file they are said to belong to. No torch."""

from collections.abc import Sequence
from dataclasses import replace

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.wording import count, some
from m2fnet_core.transcript.base import Transcript

SHORTEST = 0.025  # seconds: one window of the mel spectrogram (m2fnet section 1); less has no sound to look at


def clean(utterances: Sequence[Utterance], duration: float, source: str = "The transcript") -> Transcript:
    """Utterances in order of their start, inside 0…``duration`` seconds; each kind of repair is one notice.

    Left out: utterances that end before they start, that are empty (shorter than `SHORTEST`), that lie outside the
    media, and exact repetitions. Shortened: those that reach beyond the media, and a turn that runs into the next one
    of the same named speaker. Overlapping turns of different or unknown speakers are how people talk: they stay.
    Utterances with a clip of their own (MELD) keep their order and are not compared with ``duration``. Ids stay.
    ``source`` names the transcript in messages. Raises TranscriptError when no usable utterance is left.
    """
    notices: list[str] = []
    kept = _drop_backward(utterances, notices)
    kept = _fit(kept, duration, source, notices)
    kept = _drop_empty(kept, notices)
    if not kept:
        raise TranscriptError(f"{source} holds no usable utterance: {' '.join(notices)}")
    if all(utterance.media is None for utterance in kept):
        kept = _trim_overlaps(_once(_ordered(kept, notices), notices), notices)
    return Transcript(tuple(kept), tuple(notices))


def _drop_backward(utterances: Sequence[Utterance], notices: list[str]) -> list[Utterance]:
    backward = [utterance.id for utterance in utterances if utterance.duration < 0]
    _note(notices, backward, "ended before it started and was left out", "ended before they started and were left out")
    return [utterance for utterance in utterances if utterance.duration >= 0]


def _fit(utterances: Sequence[Utterance], duration: float, source: str, notices: list[str]) -> list[Utterance]:
    """Drop what lies outside the media, shorten what reaches beyond it, and say when it looks like another file's."""
    outside = [u.id for u in utterances if u.media is None and (u.start >= duration or u.end < 0)]
    if outside and len(outside) == len(utterances):
        raise TranscriptError(
            f"{source} does not belong to this file: none of its utterances lies within its {duration:.1f} s; "
            "pick another transcript."
        )
    _note(notices, outside, "lay outside the file and was left out", "lay outside the file and were left out")
    if len(outside) > len(utterances) / 2:
        notices.append(f"{source}: most utterances lie outside this file; it may be the transcript of another one.")
    gone = set(outside)
    kept = [utterance for utterance in utterances if utterance.id not in gone]
    reaching = [u.id for u in kept if u.media is None and (u.start < 0 or u.end > duration)]
    _note(notices, reaching, "reached beyond the file and was shortened", "reached beyond the file and were shortened")
    beyond = set(reaching)
    return [replace(u, start=max(0.0, u.start), end=min(duration, u.end)) if u.id in beyond else u for u in kept]


def _drop_empty(utterances: Sequence[Utterance], notices: list[str]) -> list[Utterance]:
    empty = [utterance.id for utterance in utterances if utterance.duration < SHORTEST]
    _note(notices, empty, "had no length and was left out", "had no length and were left out")
    return [utterance for utterance in utterances if utterance.duration >= SHORTEST]


def _ordered(utterances: Sequence[Utterance], notices: list[str]) -> list[Utterance]:
    ordered = sorted(utterances, key=lambda utterance: utterance.start)
    moved = [new.id for old, new in zip(utterances, ordered, strict=True) if old.id != new.id]
    if moved:
        notices.append("Utterances were not in order of time and were sorted.")
    return ordered


def _once(utterances: Sequence[Utterance], notices: list[str]) -> list[Utterance]:
    seen: dict[tuple[float, float, str, str | None], Utterance] = {}
    for utterance in utterances:
        seen.setdefault((utterance.start, utterance.end, utterance.speaker, utterance.text), utterance)
    kept = {utterance.id for utterance in seen.values()}
    repeated = [utterance.id for utterance in utterances if utterance.id not in kept]
    _note(notices, repeated, "repeated another one and was left out", "repeated others and were left out")
    return list(seen.values())


def _trim_overlaps(utterances: Sequence[Utterance], notices: list[str]) -> list[Utterance]:
    """End a named speaker's turn where the same speaker's next one starts, if anything of it is then left."""
    trimmed, latest, kept = list[str](), dict[str, int](), list(utterances)
    for at, utterance in enumerate(kept):
        before = kept[latest[utterance.speaker]] if utterance.speaker in latest else None
        if before is not None and before.end > utterance.start >= before.start + SHORTEST:
            kept[latest[utterance.speaker]] = replace(before, end=utterance.start)
            trimmed.append(before.id)
        if utterance.speaker:
            latest[utterance.speaker] = at
    one = "ran into the same speaker's next one and was shortened"
    _note(notices, trimmed, one, one.replace("was", "were"))
    return kept


def _note(notices: list[str], ids: Sequence[str], one: str, many: str) -> None:
    if ids:
        notices.append(f"{count(len(ids), 'utterance')} {one if len(ids) == 1 else many} ({some(ids)}).")
