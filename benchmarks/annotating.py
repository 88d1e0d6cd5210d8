"""From a label key to the repainted window, in a project of 100 videos and 20,000 utterances.

python -m benchmarks.annotating
"""

import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.base.settings import Settings
from app.base.theme import apply_scheme
from app.main import create_application
from app.main_window import MainWindow
from benchmarks.document import make
from m2fnet_core.base.emotions import MELD
from m2fnet_core.media.info import MediaInfo

_KEYS = 40
_LIMIT = 0.03  # seconds


def main() -> int:
    """Print the medians; 1 when one is over its limit."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["M2FNET_DATA"] = folder
        path = Path(folder) / "large.m2f"
        make(path)
        create_application()
        apply_scheme("dark")
        window = MainWindow(Settings())
        start = perf_counter()
        window.studio.project.open(path)
        print(f"open: {perf_counter() - start:.2f} s")
        _show(window)
        times: dict[str, list[float]] = {"label": [], "undo": []}
        for number in range(_KEYS):
            window.studio.session.select(window.studio.session.utterances[number].id)
            _settle(window)
            times["label"].append(_press(window, Qt.Key(Qt.Key.Key_1 + number % 7), Qt.KeyboardModifier.NoModifier))
        for _ in range(_KEYS):
            times["undo"].append(_press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
        window.close()
    for name, taken in times.items():
        print(f"{name}: {1000 * median(taken):.1f} ms, worst {1000 * max(taken):.1f} ms (limit {1000 * _LIMIT:.0f} ms)")
    return int(any(median(taken) > _LIMIT for taken in times.values()))


def _show(window: MainWindow) -> None:
    """The first video's utterances on screen; there is no file, so nothing else runs."""
    studio = window.studio
    medium = next(iter(studio.project.document.media.values()))
    studio.session.labels = MELD.labels
    studio.session.open(MediaInfo(medium.path, medium.duration, 0.0, None, None), medium.id, reachable=False)
    studio.mirror.reload()
    window.resize(1600, 1000)
    window.show()
    window.activateWindow()
    _settle(window)


def _press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier) -> float:
    """Seconds from the key to the last painted pixel."""
    start = perf_counter()
    QTest.keyClick(window, key, modifier)
    _settle(window)
    return perf_counter() - start


def _settle(window: MainWindow) -> None:
    """Everything that waits is done, the painting too."""
    for _ in range(3):
        QTest.qWait(0)


if __name__ == "__main__":
    sys.exit(main())
