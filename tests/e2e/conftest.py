"""Drives the real program: its real command line, its real window, its real worker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.main import create_application, launch, parse
from app.main_window import MainWindow
from app.models.video.analysis import State
from tests.leaks import checked
from tests.media_maker import Picture, Sound, write_media
from tests.patience import patiently

SRT = """1
00:00:00,000 --> 00:00:01,500
Ada: Hello there, how are you?

2
00:00:01,600 --> 00:00:03,000
Bo: I am so happy today!

3
00:00:03,200 --> 00:00:05,000
Ada: Leave me alone.
"""


@pytest.fixture(scope="module", autouse=True)
def nothing_leaks(qapp: QApplication) -> Iterator[None]:
    """No thread, timer, widget or process outlives the tests of a file, which may share a window."""
    with checked():
        yield


@pytest.fixture(scope="module")
def shared_window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """One window and one worker for the tests of a file: the worker takes seconds to warm up."""
    root = tmp_path_factory.mktemp("program")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("M2FNET_CACHE", str(root / "cache"))
        patch.setenv("M2FNET_DATA", str(root / "data"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        create_application()
        window = launch(parse([]))
        window.studio.worker.start()
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def window(shared_window: MainWindow) -> Iterator[MainWindow]:
    """The window without a video, and without one afterwards."""
    yield shared_window
    shared_window.studio.close_media()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Five seconds with a transcript of three utterances beside it."""
    (tmp_path / "film.srt").write_text(SRT, encoding="utf-8")
    return write_media(tmp_path / "film.mp4", Picture(frames=125, size=(320, 240)), Sound(seconds=5))


@pytest.fixture
def until(qtbot: QtBot, shared_window: MainWindow) -> Callable[[State], None]:
    """Waits until the analysis is in a state."""

    def wait(state: State) -> None:
        patiently(qtbot, lambda: shared_window.studio.analysis.state is state)

    return wait
