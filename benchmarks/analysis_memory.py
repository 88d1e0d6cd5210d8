"""Peak memory of an analysis must not grow from 1 minute to 30 minutes of video.

The videos are made here, the long one by repeating the short one without encoding it again: 640x360, one face, a tone,
and an utterance of one second every four (15 and 450), so that the work per minute is the same. Each is analysed in a
process of its own, without a cache. Compared are the peaks of the whole processes, torch and model included; beside
them stands the rise since the model was loaded. What is in use stays level (watched with malloc_trim: 766 MiB after 50
utterances, 772 after 225); the rest of the rise is freed memory that the C library keeps, which ends after about 150.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._peak import Peak
from m2fnet_core.base.dialogue import Utterance
from tests.face_maker import with_faces
from tests.media_maker import Picture, Sound, repeat_media, write_media

_EVERY = 4.0  # seconds
_ALLOWED = 1.25  # peak of 30 minutes / peak of 1 minute


def _analyse(path: Path) -> None:
    from m2fnet_core.analysis.analyze import analyze
    from m2fnet_core.base.devices import choose_device
    from m2fnet_core.base.requests import Analyze
    from m2fnet_core.bundle.checkpoint import load_bundle
    from m2fnet_core.media.probe import probe

    bundle = load_bundle(None, choose_device("cpu"))
    count = int(probe(path).duration / _EVERY)
    turns = tuple(Utterance(f"u{i}", i * _EVERY, i * _EVERY + 1, f"S{i % 3}", f"Line {i}.") for i in range(count))
    peak, began = Peak(), time.perf_counter()
    report = analyze(Analyze(path, utterances=turns, use_cache=False), bundle=bundle)
    faces = sum(len(utterance.faces) for utterance in report.utterances)
    seconds = time.perf_counter() - began
    print(f"{peak.megabytes():.1f} {peak.highest / 2**20:.0f} {len(report.utterances)} {faces} {seconds:.0f}")


def _measure(path: Path, folder: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.analysis_memory", str(path)]
    environment = {**os.environ, "M2FNET_CACHE": str(folder / "cache")}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    more, whole, utterances, faces, took = done.stdout.split()
    print(f"{path.stem:>10}: peak {whole} MiB (+{more}), {utterances} utterances, {faces} faces, in {took} s")
    return float(whole)


def main() -> int:
    """Returns 1 when the long video needs more than 1.25 times the memory of the short one."""
    face = with_faces((640, 360), [(200, 20, 260)])[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = Picture(frames=1500, size=(640, 360), gop=50, shown=[face] * 1500)
        short = write_media(folder / "1_minute.mp4", picture, Sound(60.0))
        long = repeat_media(short, folder / "30_minutes.mp4", 30)
        ratio = _measure(long, folder) / _measure(short, folder)
    print(f"ratio {ratio:.2f} (allowed {_ALLOWED})")
    return int(ratio > _ALLOWED)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _analyse(Path(sys.argv[1]))
    else:
        sys.exit(main())
