"""Corpora as people unpack them: a Mac's files beside the real ones, copies below, a csv in its split's folder."""

import shutil
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from m2fnet_core.base.emotions import MELD
from trainer.config import CorpusConfig
from trainer.datasets.faces import read_faces
from trainer.datasets.meld import read_meld
from trainer.datasets.speech import read_speech

NAMES = [f"03-01-{code}-01-01-01-01" for code in ("01", "03", "05", "06")]


def spoken(folder: Path) -> Path:
    """Four clips of an actor, of four emotions, as far as their names say."""
    (folder / "Actor_01").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        (folder / "Actor_01" / f"{name}.{'opus' if number else 'wav'}").write_bytes(name.encode())
    return folder


@pytest.mark.parametrize("beside", ["Actor_01/._{}.wav", "__MACOSX/Actor_01/{}.wav", ".trash/{}.wav"])
def test_files_of_the_system_are_no_clips(tmp_path: Path, beside: str) -> None:
    folder = spoken(tmp_path / "speech")
    for name in NAMES:
        place = folder / beside.format(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"\0\5\x16\7")
    read = read_speech(CorpusConfig(kind="speech", folder=folder), MELD.labels)
    assert sorted(item.label for item in read.items) == ["anger", "fear", "joy", "neutral"]
    assert read.problems == ()


def test_a_corpus_inside_itself_counts_once_and_is_told(tmp_path: Path) -> None:
    folder = spoken(tmp_path / "speech")
    shutil.copytree(folder / "Actor_01", folder / "audio_speech_actors_01-24" / "Actor_01")
    read = read_speech(CorpusConfig(kind="speech", folder=folder), MELD.labels)
    assert {item.path.parent for item in read.items} == {folder / "Actor_01"}
    assert len(read.items) == 4
    (told,) = read.problems
    assert told.startswith("4 clips are copies of others (such as ")
    (folder / "audio_speech_actors_01-24" / "Actor_01" / f"{NAMES[0]}.wav").write_bytes(b"another" * 3)
    assert len(read_speech(CorpusConfig(kind="speech", folder=folder), MELD.labels).items) == 5


def test_pictures_in_a_folder_and_in_a_tar_made_on_a_mac(tmp_path: Path) -> None:
    folder = tmp_path / "train" / "joy"
    folder.mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(folder / "a.png")
    (folder / "._a.png").write_bytes(b"\0\5\x16\7")
    assert len(read_faces(CorpusConfig(kind="faces", folder=tmp_path), MELD.labels).items) == 1
    with tarfile.open(tmp_path / "train.tar", "w") as tar:
        tar.add(folder, "./joy")
    shutil.rmtree(tmp_path / "train")
    (item,) = read_faces(CorpusConfig(kind="faces", folder=tmp_path), MELD.labels).items
    assert (item.label, item.split) == ("joy", "train")


@pytest.mark.parametrize("inside", [("train",), ("train", "dev", "test")])
def test_meld_s_tables_in_the_folders_of_their_splits(tmp_path: Path, inside: tuple[str, ...]) -> None:
    head = "Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID,StartTime,EndTime"
    for split in ("train", "dev", "test"):
        place = tmp_path / split if split in inside else tmp_path
        place.mkdir(exist_ok=True)
        rows = [f'{split},Joey,joy,0,{n},"00:00:0{n},0","00:00:0{n},9"' for n in range(2)]
        (place / f"{split}_sent_emo.csv").write_text("\n".join([head, *rows]), "utf-8")
    read = read_meld(tmp_path, MELD.labels, {})
    assert {split: [len(d.utterances) for d in found] for split, found in read.splits.items()} == {
        "train": [2],
        "validation": [2],
        "test": [2],
    }
    assert read.problems == ()
