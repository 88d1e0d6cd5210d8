"""A training as another program's child: events as lines, and an end when that program ends. No torch."""

import os
import threading
from typing import TextIO

from m2fnet_core.base.progress import CancelToken
from trainer.events import Event, to_line

DETACH = b"detach"  # on standard input: go on though whoever started the training ends


class Lines:
    """A hook that writes events as JSON lines. When nobody reads them any more, the training goes on unheard."""

    def __init__(self, out: TextIO) -> None:
        self._out: TextIO | None = out

    def __call__(self, event: Event) -> None:
        """Write one line."""
        if self._out is None:
            return
        try:
            self._out.write(to_line(event) + "\n")
            self._out.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)  # else flushing at the end of the process fails again
            os.dup2(nowhere, self._out.fileno())
            os.close(nowhere)
            self._out = None


def cancel_at_end_of(given: TextIO, cancel: CancelToken) -> None:
    """Cancel when ``given`` ends, because its other end was closed or died; a line ``detach`` ends the watch."""
    handle = given.fileno()

    def watch() -> None:
        told = b""
        while part := os.read(handle, 64):  # not read(): a thread inside it would hold a lock when Python ends
            told = (told + part)[-64:]
            if DETACH in told.split(b"\n"):
                return
        cancel.cancel()

    threading.Thread(target=watch, name="attached", daemon=True).start()
