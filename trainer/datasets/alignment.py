"""Faces of a corpus cropped as an analysis crops them: by the same detection, with the same margin (torch)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from m2fnet_core.base.boxes import Boxes, areas
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.bundle.info import VisualConfig
from m2fnet_core.features.faces import FaceFinder, scaled
from m2fnet_core.features.visual import crop_corners
from trainer.datasets.base import Item
from trainer.datasets.faces import load_face
from trainer.events import Hook, Progress

Box = tuple[float, float, float, float]  # x1, y1, x2, y2 in pixels of the picture


def find_boxes(
    items: Sequence[Item], config: VisualConfig, known: Path, device: torch.device, hook: Hook, cancel: CancelToken
) -> dict[str, Box | None]:
    """The largest face of every picture by the item's name; None where there is none or the picture does not open.

    ``known`` keeps what was found line by line, so that a stopped search goes on. Raises Cancelled.
    """
    if not items:
        return {}
    found = _read(known)
    known.write_text("".join(map(_line, found.items())), encoding="utf-8")  # without a line that was cut off
    finder, pace = FaceFinder(device), Pace(len(items))
    with known.open("a", encoding="utf-8") as file:
        for number, item in enumerate(items, 1):
            cancel.check()
            if item.name not in found:
                found[item.name] = _largest(finder, item, config, cancel)
                file.write(_line((item.name, found[item.name])))
            hook(Progress("visual", number, len(items), pace.seconds_left(number)))
    return found


def _line(entry: tuple[str, Box | None]) -> str:
    return json.dumps(entry) + "\n"


def _read(path: Path) -> dict[str, Box | None]:
    """What an earlier search found; a last line that was cut off by a kill is left out."""
    found: dict[str, Box | None] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                name, box = json.loads(line)
                found[name] = box and tuple(box)
    return found


def _largest(finder: FaceFinder, item: Item, config: VisualConfig, cancel: CancelToken) -> Box | None:
    try:
        picture = load_face(item)
    except (OSError, ValueError):
        return None
    small = scaled(picture, config.detect_side)
    (faces,) = finder.find([small], [0.0], cancel)
    faces = faces.above(config.min_confidence)
    if not len(faces):
        return None
    box: Boxes = faces.boxes[int(areas(faces.boxes).argmax())] * (picture.shape[1] / small.shape[1])
    x1, y1, x2, y2 = (round(float(edge), 1) for edge in box)
    return x1, y1, x2, y2


def aligned(boxes: Mapping[str, Box | None], item: Item, config: VisualConfig) -> NDArray[np.uint8]:
    """The item's face as an analysis would cut it out, not scaled: uint8 [side, side, 3].

    Raises ValueError where none was found, OSError where the picture does not open.
    """
    box = boxes[item.name]
    if box is None:
        raise ValueError("no face was found")
    picture = load_face(item)
    ((x1, y1, x2, y2),) = crop_corners(picture, np.array([box], np.float32), config)
    return picture[y1:y2, x1:x2]
