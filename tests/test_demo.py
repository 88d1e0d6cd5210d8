"""The conversation that ships with the program: complete, small, and fit for a first look."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from facenet_pytorch import MTCNN
from PIL import Image

from m2fnet_core.base.folders import resource
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import read_sound
from m2fnet_core.transcript import Transcript, clean, find_transcript, read_transcript

VIDEO = resource("demo", "conversation.mp4")


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Detection on one thread: on a busy machine threads that wait for each other take many times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def info() -> MediaInfo:
    return probe(VIDEO)


@pytest.fixture(scope="module")
def transcript() -> Transcript:
    found = find_transcript(VIDEO)
    assert found is not None
    return read_transcript(found)


def test_a_short_video_with_sound_of_a_few_megabytes(info: MediaInfo) -> None:
    assert 20 <= info.duration <= 40
    assert info.notices == ()
    assert info.video is not None
    assert info.audio is not None
    assert (info.video.codec, info.video.width, info.video.height, info.video.fps) == ("h264", 1280, 720, 25.0)
    assert info.audio.codec == "aac"
    assert VIDEO.stat().st_size <= 3_000_000
    assert sum(file.stat().st_size for file in VIDEO.parent.iterdir()) <= 3_100_000


def test_its_licence_note_lies_beside_it() -> None:
    note = Path(resource("demo", "LICENSE.md")).read_text(encoding="utf-8")
    assert all(word in note for word in ("public domain", "Grace Hopper", "Eileen Collins", "espeak-ng", "invented"))


def test_two_speakers_take_turns(info: MediaInfo, transcript: Transcript) -> None:
    assert transcript.notices == ()
    assert clean(transcript.utterances, info.duration) == transcript  # nothing to repair
    assert 8 <= len(transcript.utterances) <= 10
    assert {utterance.speaker for utterance in transcript.utterances} == {"Nora", "June"}
    assert all(utterance.text and utterance.duration > 1 for utterance in transcript.utterances)


def test_lines_are_heard_and_pauses_are_quiet(info: MediaInfo, transcript: Transcript) -> None:
    def level(start: float, end: float) -> float:
        return float(np.sqrt(np.mean(read_sound(info, start, end) ** 2)))

    assert all(level(utterance.start, utterance.end) > 0.03 for utterance in transcript.utterances)
    assert level(0.0, transcript.utterances[0].start) < 0.003


@pytest.mark.usefixtures("one_thread")
def test_who_speaks_has_the_larger_face(info: MediaInfo, transcript: Transcript) -> None:
    """Exactly two faces while anybody speaks; their sizes change enough for area weights to mean something."""
    some = transcript.utterances[::3]
    assert {utterance.speaker for utterance in some} == {"Nora", "June"}
    index, detector = frame_index(info), MTCNN(keep_all=True)
    numbers = [index.at((utterance.start + utterance.end) / 2) for utterance in some]
    with FrameReader(info, index) as reader, torch.inference_mode():
        for utterance, frame in zip(some, reader.read(numbers, width=640), strict=True):
            boxes, _ = detector.detect(Image.fromarray(frame.pixels))
            assert len(boxes) == 2
            left, right = sorted(boxes.tolist())
            areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (left, right)]
            share = areas[0] / sum(areas)
            assert share > 0.65 if utterance.speaker == "Nora" else share < 0.45
