"""Voices: diarisation error rate of a video whose speakers are known, by voices alone, and how long that takes.

    python -m benchmarks voices

pyannote.metrics, collar 0.25 s on each side, overlap scored, number of speakers unknown. Beside the real conversation,
made-up dialogues of 2 to 5 speakers from emotional speech corpora (docs/words-and-voices.md says which): the limit
between two people was chosen on two of the corpora, the others judge it.
"""

import csv
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import numpy as np
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from m2fnet_core.media.probe import probe
from m2fnet_core.media.sound import read_sound
from m2fnet_core.people.voices import Vectors, grouped, load_voices, name_speakers, voice_vector
from m2fnet_core.transcript.recogniser import BASE
from m2fnet_core.transcript.transcribe import transcribe

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CHOSEN_ON, JUDGED_ON = ("nemo", "casia"), ("emovo", "emotale", "ravdess")
_DIALOGUES, _TURNS, _GAP = 4, 6, 0.3  # of each corpus; for each speaker; seconds
_ALLOWED = 0.10


def main() -> int:
    """Print the rates; 1 when a mean over the judging corpora is over its limit."""
    warnings.filterwarnings("ignore")  # the library's, about collars
    if not DATA.is_dir():
        print(f"{DATA} is not here")
        return 0
    print(f"three_person_conversation: {_real(DATA / 'video' / 'three_person_conversation.mp4')}")
    rates = {name: _made_up(name) for name in (*CHOSEN_ON, *JUDGED_ON)}
    for name, rate in rates.items():
        print(f"{name:10} {rate:.3f} {'(chosen on)' if name in CHOSEN_ON else ''}")
    judged = float(np.mean([rates[name] for name in JUDGED_ON]))
    print(f"mean of those that judge: {judged:.3f} (limit {_ALLOWED})")
    return int(judged > _ALLOWED)


def _real(video: Path) -> str:
    info, reference, found = probe(video), Annotation(), Annotation()
    for line in video.with_suffix(".rttm").read_text("utf-8").splitlines():
        _, _, _, start, length, _, _, name, *_ = line.split()
        reference[Segment(float(start), float(start) + float(length))] = name
    said = transcribe(info, BASE, "cpu").utterances
    begin = monotonic()
    for utterance in name_speakers(info, said):
        found[Segment(utterance.start, utterance.end)] = utterance.speaker
    seconds = monotonic() - begin
    rate = DiarizationErrorRate(collar=0.5)(reference, found)
    return f"{rate:.3f} ({len(found.labels())} speakers found, {len(reference.labels())} there), {seconds:.1f} s"


def _made_up(corpus: str) -> float:
    net, speakers, rng = load_voices(), _speakers(corpus), random.Random(1)
    known: dict[Path, tuple[Vectors, float]] = {}
    rates = []
    for _ in range(_DIALOGUES):
        some = rng.sample(sorted(speakers), min(rng.randint(2, 5), len(speakers)))
        turns = [(name, rng.choice(speakers[name])) for name in rng.choices(some, k=_TURNS * len(some))]
        for _, path in turns:
            if path not in known:
                sound = _trimmed(path)
                known[path] = (voice_vector(net, sound), len(sound) / 16000)
        vectors, lengths = zip(*(known[path] for _, path in turns), strict=True)
        groups = grouped(np.stack(vectors), np.array(lengths))
        reference, found, time = Annotation(), Annotation(), 0.0
        for (name, _), length, group in zip(turns, lengths, groups, strict=True):
            reference[Segment(time, time + length)], found[Segment(time, time + length)] = name, str(group)
            time += length + _GAP
        rates.append(DiarizationErrorRate(collar=0.5)(reference, found))
    return float(np.mean(rates))


def _speakers(corpus: str) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for name, path in _clips(corpus):
        found.setdefault(name, []).append(path)
    return found


def _clips(corpus: str) -> Iterator[tuple[str, Path]]:
    if corpus == "ravdess":
        yield from ((path.parent.name, path) for path in sorted((DATA / corpus).glob("*/*.flac")))
        return
    folder = DATA / "speech" / corpus
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        yield from ((row["speaker"], folder / row["file"]) for row in csv.DictReader(file))


def _trimmed(path: Path) -> Vectors:
    """Without the silence around it, which a dialogue would not hold."""
    info = probe(path)
    sound = read_sound(info, 0.0, info.duration)
    loud = np.flatnonzero(np.abs(sound) > 0.03 * np.abs(sound).max())
    return sound[loud[0] : loud[-1] + 1]


if __name__ == "__main__":
    sys.exit(main())
