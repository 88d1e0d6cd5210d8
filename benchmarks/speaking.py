"""Speaking faces: how often the right one is named, by frame and by utterance, with our own face detection; how fast.

    python -m benchmarks speaking

On the real conversation beside the repository, at the frames of its utterances on which one person speaks; a face is
the person whose true box it overlaps most. The weights are those beside the repository; the program brings none.
"""

import csv
import sys
from pathlib import Path
from time import process_time

import numpy as np
from safetensors.torch import load_file

from m2fnet_core.base.boxes import iou
from m2fnet_core.base.dialogue import Box
from m2fnet_core.base.events import ignore
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.probe import probe
from m2fnet_core.nets.speaking import SpeakingFace
from m2fnet_core.people.speaking import RATE, Face, faces_between, sampled_faces, surest
from m2fnet_core.transcript import read_transcript

SHARED = Path(__file__).resolve().parents[2] / "shared"
VIDEO = SHARED / "data" / "video" / "three_person_conversation.mp4"
WEIGHTS = SHARED / "weights" / "lr_asd_talkset.safetensors"
_PEOPLE = ("Green", "Red", "Host")  # by their numbers in the true boxes
_WANTED = 0.95

Boxes = list[dict[str, Box]]


def main() -> int:
    """Print both shares; 1 when the frames' is below what is wanted or an utterance has the wrong face."""
    if not WEIGHTS.is_file() or not VIDEO.is_file():
        print(f"{SHARED} lacks the weights or the video")
        return 0
    info, boxes, said = probe(VIDEO), _boxes(), _said()
    net = SpeakingFace().eval()
    net.load_state_dict({name: value for name, value in load_file(WEIGHTS).items() if not name.startswith("lossV.")})
    samples = sampled_faces(info, "cpu", True, ignore, CancelToken())
    frames, right, begin = list[bool](), 0, process_time()
    utterances = read_transcript(VIDEO.with_suffix(".srt"), info).utterances
    with FrameReader(info) as reader:
        for utterance in utterances:
            faces = faces_between(info, reader, samples, utterance.start, utterance.end, net)
            frames += _judged(faces, utterance.start, boxes, said)
            face = surest(faces, utterance.start)
            named = "off screen" if face is None else _who(face.box, boxes[round(face.time * RATE - 0.5)])
            right += named == utterance.speaker
            print(f"{utterance.start:5.1f} s {utterance.speaker:6} {named}", flush=True)
    share, seconds = float(np.mean(frames)), process_time() - begin
    print(f"right face on {share:.3f} of {len(frames)} frames (wanted {_WANTED})")
    print(f"right face of {right} of {len(utterances)} utterances; {seconds:.0f} s of processor time without detection")
    return int(share < _WANTED or right < len(utterances))


def _judged(faces: list[Face], start: float, boxes: Boxes, said: list[set[str]]) -> list[bool]:
    """Whether the surest face of each frame with one speaker is that speaker's."""
    surest_at: dict[int, tuple[float, Box]] = {}
    for face in faces:
        for place, box, score in zip(face.places, face.boxes, face.scores.tolist(), strict=True):
            surest_at[place] = max(surest_at.get(place, (-np.inf, box)), (score, box))
    found = []
    for place, (_, box) in surest_at.items():
        number = min(len(boxes) - 1, int((start + (place + 0.5) / RATE) * RATE))
        if len(said[number]) == 1:
            found.append(_who(box, boxes[number]) in said[number])
    return found


def _who(box: Box, there: dict[str, Box]) -> str:
    shares = iou(np.array([box], np.float32), np.array(list(there.values()), np.float32))[0]
    return list(there)[int(shares.argmax())] if shares.max() > 0 else "nobody"


def _boxes() -> Boxes:
    found: dict[int, dict[str, Box]] = {}
    with VIDEO.with_suffix(".faces.csv").open(encoding="utf-8", newline="") as file:
        for frame, _, person, x1, y1, x2, y2, *_ in csv.reader(file):
            found.setdefault(int(frame), {})[_PEOPLE[int(person)]] = (float(x1), float(y1), float(x2), float(y2))
    return [found[number] for number in range(max(found) + 1)]


def _said() -> list[set[str]]:
    """Who speaks at the middle of each frame."""
    found: list[set[str]] = [set() for _ in _boxes()]
    for line in VIDEO.with_suffix(".rttm").read_text("utf-8").splitlines():
        _, _, _, start, length, _, _, person, *_ = line.split()
        for number, people in enumerate(found):
            if float(start) <= (number + 0.5) / RATE < float(start) + float(length):
                people.add(_PEOPLE[int(person)])
    return found


if __name__ == "__main__":
    sys.exit(main())
