"""Peak memory of reading spans of frames and all of the sound must not grow from 1 minute to 30 minutes of video.

The videos are made here, the long one by repeating the short one without encoding it again. Each is read in a process
of its own, which reports its peak beyond what it needed before it opened the video.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._peak import Peak
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.overview import build_overview
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import iter_sound
from tests.media_maker import Picture, Sound, repeat_media, write_media

_SPAN, _EVERY = 15, 100  # frames: a span for each utterance of four seconds
_ALLOWED = 1.5  # peak of 30 minutes / peak of 1 minute


def _read(path: Path) -> None:
    peak = Peak()
    began = time.perf_counter()
    info = probe(path)
    index = frame_index(info, cache=False)
    numbers = [n for n in range(len(index)) if n % _EVERY < _SPAN]
    with FrameReader(info, index) as reader:
        frames = sum(1 for _ in reader.read(numbers))
    seconds = sum(len(sound) for _, sound in iter_sound(info)) / 16000
    for _ in build_overview(info):
        pass
    print(f"{peak.megabytes():.1f} {frames} {seconds:.0f} {time.perf_counter() - began:.1f}")


def _measure(path: Path, folder: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.memory_media", str(path)]
    environment = {"M2FNET_CACHE": str(folder / "cache"), "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    megabytes, frames, seconds, took = done.stdout.split()
    print(f"{path.stem:>10}: peak +{megabytes} MiB, {frames} frames and {seconds} s of sound in {took} s")
    return float(megabytes)


def main() -> int:
    """Returns 1 when the long video needs more than 1.5 times the memory of the short one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        short = write_media(folder / "1_minute.mp4", Picture(frames=1500, size=(640, 360), gop=50), Sound(60.0))
        long = repeat_media(short, folder / "30_minutes.mp4", 30)
        ratio = _measure(long, folder) / _measure(short, folder)
    print(f"ratio {ratio:.2f} (allowed {_ALLOWED})")
    return int(ratio > _ALLOWED)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _read(Path(sys.argv[1]))
    else:
        sys.exit(main())
