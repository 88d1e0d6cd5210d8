"""Speech is heard where it is, on the demo's spoken lines and on made sound."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from m2fnet_core.base.errors import Cancelled
from m2fnet_core.base.events import Event, Progress
from m2fnet_core.base.folders import resource
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import read_sound
from m2fnet_core.transcript import read_transcript
from m2fnet_core.transcript.speech import LONGEST, SHORTEST, detect_speech, spans_of
from m2fnet_core.transcript.voice import FRAME, speech_probabilities
from tests.media_maker import Picture, Sound, write_media

STEP = 0.032


@pytest.fixture(scope="module")
def demo_sound() -> NDArray[np.float32]:
    info = probe(resource("demo", "conversation.mp4"))
    return read_sound(info, 0.0, info.duration)


def test_the_demo_s_lines_are_heard() -> None:
    info = probe(resource("demo", "conversation.mp4"))
    events: list[Event] = []
    heard = detect_speech(info, hook=events.append)
    spoken = read_transcript(resource("demo", "conversation.srt")).utterances
    assert heard.notices == ()
    assert all(SHORTEST <= u.duration <= LONGEST and u.text is None and u.speaker == "" for u in heard.utterances)
    ticks = np.arange(0, info.duration, 0.01)
    truth, found = (
        np.any([(ticks >= u.start) & (ticks < u.end) for u in turns], axis=0) for turns in (spoken, heard.utterances)
    )
    assert (truth & found).sum() / truth.sum() > 0.95
    assert (truth & found).sum() / found.sum() > 0.85
    assert detect_speech(info) == heard
    assert isinstance(events[-1], Progress)
    assert events[-1].done == events[-1].of == round(info.duration)


def test_blocks_give_what_the_whole_gives(demo_sound: NDArray[np.float32]) -> None:
    (whole,) = speech_probabilities([demo_sound])
    cuts = [FRAME * 7, FRAME * 300]
    parts = np.concatenate(list(speech_probabilities(np.split(demo_sound, cuts))))
    assert whole.shape == (-(-len(demo_sound) // FRAME),)
    np.testing.assert_allclose(parts, whole, atol=1e-5)


def test_noise_and_tones_are_no_speech() -> None:
    random = np.random.default_rng(1)
    noise = 0.1 * random.standard_normal(48000).astype(np.float32)
    tone = (0.3 * np.sin(np.arange(48000) * 2 * np.pi * 440 / 16000)).astype(np.float32)
    for sound in (noise, tone, np.zeros(48000, np.float32)):
        (probabilities,) = speech_probabilities([sound])
        assert probabilities.max() < 0.2


def test_a_file_without_speech_or_sound_is_divided_evenly(tmp_path: Path) -> None:
    quiet = detect_speech(probe(write_media(tmp_path / "tone.wav", None, Sound(seconds=12.0))))
    assert [(u.start, u.end) for u in quiet.utterances] == [(0, 6), (6, 12)]
    assert quiet.notices == ("tone.wav holds no speech that could be heard: it is divided into pieces of 6 s.",)
    mute = detect_speech(probe(write_media(tmp_path / "mute.mp4", Picture(frames=50), None)))
    assert [(u.start, u.end) for u in mute.utterances] == [(0, pytest.approx(2.0, abs=0.05))]
    assert mute.notices[0].startswith("mute.mp4 has no sound: it is divided")


def test_listening_can_be_cancelled() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        detect_speech(probe(resource("demo", "conversation.mp4")), cancel)


def track(*stretches: tuple[float, float]) -> NDArray[np.float32]:
    """Probabilities from (seconds, probability) stretches."""
    return np.concatenate([np.full(round(seconds / STEP), p, np.float32) for seconds, p in stretches])


def lengths(*stretches: tuple[float, float]) -> list[float]:
    probabilities = track(*stretches)
    return [round(end - start, 1) for start, end in spans_of(probabilities, len(probabilities) * STEP)]


def test_short_pauses_join_and_long_ones_part() -> None:
    assert lengths((1, 0), (1, 0.9), (0.16, 0), (1, 0.9), (1, 0)) == [2.3]
    assert lengths((1, 0), (1, 0.9), (0.5, 0), (1, 0.9), (1, 0)) == [1.2, 1.2]


def test_clicks_are_dropped_and_doubt_keeps_the_state() -> None:
    assert lengths((1, 0), (0.064, 0.9), (1, 0)) == []
    assert lengths((1, 0), (1, 0.9), (1, 0.4), (1, 0.9), (1, 0)) == [3.2]
    assert lengths((1, 0.4), (1, 0.1)) == []


def test_long_turns_are_cut_at_pauses_and_endless_ones_anyway() -> None:
    assert lengths((4, 0.9), (0.128, 0.1), (4, 0.9), (1, 0)) == pytest.approx([4.1, 4.2], abs=0.11)
    assert lengths((14, 0.9), (1, 0)) == [14.1]  # no pause, and not too long
    endless = lengths((100, 0.9))
    assert sum(endless) == pytest.approx(100, abs=0.5)
    assert max(endless) <= LONGEST
    assert min(endless) > 1


def test_spans_never_overlap() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        steps = random.uniform(0.05, 3, 60)
        probabilities = track(*((s, p) for s, p in zip(steps, random.uniform(0, 1, 60), strict=True)))
        spans = spans_of(probabilities, len(probabilities) * STEP)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        assert all(SHORTEST <= end - start <= LONGEST for start, end in spans)
