"""Feature packs: vectors made elsewhere, so that fusion can be trained and compared on anybody's features. No torch.

One folder: ``utterances.csv`` (dialogue, utterance, order, speaker, text, label, split) and any of ``text.npy``,
``audio.npy``, ``visual.npy`` (or apart, ``scene.npy`` and ``faces.npy``), float [rows of the csv, any width]. A missing
file is a missing modality; a row of NaN is an utterance without it. The features step writes the same form.
"""

import csv
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.dialogue import Dialogue, Utterance
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.features.vectors import UtteranceVectors
from trainer.datasets.base import SPLITS, Corpus, label_dialogues

COLUMNS = ("dialogue", "utterance", "order", "speaker", "text", "label", "split")
FILES = ("text", "audio", "visual", "scene", "faces")
Vectors = Mapping[tuple[str, str], UtteranceVectors]  # by dialogue id and utterance id


def read_pack(folder: Path, labels: Sequence[str], label_map: Mapping[str, str]) -> tuple[Corpus, Vectors]:
    """Dialogues by split and every utterance's vectors; vectors of visual.npy are taken as the scene's.

    Raises TrainingError: no utterances.csv, columns missing (names them), an unknown split, an utterance named twice,
    arrays that do not fit.
    """
    rows = _rows(folder / "utterances.csv")
    arrays = {name: _array(folder / f"{name}.npy", len(rows)) for name in FILES}
    if not any(array is not None for array in arrays.values()):
        raise TrainingError(f"{folder} has none of {', '.join(f'{name}.npy' for name in FILES)}; add at least one.")
    places = sorted(range(len(rows)), key=lambda i: (rows[i]["split"], rows[i]["dialogue"], float(rows[i]["order"])))
    splits: dict[str, tuple[Dialogue, ...]] = {}
    vectors = dict[tuple[str, str], UtteranceVectors]()
    for (split, name), members in groupby(places, key=lambda i: (rows[i]["split"], rows[i]["dialogue"])):
        turns = list(members)
        dialogue = Dialogue(f"{split}/{name}", tuple(_utterance(rows[i]) for i in turns))
        splits[split] = (*splits.get(split, ()), *label_dialogues([dialogue], labels, label_map))
        vectors |= {(dialogue.id, rows[i]["utterance"]): _vectors(arrays, i) for i in turns}
    return Corpus(folder.name, splits), vectors


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{path} cannot be read ({error}); a feature pack has an utterances.csv.") from error
    if missing:
        raise TrainingError(f"{path} lacks the column {', '.join(missing)}; it needs {', '.join(COLUMNS)}.")
    seen = set[tuple[str, ...]]()
    for number, row in enumerate(rows, 2):
        if row["split"] not in SPLITS or not _is_number(row["order"]):
            raise TrainingError(
                f"{path}, line {number}: split is one of {', '.join(SPLITS)} and order a number, "
                f"not {row['split']!r} and {row['order']!r}."
            )
        name = (row["split"], row["dialogue"], row["utterance"])
        if name in seen:
            raise TrainingError(f"{path}, line {number}: {' '.join(name)} is there already; name each utterance once.")
        seen.add(name)
    return rows


def _is_number(text: str) -> bool:
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return True


def _array(path: Path, rows: int) -> NDArray[np.float32] | None:
    if not path.is_file():
        return None
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} is no array that can be read ({error}); save it with numpy.save.") from error
    if array.ndim != 2 or len(array) != rows:
        raise TrainingError(
            f"{path} has the shape {array.shape}; utterances.csv has {rows} rows, so it needs ({rows}, width)."
        )
    if array.dtype.kind not in "fiu" or np.isinf(array).any():
        raise TrainingError(f"{path} holds values that are no finite numbers; only whole rows of NaN are allowed.")
    nothing = np.isnan(array)
    partly = np.flatnonzero(nothing.any(axis=1) & ~nothing.all(axis=1))
    if len(partly):
        raise TrainingError(f"{path}, row {partly[0] + 1}: some values are NaN; only a whole row of NaN says nothing.")
    numbers: NDArray[np.float32] = array.astype(np.float32)
    return numbers


def _utterance(row: Mapping[str, str]) -> Utterance:
    order = float(row["order"])
    return Utterance(row["utterance"], order, order + 1, row["speaker"], row["text"] or None, row["label"] or None)


def _vectors(arrays: Mapping[str, NDArray[np.float32] | None], row: int) -> UtteranceVectors:
    def of(name: str) -> NDArray[np.float32] | None:
        array = arrays[name]
        return None if array is None or np.isnan(array[row]).all() else array[row]

    scene = of("scene") if arrays["scene"] is not None else of("visual")
    return UtteranceVectors(text=of("text"), audio=of("audio"), scene=scene, faces=of("faces"))


def write_pack(
    folder: Path, splits: Mapping[str, Sequence[Dialogue]], vectors: Mapping[tuple[str, str], UtteranceVectors]
) -> None:
    """Write dialogues and their vectors as a pack. Inputs that no utterance has get no file. Raises OSError."""
    turns = [(split, d, k, u) for split, some in splits.items() for d in some for k, u in enumerate(d.utterances)]
    for name in ("text", "audio", "scene", "faces"):
        found = [getattr(vectors[d.id, u.id], name) for _, d, _, u in turns]
        width = max((len(v) for v in found if v is not None), default=0)
        if width:
            nothing = np.full(width, np.nan, np.float32)
            np.save(folder / f"{name}.npy", np.stack([nothing if v is None else v for v in found]))
    with (folder / "utterances.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for split, d, k, u in turns:
            writer.writerow([d.id.removeprefix(f"{split}/"), u.id, k, u.speaker, u.text or "", u.label or "", split])
