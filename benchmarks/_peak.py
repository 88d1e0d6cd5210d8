"""How far a process's memory rises."""

import threading
import time

import psutil


class Peak:
    """Watches this process's resident memory in a thread, from now on."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._running = True
        self.start = self.highest = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while self._running:
            self.highest = max(self.highest, self._process.memory_info().rss)
            time.sleep(0.005)

    def megabytes(self) -> float:
        """Stop, and say how far memory rose."""
        self._running = False
        self._thread.join()
        return (self.highest - self.start) / 2**20
