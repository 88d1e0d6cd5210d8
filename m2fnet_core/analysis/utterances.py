"""Which utterances an analysis looks at, and where they come from. torch is imported only to hear speech."""

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import CacheError, TranscriptError
from m2fnet_core.base.events import Hook
from m2fnet_core.base.json_codec import build, plain
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze
from m2fnet_core.features.store import Entry, FeatureStore, key_of
from m2fnet_core.media.content import content_hash
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.transcript import Transcript, clean, embedded, find_transcript, read_transcript

_SPEECH, _WORDS, _VOICES = "speech 1", "words 1", "voices 1"  # counted up when what they name answers differently


@dataclass(frozen=True, slots=True)
class Found:
    """Utterances in order, ``transcript`` the file they come from, ``notices`` what the user must know about them."""

    utterances: tuple[Utterance, ...]
    transcript: Path | None = None
    notices: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()  # speakers that nobody named, called by their voices


def find_utterances(request: Analyze, info: MediaInfo, hook: Hook, cancel: CancelToken) -> Found:
    """From the request, its transcript, a file beside the media, subtitles inside it, speech, in this order.

    The words of speech are written by the request's recogniser, and speakers named by voice, where it asks for that.

    Raises TranscriptError when what the request names holds no usable utterance; what was only found by itself is
    passed over with a notice. Raises MediaError when the file went away, Cancelled.
    """
    found = _found_somewhere(request, info, hook, cancel)
    given = request.utterances is not None  # whoever gives them knows who speaks, or does not want to be told
    if request.speakers is None or given or info.audio is None or all(u.speaker for u in found.utterances):
        return found
    named = _named(request, info, found.utterances, hook, cancel)
    both = zip(found.utterances, named, strict=True)
    voices = dict.fromkeys(new.speaker for old, new in both if new.speaker != old.speaker)
    return replace(found, utterances=named, voices=tuple(voices))


def _found_somewhere(request: Analyze, info: MediaInfo, hook: Hook, cancel: CancelToken) -> Found:
    if request.utterances is not None:
        return _given(request.utterances, info)
    if request.transcript is not None:
        return _read(request.transcript, info)
    notices: tuple[str, ...] = ()
    beside = find_transcript(info.path)
    if beside is not None:
        try:
            return _read(beside, info)
        except TranscriptError as error:
            notices = (f"The transcript beside {info.path.name} is not used: {error}",)
    found = _inside(info, cancel) or _found(_heard(request, info, hook, cancel))
    return Found(found.utterances, None, notices + found.notices)


def _given(utterances: tuple[Utterance, ...], info: MediaInfo) -> Found:
    if not utterances:
        raise TranscriptError(f"There is no utterance to analyse in {info.path.name}; add one.")
    twice = [name for name, times in Counter(u.id for u in utterances).items() if times > 1]
    if twice:
        raise TranscriptError(f"Several utterances of {info.path.name} are called {twice[0]}; give each its own id.")
    return _found(clean(utterances, info.duration, "The list of utterances"))


def _read(path: Path, info: MediaInfo) -> Found:
    read = read_transcript(path, info)
    fitted = clean(read.utterances, info.duration, path.name)
    return Found(fitted.utterances, path, read.notices + fitted.notices)


def _inside(info: MediaInfo, cancel: CancelToken) -> Found | None:
    read = embedded(info, cancel)
    if read is None:
        return None
    try:
        fitted = clean(read.utterances, info.duration, "The subtitle stream")
    except TranscriptError:  # nothing usable in it: the speech is still there
        return None
    return Found(fitted.utterances, None, read.notices + fitted.notices)


def _heard(request: Analyze, info: MediaInfo, hook: Hook, cancel: CancelToken) -> Transcript:
    """Speech, with its words where the request's recogniser can be used; else a notice says why it has none."""
    if not request.recogniser:
        return _remembered(request, info, _SPEECH, partial(_detect, info, hook, cancel))
    try:
        work = partial(_recognise, request, info, hook, cancel)
        return _remembered(request, info, f"{_WORDS} {request.recogniser}", work)
    except TranscriptError as error:
        found = _remembered(request, info, _SPEECH, partial(_detect, info, hook, cancel))
        return replace(found, notices=(f"The utterances have no words: {error}", *found.notices))


def _remembered(request: Analyze, info: MediaInfo, how: str, work: Callable[[], Transcript]) -> Transcript:
    """An hour of sound takes a while, and a second opening should not."""
    if not request.use_cache:
        return work()
    store, key = FeatureStore(), key_of(how, content_hash(info.path), info.path.name)
    entry = store.get(key)
    if entry is not None:
        remembered: Transcript = build(Transcript, entry.facts)
        return remembered
    heard = work()
    with contextlib.suppress(CacheError):  # the vectors, which follow, say so
        store.put(key, Entry(facts=plain(heard)))
    return heard


def _named(
    request: Analyze, info: MediaInfo, utterances: tuple[Utterance, ...], hook: Hook, cancel: CancelToken
) -> tuple[Utterance, ...]:
    from m2fnet_core.people.voices import name_speakers
    from m2fnet_core.transcript.speech import even_pieces

    if [(u.start, u.end) for u in utterances] == even_pieces(info.duration):  # nobody speaks
        return utterances
    spans = " ".join(f"{u.start:.3f}-{u.end:.3f}{u.speaker}" for u in utterances)
    work = partial(name_speakers, info, utterances, request.speakers or 0, hook, cancel)
    named = _remembered(request, info, f"{_VOICES} {request.speakers} {spans}", lambda: Transcript(work()))
    return tuple(replace(u, speaker=known.speaker) for u, known in zip(utterances, named.utterances, strict=True))


def _detect(info: MediaInfo, hook: Hook, cancel: CancelToken) -> Transcript:
    from m2fnet_core.transcript.speech import detect_speech

    return detect_speech(info, cancel, hook)


def _recognise(request: Analyze, info: MediaInfo, hook: Hook, cancel: CancelToken) -> Transcript:
    from m2fnet_core.transcript.transcribe import transcribe

    return transcribe(info, request.recogniser, request.device, hook, cancel)


def _found(transcript: Transcript) -> Found:
    return Found(transcript.utterances, None, transcript.notices)
