"""Labelled faces: ``root/class/*.jpg`` folders, tar files of them, or a flat folder with labels.csv. No torch."""

import csv
import io
import tarfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fnet_core.base.errors import TrainingError
from trainer.config import CorpusConfig
from trainer.datasets.base import Item, Items, mapped_label, name_share, table_rows
from trainer.datasets.folders import files_under, is_hidden

SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".webp"))
_SPLITS = {"train": "train", "test": "test", **dict.fromkeys(("validation", "valid", "val", "dev"), "validation")}
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_DAMAGED = (OSError, tarfile.TarError, EOFError, zlib.error)  # what a broken archive raises
# What the words of common face corpora are in the MELD set.
WORDS = {
    "angry": "anger",
    "happy": "joy",
    "happiness": "joy",
    "sad": "sadness",
    "surprised": "surprise",
    "fearful": "fear",
}


def read_faces(config: CorpusConfig, labels: Sequence[str]) -> Items:
    """Pictures whose class is of the set. A folder train, validation or test above the class names the split.

    With ``identities`` every class is a person's name, and nobody is left out but whom ``label_map`` gives "".
    With ``votes`` the word that more than half of the votes are for takes the class's place, else "".
    Raises TrainingError when there is none, or a table lacks its columns.
    """
    items, unknown, words = [], 0, _words(labels, config.label_map)
    root = config.folder.parent if config.folder.is_file() else config.folder
    majority = read_majorities(root / config.votes) if config.votes else None
    for path, member, word, split in _found(config.folder):
        if majority is not None:
            word = majority.get(member or path.relative_to(root).as_posix(), "")
        label = config.label_map.get(word, word) if config.identities else mapped_label(word, labels, words)
        if not label:
            unknown += 1
            continue
        part = config.split or split or "train"
        if part == "train" and name_share(member or path.name) < config.validation_share:
            part = "validation"
        person = label if config.identities else ""
        items.append(Item(path, label, part, person, member, config.align))
    if not items:
        raise TrainingError(f"{config.folder} has no picture in a folder named after a label; check label_map.")
    lack = "no label of the set" if majority is None else "no majority for a label of the set"
    problems = (f"{unknown} pictures have {lack} and are left out.",) if unknown else ()
    return Items(config.folder.name, tuple(items), problems)


def read_majorities(table: Path) -> dict[str, str]:
    """The word that more than half of a picture's votes are for, by its file; "" where there is none.

    ``table`` has a column file; every other one whose cells are whole numbers throughout counts votes for its name.
    Raises TrainingError.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{table} cannot be read ({error}); correct votes in run.toml.") from error
    columns = rows[0].keys() - {"file", None} if rows and "file" in rows[0] else ()
    words = [word for word in columns if all(row[word].isdecimal() for row in rows)]
    if not words:
        raise TrainingError(f"{table} tells no votes; it needs a column file and one of whole numbers per label.")
    return {row["file"]: _majority({word: int(row[word]) for word in words}) for row in rows}


def _majority(votes: Mapping[str, int]) -> str:
    first = max(votes, key=votes.__getitem__)
    return first if 2 * votes[first] > sum(votes.values()) else ""


def _words(labels: Sequence[str], label_map: Mapping[str, str]) -> dict[str, str]:
    """The run's map comes first; a word that is a label of the set means itself."""
    usual = {word: label_map.get(label, label) for word, label in WORDS.items() if word not in labels}
    return {**usual, **label_map}


def _found(folder: Path) -> Iterable[tuple[Path, str, str, str]]:
    """(file, member of a tar, class, split) of every picture of a folder or of one tar."""
    if folder.is_file():
        yield from _in_tar(folder)
        return
    if (folder / "labels.csv").is_file():
        yield from _from_table(folder / "labels.csv")
        return
    for tar in sorted(p for p in folder.iterdir() if p.name.endswith(_TARS) and not is_hidden(Path(p.name))):
        yield from _in_tar(tar)
    for path in files_under(folder, SUFFIXES):
        yield path, "", path.parent.name, _split(path.relative_to(folder).parts[:-2])


def _in_tar(tar: Path) -> Iterable[tuple[Path, str, str, str]]:
    try:
        with tarfile.open(tar) as archive:
            names = [member.name for member in archive if member.isfile()]
    except _DAMAGED as error:
        raise TrainingError(f"{tar} is damaged ({error}); copy or make it again.") from error
    for name in names:
        place = PurePosixPath(name)
        if place.suffix.lower() in SUFFIXES and not is_hidden(place):
            yield tar, name, place.parent.name, _split(place.parts[:-2]) or _SPLITS.get(tar.name.split(".")[0], "")


def _split(folders: Sequence[str]) -> str:
    return next((_SPLITS[name] for name in folders if name in _SPLITS), "")


def _from_table(path: Path) -> Iterable[tuple[Path, str, str, str]]:
    for row in table_rows(path):
        yield path.parent / row["file"], "", row["label"], _SPLITS.get(row.get("split", ""), "")


def load_face(item: Item) -> NDArray[np.uint8]:
    """The picture as RGB uint8 [h, w, 3]. Raises OSError when it cannot be read."""
    source = io.BytesIO(_members(item.path)[item.member]) if item.member else item.path
    with Image.open(source) as image:
        return np.asarray(image.convert("RGB"))


@lru_cache(maxsize=8)
def _members(tar: Path) -> dict[str, bytes]:
    """All pictures of a tar in memory: small faces, read once instead of searched for every batch."""
    try:
        with tarfile.open(tar) as archive:
            return {m.name: file.read() for m in archive if m.isfile() and (file := archive.extractfile(m)) is not None}
    except _DAMAGED as error:
        raise OSError(f"{tar} is damaged: {error}") from error
