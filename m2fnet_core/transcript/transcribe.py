"""Words for the speech of a file, by a speech recognition model that the user names; never run unasked (torch)."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError
from numpy.typing import NDArray
from safetensors import SafetensorError

from m2fnet_core.base.devices import BatchRunner, choose_device
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.events import Hook, Progress, ignore
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.base.wording import count
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.sound import read_sound
from m2fnet_core.transcript.base import Transcript, numbered_id
from m2fnet_core.transcript.speech import Span, speech_spans
from m2fnet_core.transcript.voice import RATE

if TYPE_CHECKING:
    from transformers import AutomaticSpeechRecognitionPipeline

Sound = NDArray[np.float32]

_log = logging.getLogger(__name__)
# What transformers raises for missing, damaged and misfitting files; a missing vocabulary is a TypeError.
_UNLOADABLE = (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError)
_BATCH = 8  # on cuda, of a model that pads every input to the same length by itself


def transcribe(
    info: MediaInfo,
    recogniser: str,
    device: str = "auto",
    hook: Hook = ignore,
    cancel: CancelToken | None = None,
) -> Transcript:
    """One utterance for each turn of speech (times from `speech.speech_spans`), with the words recognised in it.

    ``recogniser`` is a folder with a transformers model for automatic speech recognition (Whisper, or CTC such as
    Wav2Vec2; weights as safetensors) or the id of one. Text is None where no word was recognised. Raises
    TranscriptError when the model is not on this machine or of another kind, or nobody speaks; MediaError without
    sound; DeviceError; Cancelled between batches.
    """
    model = load_recogniser(recogniser, choose_device(device))
    spans = speech_spans(info, cancel, hook)
    if not spans:
        raise TranscriptError(f"{info.path.name} holds no speech that could be heard; add a transcript file instead.")
    texts = _recognised(info, model, spans, hook, cancel)
    silent = sum(text is None for text in texts)
    notices = (f"No words were recognised in {count(silent, 'utterance')}.",) if silent else ()
    spoken = zip(spans, texts, strict=True)
    utterances = (Utterance(numbered_id(n), *span, text=text) for n, (span, text) in enumerate(spoken))
    return Transcript(tuple(utterances), notices)


def load_recogniser(recogniser: str, device: torch.device) -> "AutomaticSpeechRecognitionPipeline":
    """The model of that folder or id on ``device``. Raises TranscriptError in one sentence that says what to do."""
    folder = _folder(recogniser)
    from transformers import pipeline  # here: many seconds that a model which is not there does not cost

    try:
        return pipeline(
            "automatic-speech-recognition", model=str(folder), device=device, model_kwargs={"use_safetensors": True}
        )
    except _UNLOADABLE as error:
        _log.info("%s: %s", recogniser, error)
        raise TranscriptError(
            f"{recogniser} holds no speech recognition model that can be used; it needs a Whisper or CTC model's "
            "config.json, model.safetensors, preprocessor_config.json and tokenizer files."
        ) from error


def _folder(recogniser: str) -> Path:
    """Where the model lies on this machine; nothing is fetched unasked."""
    if Path(recogniser).is_dir():
        return Path(recogniser)
    try:
        return Path(snapshot_download(recogniser, local_files_only=True))
    except HFValidationError as error:
        raise TranscriptError(f"There is no folder {recogniser}; name one with a speech recognition model.") from error
    except OSError as error:
        raise TranscriptError(
            f"The speech recognition model {recogniser} is not on this machine; connect to the internet and run "
            f"'hf download {recogniser}' once, or name a folder that holds such a model."
        ) from error


def _recognised(
    info: MediaInfo,
    model: "AutomaticSpeechRecognitionPipeline",
    spans: Sequence[Span],
    hook: Hook,
    cancel: CancelToken | None,
) -> list[str | None]:
    def recognise(sounds: Sequence[Sound], device: torch.device) -> list[str]:
        model.device = device  # the runner may have moved the network
        inputs = [{"raw": sound, "sampling_rate": RATE} for sound in sounds]
        return [" ".join(found["text"].split()) for found in model(inputs, batch_size=len(inputs))]

    # CTC models are not told what is padding: one turn at a time, so that neighbours do not change its words.
    together = _BATCH if model.type == "seq2seq_whisper" and model.device.type == "cuda" else 1
    runner = BatchRunner(model.model, recognise, together, hook)
    pace, texts = Pace(len(spans)), list[str | None]()
    while len(texts) < len(spans):
        sounds = [read_sound(info, *span) for span in spans[len(texts) : len(texts) + together]]
        texts += [text or None for text in runner.run(sounds, cancel)]
        hook(Progress("Transcribing", len(texts), len(spans), pace.seconds_left(len(texts))))
    return texts
