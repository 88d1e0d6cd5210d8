"""Recognition runs with a model folder made here: its words mean nothing, the way through is the real one."""

import json
from pathlib import Path

import pytest
import torch
from transformers import (
    Wav2Vec2Config,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForCTC,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizer,
)

from m2fnet_core.base.errors import Cancelled, DeviceError, MediaError, TranscriptError
from m2fnet_core.base.events import Event, Progress
from m2fnet_core.base.folders import resource
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import read_sound
from m2fnet_core.transcript.speech import detect_speech
from m2fnet_core.transcript.transcribe import transcribe
from tests.media_maker import Picture, Sound, write_media


@pytest.fixture(scope="module")
def ctc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Wav2Vec2 with a handful of random weights."""
    folder = tmp_path_factory.mktemp("ctc")
    signs = ["<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefgh"]
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({sign: place for place, sign in enumerate(signs)}))
    Wav2Vec2CTCTokenizer(str(vocabulary)).save_pretrained(folder)
    Wav2Vec2FeatureExtractor().save_pretrained(folder)
    torch.manual_seed(0)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    ears = {"conv_dim": (8, 8), "conv_stride": (16, 20), "conv_kernel": (32, 20), "num_feat_extract_layers": 2}
    place = {"num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2, "mask_time_prob": 0.0}
    Wav2Vec2ForCTC(Wav2Vec2Config(vocab_size=len(signs), **size, **ears, **place)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Whisper with a handful of random weights and a vocabulary of bytes."""
    folder = tmp_path_factory.mktemp("whisper")
    special = ["endoftext", "startoftranscript", "en", "transcribe", "translate", "notimestamps"]
    signs = [*"abcdefghijklmnopqrstuvwxyz", "Ġ", *(f"<|{word}|>" for word in special)]
    tokenizer = WhisperTokenizer(vocab={sign: place for place, sign in enumerate(signs)}, merges=[])
    tokenizer.save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=8).save_pretrained(folder)
    torch.manual_seed(0)
    layers = {"encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
    width = {"d_model": 16, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "num_mel_bins": 8}
    end, start = signs.index("<|endoftext|>"), signs.index("<|startoftranscript|>")
    marks = {"bos_token_id": end, "eos_token_id": end, "pad_token_id": end, "decoder_start_token_id": start}
    limits = {"max_source_positions": 1500, "max_target_positions": 64}
    model = WhisperForConditionalGeneration(
        WhisperConfig(vocab_size=len(signs), begin_suppress_tokens=None, **layers, **width, **marks, **limits)
    )
    model.generation_config.max_length = 24
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> MediaInfo:
    """The first seconds of the demo's sound."""
    info = probe(resource("demo", "conversation.mp4"))
    sound = Sound(rate=16000, layout="mono", samples=read_sound(info, 0.0, 11.0))
    return probe(write_media(tmp_path_factory.mktemp("talk") / "talk.wav", None, sound))


def test_every_turn_of_speech_gets_words(ctc: Path, talk: MediaInfo) -> None:
    events: list[Event] = []
    read = transcribe(talk, str(ctc), "cpu", events.append)
    heard = detect_speech(talk).utterances
    assert [(u.id, u.start, u.end, u.speaker) for u in read.utterances] == [(u.id, u.start, u.end, "") for u in heard]
    assert all(u.text for u in read.utterances)
    assert [event.done for event in events if isinstance(event, Progress) and event.stage == "Transcribing"] == list(
        range(1, len(heard) + 1)
    )
    assert transcribe(talk, str(ctc), "cpu") == read


def test_whisper_models_run_too(whisper: Path, talk: MediaInfo) -> None:
    read = transcribe(talk, str(whisper), "cpu")
    assert [(u.start, u.end) for u in read.utterances] == [(u.start, u.end) for u in detect_speech(talk).utterances]


def test_a_model_that_is_not_here_says_how_to_get_it(talk: MediaInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")  # nothing is fetched unasked even when it could be
    with pytest.raises(TranscriptError, match=r"openai/whisper-none is not on this machine; .*'hf download openai/"):
        transcribe(talk, "openai/whisper-none", "cpu")
    with pytest.raises(TranscriptError, match=r"There is no folder /no/such/folder;"):
        transcribe(talk, "/no/such/folder", "cpu")


@pytest.mark.parametrize("spoil", ["model.safetensors", "config.json", "vocab.json", "preprocessor_config.json"])
def test_half_a_model_is_refused(ctc: Path, talk: MediaInfo, tmp_path: Path, spoil: str) -> None:
    for file in ctc.iterdir():
        if file.name != spoil:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(TranscriptError, match="holds no speech recognition model that can be used"):
        transcribe(talk, str(tmp_path), "cpu")


def test_damaged_weights_are_refused(ctc: Path, talk: MediaInfo, tmp_path: Path) -> None:
    for file in ctc.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(TranscriptError, match="holds no speech recognition model that can be used"):
        transcribe(talk, str(tmp_path), "cpu")


def test_silence_and_silent_pictures_and_devices_that_are_not_there(ctc: Path, talk: MediaInfo, tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"tone\.wav holds no speech that could be heard"):
        transcribe(probe(write_media(tmp_path / "tone.wav", None, Sound())), str(ctc), "cpu")
    with pytest.raises(MediaError, match="has no sound"):
        transcribe(probe(write_media(tmp_path / "mute.mp4", Picture(), None)), str(ctc), "cpu")
    with pytest.raises(DeviceError):
        transcribe(talk, str(ctc), "cuda:7")


def test_transcribing_can_be_cancelled(ctc: Path, talk: MediaInfo) -> None:
    cancel = CancelToken()

    def stop(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == "Transcribing":
            cancel.cancel()

    with pytest.raises(Cancelled):
        transcribe(talk, str(ctc), "cpu", stop, cancel)
