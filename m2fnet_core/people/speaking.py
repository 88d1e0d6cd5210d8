"""Which face speaks each utterance: faces followed through it, each held against the sound by LR-ASD (torch)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from m2fnet_core.base.dialogue import Box, FaceBox, Utterance
from m2fnet_core.base.events import Event, FacesScanned, Hook, Progress, ignore
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.features.scan import scan_faces
from m2fnet_core.media.cepstra import cepstra
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.index import FrameIndex, frame_index
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.sound import read_sound
from m2fnet_core.nets.speaking import SIDE, SOUND_STEPS, SpeakingFace
from m2fnet_core.people.face_tracks import FaceTracks

RATE = 25.0  # pictures a second that the network was trained on
_STRETCH = 150  # pictures that the network looks at together, 6 s
_LONGEST = 60.0  # seconds of an utterance that are looked at
_LEAST = 10  # pictures of a face on which it can be told whether it speaks
_AROUND = 1.0  # seconds beside an utterance whose faces are followed into it
_BEYOND = 0.25  # seconds for which a face stays where it was seen last
_CROP, _LOWER = 0.9, 0.1  # of the box's larger side: the picture's width, and how far it lies below the box's middle
_CUT = 30.0  # mean difference of two small grey pictures, of 255, from which there is a cut between them
_SMALL = (32, 18)
_WIDEST = 1920  # pixels across of a picture that faces are cut out of
_SPEAKS = 0.0  # mean score from which a face speaks

Grey = NDArray[np.uint8]
Times = NDArray[np.float64]
Sampled = tuple[float, tuple[FaceBox, ...]]


@dataclass(slots=True)
class Face:
    """One face through a stretch: at which pictures it is seen, where, and how surely it speaks."""

    places: list[int] = field(default_factory=list)  # numbers of the stretch's pictures
    boxes: list[Box] = field(default_factory=list)
    crops: list[Grey] = field(default_factory=list)
    scores: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))


def speaking_faces(
    info: MediaInfo,
    utterances: Sequence[Utterance],
    net: SpeakingFace,
    hook: Hook = ignore,
    cancel: CancelToken | None = None,
    device: str = "auto",
    use_cache: bool = True,
) -> tuple[FaceBox | None, ...]:
    """The face that speaks each utterance, where it is when it speaks most surely; None: whoever speaks is off screen.

    Memory holds the faces of one utterance. Raises MediaError when the file cannot be read (any more), Cancelled.
    """
    cancel = cancel or CancelToken()
    if info.video is None or info.audio is None or not utterances:
        return (None,) * len(utterances)
    samples = sampled_faces(info, device, use_cache, hook, cancel)
    pace, found = Pace(len(utterances)), list[FaceBox | None]()
    with FrameReader(info, frame_index(info)) as reader:
        for done, utterance in enumerate(utterances, 1):
            cancel.check()
            end = min(utterance.end, utterance.start + _LONGEST)
            found.append(surest(faces_between(info, reader, samples, utterance.start, end, net), utterance.start))
            hook(Progress("Looking who speaks", done, pace.of, pace.seconds_left(done)))
    return tuple(found)


def sampled_faces(info: MediaInfo, device: str, use_cache: bool, hook: Hook, cancel: CancelToken) -> list[Sampled]:
    """The faces of some frames a second, by the time at which each is shown. Raises as `speaking_faces` does."""
    samples: list[Sampled] = []

    def keep(event: Event) -> None:
        if isinstance(event, FacesScanned):
            samples.append((event.time, event.faces))
        hook(event)

    scan_faces(info, device, use_cache, keep, cancel)
    return samples


def faces_between(
    info: MediaInfo, reader: FrameReader, samples: Sequence[Sampled], start: float, end: float, net: SpeakingFace
) -> list[Face]:
    """The faces seen from ``start`` to ``end`` (media seconds), each with its scores; a cut ends a face."""
    times: Times = start + (np.arange(max(1, round((end - start) * RATE)), dtype=np.float64) + 0.5) / RATE
    faces = _cut_out(reader, frame_index(info), _followed(samples, times), times)
    sound = cepstra(read_sound(info, start, end), len(times) * SOUND_STEPS)
    for face in faces:
        face.scores = _scores(net, face, sound)
        face.crops = []
    return faces


def _followed(samples: Sequence[Sampled], times: Times) -> list[tuple[Times, NDArray[np.bool_]]]:
    """Of each track: where it is at each of the times (float64[T, 4]), and at which of them it is seen (bool[T])."""
    tracks, seen = FaceTracks(), dict[str, list[FaceBox]]()
    for time, faces in samples:
        if times[0] - _AROUND <= time <= times[-1] + _AROUND:
            tracks.add(time, faces)
            for name, face in zip(tracks.of([face.box for face in faces], time), faces, strict=True):
                seen.setdefault(name, []).append(face)
    found = []
    for followed in seen.values():
        known, boxes = np.array([face.time for face in followed]), np.array([face.box for face in followed])
        places = np.stack([np.interp(times, known, side) for side in boxes.T], axis=1)
        found.append((places, (times >= known[0] - _BEYOND) & (times <= known[-1] + _BEYOND)))
    return found


def _cut_out(
    reader: FrameReader, index: FrameIndex, tracks: Sequence[tuple[Times, NDArray[np.bool_]]], times: Times
) -> list[Face]:
    """The faces with their pictures. A frame that is shown longer than 1/25 s is used as often."""
    shown: dict[int, list[int]] = {}
    for place, time in enumerate(times):
        shown.setdefault(index.at(float(time)), []).append(place)
    done, faces, before = list[Face](), dict[int, Face](), None
    for frame in reader.read(list(shown), _WIDEST):
        grey = np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
        small = cv2.resize(grey, _SMALL, interpolation=cv2.INTER_AREA).astype(np.float32)
        if before is not None and float(np.abs(small - before).mean()) > _CUT:
            done += faces.values()
            faces = {}
        before = small
        for place in shown[frame.number]:
            for number, (places, seen) in enumerate(tracks):
                if seen[place]:
                    _add(faces.setdefault(number, Face()), place, places[place], grey, frame.scale)
    return [face for face in (*done, *faces.values()) if len(face.places) >= _LEAST]


def _add(face: Face, place: int, corners: Times, grey: Grey, scale: float) -> None:
    x1, y1, x2, y2 = (float(corner) for corner in corners)
    side = max(x2 - x1, y2 - y1) * scale
    middle = ((x1 + x2) / 2 * scale, (y1 + y2) / 2 * scale + _LOWER * side)
    width = max(8, round(side * _CROP))
    crop = cv2.getRectSubPix(grey, (width, width), middle)
    face.places.append(place)
    face.boxes.append((x1, y1, x2, y2))
    face.crops.append(np.asarray(cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8))


@torch.inference_mode()
def _scores(net: SpeakingFace, face: Face, sound: NDArray[np.float32]) -> NDArray[np.float32]:
    heard = sound.reshape(-1, SOUND_STEPS, sound.shape[1])[face.places]  # [pictures, 4, 13]
    found = []
    for first in range(0, len(face.places), _STRETCH):
        pictures = torch.from_numpy(np.stack(face.crops[first : first + _STRETCH])).float()
        cepstrum = torch.from_numpy(heard[first : first + _STRETCH]).flatten(0, 1)
        found.append(net(pictures[None], cepstrum[None])[0].numpy())
    return np.concatenate(found)


def surest(faces: Sequence[Face], start: float) -> FaceBox | None:
    """The face that speaks most surely over all pictures it is on, on the surest of them; None: none speaks."""
    best = max(faces, key=lambda face: float(face.scores.mean()), default=None)
    if best is None or float(best.scores.mean()) < _SPEAKS:
        return None
    place = int(best.scores.argmax())
    sure = 1 / (1 + np.exp(-float(best.scores.mean())))
    x1, y1, x2, y2 = (round(corner, 1) for corner in best.boxes[place])
    return FaceBox(round(start + (best.places[place] + 0.5) / RATE, 3), (x1, y1, x2, y2), round(sure, 4), 1.0)
