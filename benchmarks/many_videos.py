"""Many videos: two workers against one, what a clip costs beside its analysis, memory over many clips.

python -m benchmarks.many_videos [CLIPS]   (default: 200 of two seconds, cut from the demo conversation)
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import av
import psutil

from m2fnet_core.base.folders import resource

SECONDS = 2.0  # of a clip
WANTED = 1.7  # times as fast with two workers
ALLOWED = 0.03  # of a clip's analysis, for everything around it
GROWTH = 1.15  # of a worker's memory from the first quarter of the run to the last


def main(clips: int) -> int:
    """Print the figures; 1 when one of them misses its limit."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number in range(clips):
            cut(resource("demo", "conversation.mp4"), folder / "clips" / f"{number:04}.mp4", number)
        one, analysed, grown = timed(folder, 1)
        two, _, _ = timed(folder, 2)
    around = (one - analysed) / analysed
    rows = (
        ("two workers against one, times as fast", one / two, WANTED, one / two >= WANTED),
        ("around a clip, share of its analysis", around, ALLOWED, around <= ALLOWED),
        ("memory of a worker, last quarter against second", grown, GROWTH, grown <= GROWTH),
    )
    print(f"{clips} clips of {SECONDS:g} s: one worker {one:.1f} s, two {two:.1f} s, from the first clip to the last")
    for name, value, limit, right in rows:
        print(f"{name:48} {value:7.3f}   limit {limit:g}   {'ok' if right else 'MISSED'}")
    return int(not all(right for *_, right in rows))


def cut(source: Path, target: Path, number: int) -> None:
    """A clip from some key frame on, with one utterance as long as itself; no two have the same content."""
    target.parent.mkdir(exist_ok=True)
    with av.open(str(source)) as reader, av.open(str(target), "w") as writer:
        length = float(reader.duration or 0) / av.time_base
        reader.seek(int((number * 0.7) % max(1.0, length - 2 * SECONDS) * av.time_base))
        streams = {each.index: writer.add_stream_from_template(each) for each in reader.streams if each.type != "data"}
        writer.metadata["title"] = str(number)
        begin: float | None = None
        for packet in reader.demux():
            if not packet.size or packet.pts is None or packet.stream.index not in streams:
                continue
            now = float(packet.pts * packet.time_base)
            begin = now if begin is None and packet.stream.type == "video" else begin
            if begin is not None and begin <= now <= begin + SECONDS:
                packet.stream = streams[packet.stream.index]
                writer.mux(packet)
    target.with_suffix(".srt").write_text(f"1\n00:00:00,000 --> 00:00:0{SECONDS:g},000\nAnn: Clip {number}.\n", "utf-8")


def timed(folder: Path, workers: int) -> tuple[float, float, float]:
    """Seconds between the first claim and the end, seconds of the analyses alone, growth of the first worker."""
    out = folder / f"out{workers}"
    command = [sys.executable, "-m", "m2fnet_core.commands.analyze", str(folder / "clips"), "--out", str(out)]
    environment = {**os.environ, "M2FNET_CACHE": str(folder / f"cache{workers}")}
    run = [*command, "--workers", str(workers), "--no-cache"]
    memory: list[int] = []
    with subprocess.Popen(run, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment) as parent:
        while len(list(out.glob(".m2fnet/*/claims/*.claim"))) < workers:  # models are loaded
            time.sleep(0.01)
        begun = time.monotonic()
        worker = psutil.Process(parent.pid).children()[0]
        while parent.poll() is None:
            try:
                memory.append(worker.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.2)
        ended = time.monotonic()
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if any(row["state"] != "done" for row in rows):
        raise SystemExit(f"not all clips were analysed: {[row['reason'] for row in rows if row['reason']][:3]}")
    quarter = len(memory) // 4
    grown = max(memory[-quarter:]) / max(memory[quarter : 2 * quarter])
    return ended - begun, sum(float(row["seconds"]) for row in rows), grown


def journalled(out: Path) -> list[dict[str, Any]]:
    """What was analysed to the end, as the journals of a run tell it; a clip counts as often as that happened."""
    lines = [line for path in out.glob(".m2fnet/*/journals/*") for line in path.read_text("utf-8").split("\n") if line]
    return [each for each in map(json.loads, lines) if each["state"] == "done"]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
