"""Labelled faces: what several people voted for takes the place of a folder's name."""

from pathlib import Path

import pytest
from PIL import Image

from m2fnet_core.base.errors import TrainingError
from trainer.config import CorpusConfig
from trainer.datasets.faces import read_faces

LABELS = ("neutral", "joy", "sadness")
VOTED = """file,origin,distance,neutral,happiness,sadness,contempt
train/sad/1.png,a,0.5,7,1,2,0
train/sad/2.png,b,0.5,5,0,5,0
train/happy/3.png,c,1.0,0,9,0,1
train/happy/4.png,d,1.0,1,2,0,7
"""


def voted(folder: Path, table: str) -> CorpusConfig:
    for name in ("sad/1", "sad/2", "happy/3", "happy/4", "happy/5"):
        picture = folder / "train" / f"{name}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(picture)
    (folder / "votes.csv").write_text(table, encoding="utf-8")
    return CorpusConfig("faces", folder, votes="votes.csv")


def test_the_majority_is_the_label(tmp_path: Path) -> None:
    read = read_faces(voted(tmp_path, VOTED), LABELS)
    assert {item.path.name: (item.label, item.split) for item in read.items} == {
        "1.png": ("neutral", "train"),
        "3.png": ("joy", "train"),
    }
    assert read.problems == ("3 pictures have no majority for a label of the set and are left out.",)


@pytest.mark.parametrize("table", ["", "file,neutral\n1.png,often\n", "neutral,joy\n1,2\n"])
def test_a_table_without_votes_is_named(tmp_path: Path, table: str) -> None:
    with pytest.raises(TrainingError, match=r"votes\.csv tells no votes"):
        read_faces(voted(tmp_path, table), LABELS)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    config = voted(tmp_path, VOTED)
    (tmp_path / "votes.csv").unlink()
    with pytest.raises(TrainingError, match=r"votes\.csv cannot be read"):
        read_faces(config, LABELS)
