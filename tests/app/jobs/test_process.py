"""A child process has typed lines, a log, and an outcome a person can read."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.jobs.process import ChildProcess, Ending, Outcome
from tests.patience import signalled

ECHO = """
import sys
print("warming up", file=sys.stderr, flush=True)
print('{"ready": true}', flush=True)
for line in sys.stdin:
    if "noise" in line:
        print("not json", flush=True)
    elif "fail" in line:
        sys.exit("out of luck")
    else:
        print(line.strip(), flush=True)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('{"ready": true}', flush=True)
while True:
    time.sleep(60)
"""
MANY = """
for number in range(20000):
    print('{"number": %d}' % number)
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Modules that a child can run."""
    for name, text in (("echo_child", ECHO), ("deaf_child", DEAF), ("many_child", MANY)):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def echo(modules: Path) -> Iterator[ChildProcess]:
    """A child that repeats its lines."""
    process = ChildProcess("echo process", "echo_child", (), json.loads)
    yield process
    process.end_and_wait()


def started(qtbot: QtBot, process: ChildProcess) -> None:
    """Run it up to its first word."""
    with signalled(qtbot, process.message):
        process.start()


def ended(qtbot: QtBot, process: ChildProcess) -> Outcome:
    """Wait until it has ended."""
    with signalled(qtbot, process.ended) as arguments:
        pass
    outcome = arguments[0]
    assert isinstance(outcome, Outcome)
    return outcome


def test_lines_become_messages(qtbot: QtBot, echo: ChildProcess) -> None:
    started(qtbot, echo)
    with qtbot.waitSignal(echo.message) as heard:
        echo.write_line('{"word": "Grüße"}')
    assert heard.args == [{"word": "Grüße"}]
    assert echo.pid > 0


def test_what_is_no_message_and_standard_error_go_to_the_log(qtbot: QtBot, echo: ChildProcess) -> None:
    started(qtbot, echo)
    with qtbot.waitSignal(echo.logged, check_params_cb=lambda line: line == "not json"):
        echo.write_line("noise")
    assert "warming up" in echo.log


def test_it_ends_when_its_input_closes(qtbot: QtBot, echo: ChildProcess) -> None:
    started(qtbot, echo)
    echo.end()
    assert ended(qtbot, echo).ending is Ending.ASKED
    assert not echo.running


def test_an_error_is_told_with_its_last_words(qtbot: QtBot, echo: ChildProcess) -> None:
    started(qtbot, echo)
    echo.write_line("fail")
    outcome = ended(qtbot, echo)
    assert outcome.ending is Ending.FAILED
    assert outcome.sentence == "The echo process ended with an error (exit code 1): out of luck"


@pytest.mark.skipif(os.name == "nt", reason="signals are a matter of POSIX")
def test_a_killed_process_is_told_and_can_start_again(qtbot: QtBot, echo: ChildProcess) -> None:
    started(qtbot, echo)
    os.kill(echo.pid, signal.SIGKILL)
    outcome = ended(qtbot, echo)
    assert outcome.ending is Ending.KILLED
    assert outcome.sentence == "The echo process ended unexpectedly (it crashed or was killed)."
    started(qtbot, echo)
    assert echo.running


@pytest.mark.skipif(os.name == "nt", reason="signals are a matter of POSIX")
def test_one_that_will_not_end_is_killed(qtbot: QtBot, modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.jobs.process._POLITE_MS", 100)
    monkeypatch.setattr("app.jobs.process._FIRM_MS", 100)
    deaf = ChildProcess("deaf process", "deaf_child", (), json.loads)
    started(qtbot, deaf)
    pid = deaf.pid
    deaf.end_and_wait()
    assert not psutil.pid_exists(pid)
    started(qtbot, deaf)
    deaf.end()
    assert ended(qtbot, deaf).ending is Ending.ASKED


def test_every_line_of_a_burst_arrives_before_the_end(qtbot: QtBot, modules: Path) -> None:
    burst = ChildProcess("burst", "many_child", (), json.loads)
    numbers: list[int] = []
    burst.message.connect(lambda message: numbers.append(message["number"]))
    burst.start()
    assert ended(qtbot, burst).ending is Ending.DONE
    assert numbers == list(range(20000))


def test_a_program_that_cannot_start_is_told(
    qtbot: QtBot, modules: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python here"))
    process = ChildProcess("lost process", "echo_child", (), json.loads)
    with signalled(qtbot, process.ended) as arguments:
        process.start()
    assert arguments[0].ending is Ending.NOT_STARTED
    assert arguments[0].sentence.startswith("The lost process could not be started")
