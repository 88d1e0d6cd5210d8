"""Work in a thread: the newest request wins, and failures are sentences."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.background import Background, Emit
from m2fnet_core.base.errors import MediaError
from m2fnet_core.base.progress import CancelToken


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    """One thread."""
    made = Background("test")
    yield made
    made.close()


def test_results_arrive_in_the_window_s_thread(qtbot: QtBot, background: Background) -> None:
    seen: list[tuple[int, bool]] = []
    background.result.connect(lambda value: seen.append((value, threading.current_thread() is threading.main_thread())))

    def work(emit: Emit, cancel: CancelToken) -> None:
        emit(1)
        emit(2)

    with qtbot.waitSignal(background.done):
        background.start(work)
    assert seen == [(1, True), (2, True)]


def test_a_failure_is_a_sentence(qtbot: QtBot, background: Background) -> None:
    def work(emit: Emit, cancel: CancelToken) -> None:
        raise MediaError("x.mp4 is no video.")

    with qtbot.waitSignal(background.failed) as heard:
        background.start(work)
    assert heard.args == ["x.mp4 is no video."]


def test_the_newest_request_wins(qtbot: QtBot, background: Background) -> None:
    running, go = threading.Event(), threading.Event()
    seen: list[str] = []
    background.result.connect(seen.append)

    def old(emit: Emit, cancel: CancelToken) -> None:
        running.set()
        go.wait(10)
        emit("old")

    background.start(old)
    assert running.wait(10)
    with qtbot.waitSignal(background.done):
        background.start(lambda emit, cancel: emit("new"))
        go.set()
    assert seen == ["new"]


def test_what_is_cancelled_says_nothing(qtbot: QtBot, background: Background) -> None:
    seen: list[str] = []
    background.result.connect(seen.append)
    background.start(lambda emit, cancel: emit("late"))
    background.cancel()
    with qtbot.waitSignal(background.done):
        background.start(lambda emit, cancel: None)
    assert seen == []


def test_a_mistake_of_ours_is_logged(qtbot: QtBot, background: Background, caplog: pytest.LogCaptureFixture) -> None:
    background.start(lambda emit, cancel: emit(1 // 0))
    background.close()
    assert "ZeroDivisionError" in caplog.text
