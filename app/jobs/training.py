"""A training as a process of its own, which ends with the window unless it was told to go on without it.

Other child processes talk through pipes that die with the window. A training writes everything to its run folder, its
log too, so that another window can follow it; its standard input alone ties it to this one.
"""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from m2fnet_core.base.errors import TrainingError
from trainer.run.attached import DETACH

_SIGTERM = 15
_PATIENCE = 10.0  # seconds: who asks again after these wants it to end, saved or not


class TrainingProcess:
    """``m2fnet-train all RUN.toml`` with its words in a file."""

    def __init__(self, toml: Path, log: Path, finish: bool = False) -> None:
        """Start it; with ``finish`` the best so far of what was begun is its end. Raises TrainingError."""
        go_on = "--finish" if finish else "--resume"
        command = [sys.executable, "-m", "trainer.cli", "all", str(toml), go_on, "--attached"]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "COLUMNS": "160"}
        try:
            with log.open("ab") as out:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,  # Ctrl+C in the window's terminal is not for it
                )
        except OSError as error:
            raise TrainingError(f"The training cannot be started ({error}); check the folder {log.parent}.") from error
        self._asked: float | None = None  # when it was

    @property
    def code(self) -> int | None:
        """How it ended: 0 done, 1 failed, 130 stopped, negative killed; None while it runs."""
        code = self._process.poll()
        if code is not None:
            self._close_input()
        return code

    def stop(self) -> None:
        """Ask it to save and end. Asked again after a while it ends at once, which loses what is not saved yet."""
        now = time.monotonic()
        if self._asked is not None and now - self._asked > _PATIENCE:
            self._process.kill()
        self._asked = self._asked or now
        self._close_input()

    def detach(self) -> None:
        """Let it go on when the window is gone."""
        if self._process.stdin is not None and self.code is None:
            with suppress(OSError):
                self._process.stdin.write(b"\n" + DETACH + b"\n")
        self._close_input()
        self._process.returncode = self._process.returncode or 0  # nobody waits for it any more

    def end_and_wait(self, patience: float) -> None:
        """Stop it before returning; after ``patience`` seconds by force, which loses what is not saved yet."""
        self.stop()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _close_input(self) -> None:
        if self._process.stdin is not None:
            with suppress(OSError):  # it may have ended in between
                self._process.stdin.close()


def stop_process(pid: int) -> None:
    """Ask a training that another window or a terminal started to save and end."""
    with suppress(OSError):  # it ended by itself
        os.kill(pid, _SIGTERM)
