"""What playing is locked to: it ends on time, also between two pictures, and is let go of by whoever leaves it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.playback.lock import Lock
from app.playback.span import Span


@pytest.fixture
def lock(qtbot: QtBot) -> Iterator[Lock]:
    """On the second from 1 s on; the medium has no pictures."""
    parent = QObject()
    made = Lock(parent)
    made.span = Span(1.0, 2.0)
    yield made
    made.release()


def test_the_end_comes_where_no_picture_will(qtbot: QtBot, lock: Lock) -> None:
    with qtbot.waitSignal(lock.over):
        lock.watch(None, -1, time=1.9, rate=2.0)
    assert lock.span == Span(1.0, 2.0)  # whoever hears it decides what follows


def test_far_from_the_end_or_without_a_span_nothing_is_waited_for(qtbot: QtBot, lock: Lock) -> None:
    with qtbot.assertNotEmitted(lock.over, wait=50):
        lock.watch(None, -1, time=1.5, rate=100.0)
        lock.release()
        lock.watch(None, -1, time=1.99, rate=100.0)
    assert not lock.passed(3.0)


def test_nothing_ends_after_a_rest(qtbot: QtBot, lock: Lock) -> None:
    lock.watch(None, -1, time=1.99, rate=1.0)
    with qtbot.assertNotEmitted(lock.over, wait=50):
        lock.rest()


@pytest.mark.parametrize(("time", "stays"), [(1.0, True), (1.99, True), (2.0, False), (0.9, False)])
def test_a_jump_out_of_the_span_lets_go_of_it(lock: Lock, time: float, stays: bool) -> None:
    lock.jump(time)
    assert (lock.span is not None) is stays


def test_it_loops_when_told(lock: Lock) -> None:
    lock.set_loop(True)
    assert lock.span == Span(1.0, 2.0, loop=True)
    lock.release()
    lock.set_loop(True)
    assert lock.span is None
