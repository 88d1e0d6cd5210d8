"""Faces of a corpus are cut out as an analysis cuts them out; the search goes on where it was stopped."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from m2fnet_core.base.errors import Cancelled, TrainingError
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.bundle.info import VisualConfig
from m2fnet_core.features.visual import face_crops, scaled_square
from tests.face_maker import with_faces
from trainer.config import CorpusConfig, VisualStep
from trainer.datasets.alignment import find_boxes
from trainer.datasets.faces import read_faces
from trainer.events import ignore
from trainer.learn.extractor_inputs import FaceSource

CONFIG, LABELS = VisualConfig(), ("joy", "anger")


def corpus(folder: Path) -> CorpusConfig:
    for name, places in (("joy", [(20, 30, 200)]), ("anger", [(150, 60, 120), (5, 5, 90)]), ("nobody", [])):
        (folder / name).mkdir(parents=True)
        pixels, _ = with_faces((400, 300), places)
        Image.fromarray(pixels).save(folder / name / "1.png")
    return CorpusConfig("faces", folder, align=True, label_map={"nobody": "joy"})


def test_the_largest_face_is_cut_out_as_in_an_analysis(tmp_path: Path) -> None:
    items = read_faces(corpus(tmp_path / "faces"), LABELS).items
    known = tmp_path / "boxes.jsonl"
    boxes = find_boxes(items, CONFIG, known, torch.device("cpu"), ignore, CancelToken())
    named = {Path(name).parent.name: box for name, box in boxes.items()}
    _, (large, _) = with_faces((400, 300), [(150, 60, 120), (5, 5, 90)])
    assert np.abs(np.array(named["anger"]) - large).max() < 15
    assert named["nobody"] is None

    source = FaceSource(items, LABELS, VisualStep(), 0.5, boxes)  # the picture without a face is left out
    assert len(source.labels) == 2
    picture, _ = with_faces((400, 300), [(150, 60, 120), (5, 5, 90)])
    (crop,) = face_crops(picture, np.array([named["anger"]], np.float32), CONFIG)
    (mine,) = (source.picture(i, None) for i, label in enumerate(source.labels) if LABELS[label] == "anger")
    assert (mine == scaled_square(crop, CONFIG.face_size)).all()
    with pytest.raises(TrainingError, match="1 of 3 examples cannot be read"):
        FaceSource(items, LABELS, VisualStep(), 0.1, boxes)


def test_a_stopped_search_goes_on(tmp_path: Path) -> None:
    items = read_faces(corpus(tmp_path / "faces"), LABELS).items
    known, cancel = tmp_path / "boxes.jsonl", CancelToken()
    with pytest.raises(Cancelled):
        find_boxes(items, CONFIG, known, torch.device("cpu"), lambda _: cancel.cancel(), cancel)
    assert len(known.read_text(encoding="utf-8").splitlines()) == 1
    with known.open("a", encoding="utf-8") as file:
        file.write('["half a li')
    boxes = find_boxes(items, CONFIG, known, torch.device("cpu"), ignore, CancelToken())
    assert set(boxes) == {item.name for item in items}
