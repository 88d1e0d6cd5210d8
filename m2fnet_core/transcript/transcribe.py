"""Words with times for the speech of a file, by Whisper (faster-whisper); never run unasked (torch)."""

import logging
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from m2fnet_core.base.devices import choose_device
from m2fnet_core.base.dialogue import Utterance, Word
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.events import Hook, Progress, ignore
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.base.wording import count
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.sound import read_sound
from m2fnet_core.transcript.base import Transcript, numbered_id
from m2fnet_core.transcript.recogniser import find_recogniser
from m2fnet_core.transcript.speech import Span, speech_spans, without_speech
from m2fnet_core.transcript.wording import UNSPACED, uttered

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

Sound = NDArray[np.float32]

_log = logging.getLogger(__name__)
_WINDOW = 28.0  # seconds given to the model at once; it looks at 30
_EAR = 60.0  # seconds of speech by which the language is told
_SURE = 0.5  # probability of a language below which a person should look
_OUTSIDE = 0.3  # seconds that a word may lie beside detected speech; further off it is invented


def transcribe(
    info: MediaInfo,
    recogniser: str,
    device: str = "auto",
    hook: Hook = ignore,
    cancel: CancelToken | None = None,
) -> Transcript:
    """Utterances of at most 15 s with their words and the words' times (seconds of media time).

    ``recogniser`` is "base" (the program's own), a folder with a Whisper model in CTranslate2's form, or the id of one
    that is on this machine. Only speech (`speech.speech_spans`) is listened to, so that silence, noise and music give
    no words; speech in which none was recognised is an utterance without text. A file without speech is divided as
    `speech.detect_speech` does. Memory does not grow with the length of the file. Raises TranscriptError when the model
    cannot be used; MediaError when the file went away; DeviceError; Cancelled between stretches of half a minute.
    """
    cancel = cancel or CancelToken()
    folder, where = find_recogniser(recogniser), choose_device(device)
    spans = speech_spans(info, cancel, hook) if info.audio is not None else []
    if not spans:
        return without_speech(info)
    hook(Progress("Loading the speech recogniser", 0, 1))
    model = _loaded(str(folder), where, recogniser)
    windows = list(_windows(spans))
    language, sure = _language(info, model, windows)
    words = _words(info, model, windows, language, hook, cancel)
    return _transcript(info, words, spans, language, sure)


def _loaded(folder: str, device: torch.device, recogniser: str) -> "WhisperModel":
    try:
        from faster_whisper import WhisperModel  # here: a second that nobody else pays
    except ImportError as error:
        raise TranscriptError(
            "Speech recognition is not installed; run make again, or pip install 'm2fnet-studio[speech]'."
        ) from error
    kind = "cuda" if device.type == "cuda" else "cpu"  # the library knows no other
    number = 8 if kind == "cpu" else 16
    try:
        return WhisperModel(
            folder,
            device=kind,
            device_index=device.index or 0,
            compute_type="int8" if number == 8 else "float16",
            cpu_threads=torch.get_num_threads(),
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError, KeyError, TypeError) as error:
        _log.info("%s: %s", folder, error)
        raise TranscriptError(
            f"The speech recognition model {recogniser} cannot be loaded; it needs a Whisper model in CTranslate2's "
            "form, such as Systran/faster-whisper-small."
        ) from error


def _windows(spans: Sequence[Span]) -> Iterator[Span]:
    """Successive turns together, as far as the model looks at once."""
    start, end = spans[0]
    for first, last in spans[1:]:
        if last - start > _WINDOW:
            yield start, end
            start = first
        end = last
    yield start, end


def _language(info: MediaInfo, model: "WhisperModel", windows: Sequence[Span]) -> tuple[str, float]:
    """Its code and its probability, by the first minute of speech. A model of one language knows no other."""
    if not model.model.is_multilingual:
        return "en", 1.0
    heard, seconds = [], 0.0
    for window in windows:
        if seconds >= _EAR:
            break
        heard.append(read_sound(info, *window))
        seconds += window[1] - window[0]
    language, sure, _ = model.detect_language(np.concatenate(heard), language_detection_segments=2)
    return language, float(sure)


def _words(
    info: MediaInfo,
    model: "WhisperModel",
    windows: Sequence[Span],
    language: str,
    hook: Hook,
    cancel: CancelToken,
) -> list[Word]:
    whole = round(sum(end - start for start, end in windows))
    pace, done, found = Pace(whole), 0.0, list[Word]()
    hook(Progress("Recognising words", 0, whole))
    for start, end in windows:
        cancel.check()
        segments, _ = model.transcribe(
            read_sound(info, start, end),
            language=language,
            word_timestamps=True,
            condition_on_previous_text=False,  # a mistake would be repeated to the end
        )
        for segment in segments:
            cancel.check()
            found += _joined(segment.words or (), start, end, language)
        done += end - start
        hook(Progress("Recognising words", round(done), whole, pace.seconds_left(round(done))))
    return found


def _joined(tokens: Sequence[Any], offset: float, end: float, language: str) -> list[Word]:
    """Words of a segment at their place in the file; where words are written apart, a token without space goes on."""
    words: list[Word] = []
    for token in tokens:
        text, last = token.word.strip(), words[-1] if words else None
        if not text:
            continue
        goes_on = last is not None and not token.word.startswith(" ") and language not in UNSPACED
        until = min(offset + float(token.end), end)
        if goes_on and last is not None:
            sure = min(last.probability, float(token.probability))
            words[-1] = Word(last.text + text, last.start, max(until, last.end), sure)
        else:
            begin = min(offset + float(token.start), until)
            words.append(Word(text, begin, until, float(token.probability)))
    return words


def _transcript(
    info: MediaInfo, words: Sequence[Word], spans: Sequence[Span], language: str, sure: float
) -> Transcript:
    heard = [word for word in words if _overlap((word.start - _OUTSIDE, word.end + _OUTSIDE), spans)]
    said = uttered(heard, language, info.duration)
    covered = [(utterance.start, utterance.end) for utterance in said]
    silent = [Utterance("", *span) for span in spans if not _overlap(span, covered)]
    both = sorted((*said, *silent), key=lambda utterance: utterance.start)
    utterances = tuple(
        Utterance(numbered_id(n), u.start, u.end, text=u.text, words=u.words) for n, u in enumerate(both)
    )
    return Transcript(utterances, tuple(_notices(language, sure, len(silent))))


def _overlap(span: Span, others: Sequence[Span]) -> bool:
    """Whether it shares time with one of the others, which are in order and apart."""
    first = bisect_right(others, span[0], key=lambda other: other[1])
    return first < len(others) and others[first][0] < span[1]


def _notices(language: str, sure: float, silent: int) -> Iterator[str]:
    certain = "" if sure >= _SURE else ", which is not sure; choose a larger model if it is another one"
    yield f"The words were recognised by a model, as {name_of(language)} ({sure:.0%}){certain}."
    if silent:
        yield f"No words were recognised in {count(silent, 'utterance')}."


def name_of(language: str) -> str:
    """English name of a language's code."""
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    return str(LANGUAGES.get(language, language)).title()
