"""Speakers are told apart by their voices alone."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import Cancelled, CheckpointError
from m2fnet_core.base.folders import resource
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from m2fnet_core.people import voices
from m2fnet_core.people.voices import grouped, load_voices, name_speakers, voice_vector
from m2fnet_core.transcript import read_transcript
from tests.media_maker import Picture, write_media

DEMO = resource("demo", "conversation.mp4")


@pytest.fixture(scope="module")
def demo() -> MediaInfo:
    return probe(DEMO)


@pytest.fixture(scope="module")
def written(demo: MediaInfo) -> tuple[Utterance, ...]:
    """The demo's first four utterances: Nora and June in turn."""
    return read_transcript(DEMO.with_suffix(".srt"), demo).utterances[:4]


def nameless(utterances: Sequence[Utterance]) -> list[Utterance]:
    return [replace(utterance, speaker="") for utterance in utterances]


def test_two_voices_are_two_speakers_in_the_order_they_are_heard(
    demo: MediaInfo, written: tuple[Utterance, ...]
) -> None:
    found = name_speakers(demo, nameless(written), 2)
    assert [u.speaker for u in written] == ["Nora", "June", "Nora", "June"]
    assert [u.speaker for u in found] == ["Speaker 1", "Speaker 2", "Speaker 1", "Speaker 2"]


def test_a_speaker_that_has_a_name_keeps_it(demo: MediaInfo, written: tuple[Utterance, ...]) -> None:
    found = name_speakers(demo, [written[0], *nameless(written[1:2])], 1)
    assert [u.speaker for u in found] == ["Nora", "Speaker 1"]


def test_it_can_be_cancelled_and_a_silent_picture_has_no_speakers(
    demo: MediaInfo, written: tuple[Utterance, ...], tmp_path: Path
) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        name_speakers(demo, nameless(written), cancel=cancel)
    mute = probe(write_media(tmp_path / "mute.mp4", Picture(), None))
    assert name_speakers(mute, [Utterance("a", 0.0, 0.5)])[0].speaker == ""


@pytest.mark.parametrize("seconds", [0.0, 0.2, 4.0])
def test_any_length_gives_a_vector_of_length_one(seconds: float) -> None:
    sound = np.random.default_rng(0).standard_normal(round(seconds * 16000)).astype(np.float32) * 0.1
    vector = voice_vector(load_voices(), sound)
    assert vector.shape == (192,)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)


def made(groups: Sequence[int], spread: float = 0.02) -> np.ndarray:
    rng = np.random.default_rng(0)
    centres = np.linalg.qr(rng.standard_normal((192, 20)))[0].T
    vectors = centres[list(groups)] + spread * rng.standard_normal((len(groups), 192))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def same(found: np.ndarray, meant: Sequence[int]) -> bool:
    return bool(((found[:, None] == found) == (np.array(meant)[:, None] == np.array(meant))).all())


def test_the_number_of_speakers_is_found_out_from_one_to_twelve() -> None:
    for number in (1, 2, 12):
        meant = [place % number for place in range(36)]
        assert same(grouped(made(meant), np.full(36, 2.0)), meant)


def test_short_utterances_join_and_do_not_found(written: tuple[Utterance, ...]) -> None:
    meant = [0, 1, 0, 1, 0]
    lengths = np.array([2.0, 2.0, 2.0, 2.0, 0.3])
    assert same(grouped(made(meant), lengths), meant)
    assert len(set(grouped(made([0, 1, 2]), np.array([2.0, 2.0, 0.3])))) == 2
    assert grouped(made([0]), np.array([0.3])).tolist() == [0]
    assert len(set(grouped(made(meant), lengths, 3))) == 3


def test_weights_of_another_kind_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(voices, "resource", lambda *_: tmp_path / "none.safetensors")
    with pytest.raises(CheckpointError, match=r"none\.safetensors is missing"):
        load_voices()
