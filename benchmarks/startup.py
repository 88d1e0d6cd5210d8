"""Time from starting the program to its visible window, and what its process then holds."""

import os
import statistics
import subprocess
import sys
from time import monotonic

RUNS = 5
ALLOWED = 1.5  # seconds
_CHILD = """
import sys
from PySide6.QtCore import QEvent, QObject
from app.main import create_application, launch, parse

application = create_application()
window = launch(parse([]))

class Painted(QObject):
    def eventFilter(self, thing, event):
        if event.type() == QEvent.Type.Paint:
            print("visible", "torch" in sys.modules, len(sys.modules), flush=True)
            window.removeEventFilter(self)
            window.close()
            application.exit()
        return False

painted = Painted()
window.installEventFilter(painted)
application.exec()
"""


def main() -> int:
    """Print the median; 1 when it is over the limit or torch was imported."""
    times, torch, modules = [], False, 0
    for _ in range(RUNS + 1):
        seconds, torch, modules = _start()
        times.append(seconds)
    median = statistics.median(times[1:])  # the first start fills the disk's cache
    print(
        f"visible window after {median:.2f} s (median of {RUNS}; limit {ALLOWED} s), {modules} modules, torch: {torch}"
    )
    return int(median > ALLOWED or torch)


def _start() -> tuple[float, bool, int]:
    start = monotonic()
    place = {"QT_QPA_PLATFORM": "offscreen"} if sys.platform == "linux" and not _has_screen() else {}
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD], stdout=subprocess.PIPE, text=True, env=os.environ | place
    ) as child:
        assert child.stdout is not None
        words = child.stdout.readline().split()
        seconds = monotonic() - start
    return seconds, words[1] == "True", int(words[2])


def _has_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"))


if __name__ == "__main__":
    sys.exit(main())
