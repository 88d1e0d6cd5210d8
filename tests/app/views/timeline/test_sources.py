"""Waveform and spectrogram are built in a thread and drawn while they grow."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.views.timeline.scene import Sound
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from tests.app.views.timeline.stage import Stage
from tests.media_maker import Sound as Tone
from tests.media_maker import write_media
from tests.patience import patiently


@pytest.fixture
def film(tmp_path: Path) -> MediaInfo:
    """12 s: silence, then a tone of 1 kHz from 6 s on."""
    samples = np.zeros(12 * 16000, np.float32)
    samples[6 * 16000 :] = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(6 * 16000) / 16000)
    return probe(write_media(tmp_path / "tone.wav", None, Tone(12.0, rate=16000, layout="mono", samples=samples)))


def sound_of(stage: Stage) -> Callable[[], Sound]:
    """What the timeline knows of the sound at any moment."""
    return lambda: stage.canvas.scene.sound


def test_the_sound_of_a_file_arrives(stage: Stage, qtbot: QtBot, film: MediaInfo) -> None:
    stage.session.open(film)
    sound = sound_of(stage)
    assert sound().note.startswith("Reading the sound")
    patiently(qtbot, lambda: sound().seconds == film.duration)
    look = stage.canvas.scene.look
    ground = look.ground.name()
    assert stage.colour(stage.at(3.0, "waveform", 0.2)).name() == ground
    assert stage.colour(stage.at(9.0, "waveform", 0.2)).name() != ground
    loud = stage.colour(stage.at(9.0, "spectrogram", 0.67)).lightness()  # 1 kHz lies a third of the way up
    for time, height in ((3.0, 0.67), (9.0, 0.2)):
        assert abs(stage.colour(stage.at(time, "spectrogram", height)).lightness() - loud) > 60


def test_another_file_takes_over(stage: Stage, qtbot: QtBot, film: MediaInfo, tmp_path: Path) -> None:
    other = probe(write_media(tmp_path / "short.wav", None, Tone(2.0, rate=16000, layout="mono")))
    stage.session.open(film)
    stage.session.open(other)
    patiently(qtbot, lambda: sound_of(stage)().seconds == other.duration)


def test_a_file_that_is_gone_is_one_sentence_on_the_tracks(stage: Stage, film: MediaInfo, qtbot: QtBot) -> None:
    stage.session.open(replace(film, path=film.path.with_name("gone.wav")))
    patiently(qtbot, lambda: "gone.wav" in sound_of(stage)().note)


def test_closing_while_reading_leaves_no_thread(stage: Stage, film: MediaInfo) -> None:
    stage.session.open(film)
    stage.timeline.shutdown()  # the fixture that looks for threads fails the test otherwise
