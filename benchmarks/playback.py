"""Share of frames that playback drops at 1920x1080, 25 frames per second, overlays on, while an analysis runs.

An analysis of the demo runs again and again in a process of its own, as the worker would run it. A frame counts as
shown when it was painted in the player's canvas (offscreen: the same painting, without a screen to send it to).
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import av
import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from app.models.session import Session
from app.views.player.player import Player
from m2fnet_core.dialogue import FaceBox
from m2fnet_core.events import FacesScanned
from m2fnet_core.folders import resource
from m2fnet_core.media.probe import probe

SECONDS, FPS, SIZE = 20, 25, (1920, 1080)
ALLOWED = 0.01
ANALYSE = "from m2fnet_core.cli import main\nwhile True: main(['{demo}', '--no-cache', '--device', 'cpu'])"


def write_film(path: Path) -> None:
    """A moving pattern of 1080p with detail everywhere."""
    generator = np.random.default_rng(0)
    ground = generator.integers(0, 255, (SIZE[1] // 4, SIZE[0] // 4, 3), np.uint8).repeat(4, axis=0).repeat(4, axis=1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "30"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(SECONDS * FPS):
            picture = av.VideoFrame.from_ndarray(np.roll(ground, 8 * number, axis=1), "rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


@contextmanager
def analysing(busy: bool) -> Iterator[None]:
    """Analyse the demo in a process of its own, over and over, where ``busy``."""
    if not busy:
        yield
        return
    code = ANALYSE.format(demo=resource("demo", "conversation.mp4").as_posix())
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def play(path: Path) -> float:
    """Play the film to its end; the share of its frames that were not painted."""
    session = Session()
    player = Player(session)
    player.resize(1280, 860)
    player.show()
    info = probe(path)
    session.open(info)
    for tenth in range(SECONDS * 5):
        time = tenth / 5
        boxes = [(x + tenth, 300.0, x + tenth + 160, 520.0) for x in (200.0, 800.0, 1400.0)]
        session.apply(FacesScanned(time, tuple(FaceBox(time, box, 0.99, 1 / 3) for box in boxes)))
    player.open(info)
    loop = QEventLoop()
    player.playing_changed.connect(lambda playing: None if playing else loop.quit())
    while player.playback.number != 0:
        QApplication.processEvents()
    before = player.canvas.painted
    player.play()
    loop.exec()
    shown = player.canvas.painted - before
    player.close_medium()
    player.close()
    return 1 - min(1.0, shown / (SECONDS * FPS))


def main() -> int:
    """Print the share alone and beside an analysis; 1 when the latter is above the limit."""
    _application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        write_film(film)
        for busy, name in ((False, "alone"), (True, "beside an analysis")):
            with analysing(busy):
                dropped = play(film)
            print(f"{name}: {dropped:.2%} of {SECONDS * FPS} frames dropped (limit {ALLOWED:.0%})")
    return int(dropped > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
