"""MTCNN: three networks that find faces, behind a driver of our own (torch).

facenet-pytorch's driver crops, resizes and pools candidate by candidate, in the memory layout that PyTorch is slowest
at. This one scales with OpenCV, keeps channels last and runs pictures in batches: the same networks, thresholds and
suppression, several times faster, the same faces (a test compares the two).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from m2fnet_core.base.boxes import NONE, Boxes, clip, distinct, square
from m2fnet_core.base.devices import BatchRunner
from m2fnet_core.base.events import Hook, ignore
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.nets.mtcnn import load_mtcnn

Picture = npt.NDArray[np.uint8]  # [h, w, 3] RGB
Scores = npt.NDArray[np.float32]
Answer = tuple[npt.NDArray[np.float32], Scores]  # of a network for one picture: shifts, face probability
Runner = BatchRunner[Picture, Answer]

_CELL, _STRIDE = 12, 2  # pixels: the proposal network looks at squares of this side, this far apart
_PICTURES, _CANDIDATES = 8, 512  # in one call of the proposal network and of the refining ones


@dataclass(frozen=True, slots=True)
class CascadeConfig:
    """``min_face`` is pixels of the picture given. All values are the library's defaults."""

    min_face: int = 20
    thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7)
    pyramid_factor: float = 0.709


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Faces of one picture, best first: ``boxes`` float32 [n, 4] in its pixels, ``confidence`` float32 [n]."""

    boxes: Boxes
    confidence: Scores

    def __len__(self) -> int:
        return len(self.boxes)

    def above(self, confidence: float) -> "Found":
        """Only the faces of at least that confidence."""
        sure = self.confidence >= confidence
        return Found(self.boxes[sure], self.confidence[sure])

    def enlarged(self, factor: float) -> "Found":
        """The same faces on a picture ``factor`` times as large."""
        return Found(np.asarray(self.boxes * factor, dtype=np.float32), self.confidence)


NOTHING = Found(NONE, np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Possible faces of several pictures: boxes [n, 4], scores [n], the number of their picture [n]."""

    boxes: Boxes
    scores: Scores
    picture: npt.NDArray[np.intp]

    def pick(self, which: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "_Candidates":
        return _Candidates(self.boxes[which], self.scores[which], self.picture[which])


_NO_CANDIDATES = _Candidates(NONE, NOTHING.confidence, np.zeros(0, dtype=np.intp))


class Cascade:
    """Finds faces on pictures of one size. For one thread at a time."""

    def __init__(self, device: torch.device, config: CascadeConfig = CascadeConfig(), hook: Hook = ignore) -> None:
        """Raises CheckpointError when the installation lacks the networks' weights."""
        self.config = config
        cv2.setNumThreads(1)  # the crops are too small to share; OpenCV's threads would only wait for each other
        proposal, refinement, output = load_mtcnn(device)
        self._proposal = _runner(proposal, _PICTURES, hook)
        self._refinement = _runner(refinement, _CANDIDATES, hook)
        self._output = _runner(output, _CANDIDATES, hook)

    def detect(self, pictures: Sequence[Picture], cancel: CancelToken | None = None) -> list[Found]:
        """Faces of each picture. All pictures have one size, any; one smaller than ``min_face`` has no face."""
        if not pictures:
            return []
        return self._refine(pictures, self._propose(pictures, cancel), cancel)

    def follow(
        self, pictures: Sequence[Picture], near: Sequence[Boxes], cancel: CancelToken | None = None
    ) -> list[Found]:
        """Faces of each picture close to the given boxes (``near[i]``: those of picture i).

        Only the refining networks run, which takes a hundredth of `detect`'s time.
        """
        if not pictures:
            return []
        whose = np.repeat(np.arange(len(near)), [len(boxes) for boxes in near])
        boxes = np.concatenate([NONE, *near])
        return self._refine(pictures, _Candidates(square(boxes), np.ones(len(boxes), np.float32), whose), cancel)

    def _refine(self, pictures: Sequence[Picture], given: _Candidates, cancel: CancelToken | None) -> list[Found]:
        return self._decide(pictures, self._narrow(pictures, given, cancel), cancel)

    def _propose(self, pictures: Sequence[Picture], cancel: CancelToken | None) -> _Candidates:
        """First stage: squares at every place and scale, moved once."""
        levels = [self._level(pictures, scale, cancel) for scale in self._scales(*pictures[0].shape[:2])]
        if not levels:
            return _NO_CANDIDATES
        found, shifts = _joined([level[0] for level in levels]), np.concatenate([level[1] for level in levels])
        keep = _suppress(found, 0.7)
        return _moved(found.pick(keep), shifts[keep], edge=0)

    def _scales(self, height: int, width: int) -> list[float]:
        scale, scales = _CELL / self.config.min_face, []
        while min(height, width) * scale >= _CELL:
            scales.append(scale)
            scale *= self.config.pyramid_factor
        return scales

    def _level(
        self, pictures: Sequence[Picture], scale: float, cancel: CancelToken | None
    ) -> tuple[_Candidates, Boxes]:
        """Proposals of one level of the pyramid, and where the network would move them."""
        height, width = pictures[0].shape[:2]
        size = (int(width * scale + 1), int(height * scale + 1))
        shifts, scores = _asked(self._proposal, [_resized(p, size) for p in pictures], cancel)
        whose, row, column = np.nonzero(scores >= self.config.thresholds[0])
        corner = np.stack([column, row], axis=1) * _STRIDE
        boxes = np.floor(np.concatenate([corner + 1, corner + _CELL], axis=1) / scale).astype(np.float32)
        found = _Candidates(boxes, scores[whose, row, column], whose)
        keep = _suppress(found, 0.5)
        return found.pick(keep), shifts[whose[keep], :, row[keep], column[keep]]

    def _narrow(self, pictures: Sequence[Picture], given: _Candidates, cancel: CancelToken | None) -> _Candidates:
        """Second stage: drops most candidates and moves the others."""
        given, crops = _crops(pictures, given, 24)
        shifts, scores = _asked(self._refinement, crops, cancel)
        (sure,) = np.nonzero(scores > self.config.thresholds[1])
        found = _Candidates(given.boxes[sure], scores[sure], given.picture[sure])
        keep = _suppress(found, 0.7)
        return _moved(found.pick(keep), shifts[sure][keep], edge=1)

    def _decide(self, pictures: Sequence[Picture], given: _Candidates, cancel: CancelToken | None) -> list[Found]:
        """Third stage: confidence and last move; one box per face, inside its picture."""
        given, crops = _crops(pictures, given, 48)
        shifts, scores = _asked(self._output, crops, cancel)
        (sure,) = np.nonzero(scores > self.config.thresholds[2])
        boxes = _shifted(given.boxes[sure], shifts[sure], edge=1)
        height, width = pictures[0].shape[:2]
        found = []
        for number in range(len(pictures)):
            mine = given.picture[sure] == number
            keep = distinct(boxes[mine], scores[sure][mine], 0.7)
            found.append(Found(clip(boxes[mine][keep], width, height), scores[sure][mine][keep]))
        return found


def _runner(network: nn.Module, size: int, hook: Hook) -> Runner:
    return BatchRunner(network, partial(_answers, network), size, hook)


def _answers(network: nn.Module, pictures: Sequence[Picture], device: torch.device) -> list[Answer]:
    values = torch.from_numpy(np.stack(pictures)).to(device).permute(0, 3, 1, 2)  # channels last
    with torch.autocast(device.type, enabled=False):  # half precision would move small faces by a pixel
        shifts, scores = network((values.float() - 127.5) * 0.0078125)
    return list(zip(shifts.cpu().numpy(), scores.cpu().numpy(), strict=True))


def _asked(runner: Runner, pictures: list[Picture], cancel: CancelToken | None) -> Answer:
    """A network's shifts and scores for any number of equally large pictures, stacked."""
    if not pictures:
        return NONE, NOTHING.confidence
    shifts, scores = zip(*runner.run(pictures, cancel), strict=True)
    return np.stack(shifts), np.stack(scores)


def _joined(parts: Sequence[_Candidates]) -> _Candidates:
    return _Candidates(
        np.concatenate([p.boxes for p in parts]),
        np.concatenate([p.scores for p in parts]),
        np.concatenate([p.picture for p in parts]),
    )


def _suppress(found: _Candidates, most: float) -> npt.NDArray[np.intp]:
    """Indices to keep so that no two boxes of a picture have an IoU above ``most``; the better one stays."""
    if not len(found.boxes):
        return np.zeros(0, dtype=np.intp)
    rows = found.boxes.astype(np.float64)
    rows[:, 2:] -= rows[:, :2]  # x, y, width, height
    whose = found.picture.astype(np.int32)
    kept = cv2.dnn.NMSBoxesBatched(rows, found.scores, whose, 0.0, most)  # type: ignore[arg-type]
    return np.asarray(kept, dtype=np.intp)


def _moved(found: _Candidates, shifts: Boxes, edge: int) -> _Candidates:
    return _Candidates(square(_shifted(found.boxes, shifts, edge)), found.scores, found.picture)


def _shifted(boxes: Boxes, shifts: Boxes, edge: int) -> Boxes:
    """Boxes moved by shares of their sides; stages two and three count both edge pixels (``edge`` 1)."""
    sides = boxes[:, 2:] - boxes[:, :2] + edge
    return np.asarray(boxes + shifts * np.concatenate([sides, sides], axis=1), dtype=np.float32)


def _crops(pictures: Sequence[Picture], given: _Candidates, side: int) -> tuple[_Candidates, list[Picture]]:
    """The candidates that lie at least partly on their picture, and what they show, ``side`` pixels square."""
    height, width = pictures[0].shape[:2]
    corners = np.trunc(given.boxes).astype(np.intp)
    corners[:, :2] = np.maximum(corners[:, :2], 1) - 1  # the networks were trained with pixels counted from one
    corners[:, 2:] = np.minimum(corners[:, 2:], [width, height])
    (on,) = np.nonzero((corners[:, 2:] > corners[:, :2]).all(axis=1))
    given = given.pick(on)
    places = zip(given.picture.tolist(), corners[on].tolist(), strict=True)
    return given, [_resized(pictures[i][y1:y2, x1:x2], (side, side)) for i, (x1, y1, x2, y2) in places]


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
