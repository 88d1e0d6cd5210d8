"""Utterances without text, from the sound alone, where there is no transcript (torch)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.events import Hook, Progress, ignore
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.sound import iter_sound
from m2fnet_core.transcript.base import Transcript, numbered_id
from m2fnet_core.transcript.voice import FRAME, RATE, speech_probabilities

Span = tuple[float, float]  # seconds of media time

_STEP = FRAME / RATE  # seconds of one probability
_BLOCK = 960 * _STEP  # seconds of sound held at once
_ON, _OFF = 0.5, 0.35  # silero-vad's own: speech begins at or above the one and ends below the other
# Decisions: a turn may hold pauses this long; shorter voiced sounds are clicks; a turn gets this much air on each side.
_PAUSE, _CLICK, _AIR = 0.25, 0.1, 0.1
_LONG = 6.0  # seconds from which a turn is cut at a shorter pause too; MELD's longest tenth begins there
SHORTEST, LONGEST = 0.3, 15.0  # seconds of an utterance
_PIECE = 5.0  # seconds of the pieces of a file without speech
_SMOOTH, _QUIET = 3, 0.4  # frames over which a pause is sought, and one minus their mean probability there


def detect_speech(info: MediaInfo, cancel: CancelToken | None = None, hook: Hook = ignore) -> Transcript:
    """Turns of speech of 0.3 to 15 s, text None, speaker unknown (""), ids by position.

    A file without sound or speech is divided into pieces of equal length instead, and a notice says so: its pictures
    can still be looked at. Memory does not grow with the length of the file but for four bytes every 32 ms. Raises
    MediaError when the file went away, Cancelled between blocks of half a minute.
    """
    spans = speech_spans(info, cancel, hook) if info.audio is not None else []
    return _numbered(spans) if spans else without_speech(info)


def without_speech(info: MediaInfo) -> Transcript:
    """A file in which nobody speaks, in pieces of equal length; a notice says so."""
    why = "has no sound" if info.audio is None else "holds no speech that could be heard"
    pieces = even_pieces(info.duration)
    seconds = pieces[0][1] - pieces[0][0]
    return _numbered(pieces, f"{info.path.name} {why}: it is divided into pieces of {seconds:.3g} s.")


def speech_spans(info: MediaInfo, cancel: CancelToken | None = None, hook: Hook = ignore) -> list[Span]:
    """Where somebody speaks, in order, not overlapping, 0.3 to 15 s each. Raises as `detect_speech` does."""
    pace, done, heard = Pace(round(info.duration)), 0.0, list[NDArray[np.float32]]()
    for probabilities in speech_probabilities(_watched(info, cancel or CancelToken())):
        heard.append(probabilities)
        done = min(info.duration, done + len(probabilities) * _STEP)
        hook(Progress("Listening for speech", round(done), pace.of, pace.seconds_left(round(done))))
    return spans_of(np.concatenate(heard), info.duration) if heard else []


def _watched(info: MediaInfo, cancel: CancelToken) -> Iterator[NDArray[np.float32]]:
    for _, block in iter_sound(info, _BLOCK):
        cancel.check()
        yield block


def spans_of(probabilities: NDArray[np.float32], duration: float) -> list[Span]:
    """Turns from the probabilities of speech of each 32 ms; ``duration`` seconds is where the file ends."""
    turns = _joined([turn for turn in _voiced(probabilities) if turn[1] - turn[0] >= _CLICK])
    aired = [(max(0.0, start - _AIR), min(duration, end + _AIR)) for start, end in turns]
    return [part for span in aired if span[1] - span[0] >= SHORTEST for part in _split(span, _quietness(probabilities))]


def _voiced(probabilities: NDArray[np.float32]) -> list[Span]:
    """Spans from a frame at or above `_ON` to the next one below `_OFF`."""
    decided = np.where(probabilities >= _ON, 1, np.where(probabilities < _OFF, 0, -1))
    latest = np.maximum.accumulate(np.where(decided >= 0, np.arange(len(decided)), 0))  # undecided: as before
    speaking = np.concatenate(([0], (decided[latest] == 1).astype(np.int8), [0]))
    edges = np.flatnonzero(np.diff(speaking)) * _STEP
    return [(float(start), float(end)) for start, end in edges.reshape(-1, 2)]


def _joined(turns: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in turns:
        if joined and start - joined[-1][1] < _PAUSE:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _quietness(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.convolve(1.0 - probabilities, np.full(_SMOOTH, 1 / _SMOOTH), mode="same")


def _split(span: Span, quietness: NDArray[np.float64]) -> list[Span]:
    """Cut a long span at the quietest place of its middle half, again and again; a too long one even in speech."""
    start, end = span
    if end - start <= _LONG:
        return [span]
    first, last = round((start + (end - start) / 4) / _STEP), round((end - (end - start) / 4) / _STEP)
    place = first + int(np.argmax(quietness[first:last]))
    if end - start <= LONGEST and quietness[place] < _QUIET:
        return [span]
    cut = (place + 0.5) * _STEP
    return _split((start, cut), quietness) + _split((cut, end), quietness)


def even_pieces(duration: float) -> list[Span]:
    """The whole file in equal pieces of about five seconds."""
    edges = np.linspace(0.0, duration, max(1, round(duration / _PIECE)) + 1)
    return [(float(start), float(end)) for start, end in pairwise(edges)]


def _numbered(spans: Sequence[Span], *notices: str) -> Transcript:
    return Transcript(tuple(Utterance(numbered_id(n), start, end) for n, (start, end) in enumerate(spans)), notices)
