"""Work in a thread of the window's process: of reading the newest request wins, of writing each is done."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from m2fnet_core.base.errors import Cancelled, M2FNetError
from m2fnet_core.base.progress import CancelToken

Emit = Callable[[Any], None]
Work = Callable[[Emit, CancelToken], None]


_log = logging.getLogger(__name__)


class Background(QObject):
    """One thread, one piece of work at a time. What a superseded or cancelled piece still says is dropped."""

    result = Signal(object)  # each thing the work emitted
    failed = Signal(str)  # one sentence
    done = Signal()
    _said = Signal(object, str, object)  # token, kind, value: carries a word from the thread to the window

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._token = CancelToken()
        self._said.connect(self._hear)

    def start(self, work: Work) -> None:
        """Cancel what runs and do this instead."""
        self.cancel()
        self._token = CancelToken()
        self.add(work)

    def add(self, work: Work) -> None:
        """Do this as well, behind what is being done."""
        self._pool.submit(self._run, work, self._token).add_done_callback(_report)

    def cancel(self) -> None:
        """Stop what runs at its next check; nothing more is heard of it."""
        self._token.cancel()

    def close(self) -> None:
        """Stop and wait until the thread is gone."""
        self.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, work: Work, token: CancelToken) -> None:
        def emit(value: Any) -> None:
            token.check()
            self._said.emit(token, "result", value)

        try:
            token.check()
            work(emit, token)
        except Cancelled:
            return
        except M2FNetError as error:
            self._said.emit(token, "failed", str(error))
        else:
            self._said.emit(token, "done", None)

    def _hear(self, token: CancelToken, kind: str, value: Any) -> None:
        if token is not self._token or token.cancelled:
            return
        if kind == "result":
            self.result.emit(value)
        elif kind == "failed":
            self.failed.emit(str(value))
        else:
            self.done.emit()


def _report(future: "Future[None]") -> None:
    """A mistake of ours in the thread must not vanish with it."""
    if not future.cancelled() and (error := future.exception()) is not None:
        _log.error("media reading failed", exc_info=error)
