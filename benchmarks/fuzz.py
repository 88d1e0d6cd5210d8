"""Damaged files of every kind through every reader, in one process: ``python -m benchmarks.fuzz [--inputs 3000]``.

Each input is a sound file with flipped bits, a part cut out, doubled or overwritten, always the same for one number.
A reader may read it or refuse it in one sentence. A traceback, more than 20 s, a process above 3 GiB, and a length
beyond what is there without a notice are faults; the inputs of faults are kept.
"""

import argparse
import logging
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fuzz_seeds import SECONDS, seeds
from m2fnet_core.base.errors import M2FNetError
from m2fnet_core.bundle import shelf
from m2fnet_core.bundle.info import read_info
from m2fnet_core.document.project import Project
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import iter_sound
from m2fnet_core.transcript.registry import read_transcript
from m2fnet_core.transcript.streams import embedded
from trainer.run.file import read_run

_ENDS = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"9e99")
LONGEST, HIGHEST = 20.0, 3 * 2**20  # seconds of one input; KiB of the process
_TOO_LONG = 4 * SECONDS  # of media: four times what the sound file holds


class Fault(Exception):  # noqa: N818 - what this looks for
    """Something that must not be, though no reader raised it."""


def damaged(body: bytes, chance: random.Random) -> bytes:
    """The same file with one to three injuries."""
    found = bytearray(body)
    for _ in range(chance.randint(1, 3)):
        place, size = chance.randrange(len(found) + 1), chance.choice((1, 4, 16, 256, 4096))
        match chance.randrange(6):
            case 0:
                for _ in range(chance.choice((1, 5, 20))):
                    spot = chance.randrange(max(1, len(found)))
                    found[spot : spot + 1] = bytes(
                        [(found or b"\0")[min(spot, len(found) - 1)] ^ 1 << chance.randrange(8)]
                    )
            case 1:
                del found[place:]
            case 2:
                del found[place : place + size]
            case 3:
                found[place:place] = found[place : place + size]
            case 4:
                found[place : place + size] = chance.randbytes(size)
            case _:
                found[place : place + 4] = chance.choice(
                    (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"9e99")
                )
    return bytes(found)


def _media(path: Path) -> None:
    info = probe(path)
    if info.duration > _TOO_LONG and not info.notices:
        raise Fault(f"{info.duration:.1f} s of {SECONDS} s without a notice")
    if info.audio is not None:
        heard = sum(len(block) for _, block in iter_sound(info)) / 16000
        if heard > info.duration + 60:
            raise Fault(f"{heard:.1f} s of sound in {info.duration:.1f} s")
    if info.video is not None:
        index = frame_index(info)
        with FrameReader(info, index) as reader:
            for _ in reader.read(range(min(len(index), 50)), width=64):
                pass
    embedded(info)


def _project(path: Path) -> None:
    with closing(Project.open(path, read_only=True)) as project:
        for utterance in project.document.predictions:
            _ = project.document.predictions[utterance]
        project.history()


def _bundle(path: Path) -> None:
    folder = path.with_suffix("")
    folder.mkdir(exist_ok=True)
    shutil.copyfile(path, folder / "config.json")
    read_info(folder)


def _archive(path: Path) -> None:
    shelf.delete(shelf.add(path))


def _transcript(path: Path) -> None:
    read_transcript(path)


def _run(path: Path) -> None:
    read_run(path)


READERS: Mapping[str, Callable[[Path], None]] = {
    "media": _media,
    "transcripts": _transcript,
    "projects": _project,
    "bundles": _bundle,
    "archives": _archive,
    "runs": _run,
}


@dataclass
class Tally:
    """What came of all inputs."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    faults: int = 0


def tried(reader: Callable[[Path], None], path: Path, tally: Tally) -> str:
    """What went wrong, "" for nothing."""
    began, fault = time.monotonic(), ""
    signal.alarm(int(LONGEST) + 10)
    try:
        reader(path)
        tally.read += 1
    except M2FNetError as error:
        tally.refused += 1
        fault = "" if str(error).strip() else "a refusal without a sentence"
    except (Exception, MemoryError) as error:  # noqa: BLE001 - finding them is what this is for
        fault = "".join(traceback.format_exception(error)[-3:])
    signal.alarm(0)
    took = time.monotonic() - began
    tally.slowest = max(tally.slowest, took)
    if took > LONGEST:
        fault = fault or f"it took {took:.0f} s"
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > HIGHEST:
        fault = fault or "more than 3 GiB"
    return fault


def _hanging(_signal: int, _frame: object) -> None:
    raise Fault("no end")


def main() -> int:
    """Exit code 0 without a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=3000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--kept", type=Path, default=Path("fuzz-faults"), help="folder for the inputs of faults")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, _hanging)
    tallies = {kind: Tally() for kind in READERS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(M2FNET_CACHE=str(folder / "cache"), M2FNET_DATA=str(folder / "data"))
        sources = seeds(folder / "seeds")
        for number in range(given.first, given.first + given.inputs):
            kind, source = sources[number % len(sources)]
            path = folder / f"{number}{source.suffix}"
            path.write_bytes(damaged(source.read_bytes(), random.Random(number)))
            fault = tried(READERS[kind], path, tallies[kind])
            if fault:
                tallies[kind].faults += 1
                given.kept.mkdir(exist_ok=True)
                shutil.copyfile(path, given.kept / f"{source.stem}-{path.name}")
                print(f"{number} {source.name}: {fault}", flush=True)
            path.unlink()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    for kind, tally in tallies.items():
        outcome = f"{tally.read:5} read {tally.refused:5} refused {tally.faults:3} faults"
        print(f"{kind:12} {outcome}  slowest {tally.slowest:.1f} s")
    print(f"peak {peak:.2f} GiB")
    return 1 if sum(tally.faults for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
