"""MELD: the MELD.Raw layout, or its csv files alone (text without media). No torch.

Splits are the three csv files; utterances are clips of their own in the folders beside them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from m2fnet_core.base.dialogue import Dialogue, Utterance
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.transcript.tables import read_csv
from trainer.datasets.base import Corpus, label_dialogues

FILES = {"train": "train_sent_emo.csv", "validation": "dev_sent_emo.csv", "test": "test_sent_emo.csv"}
CLIPS = {
    "train": ("train_splits", "train/train_splits"),
    "validation": ("dev_splits_complete", "dev/dev_splits_complete"),
    "test": ("output_repeated_splits_test", "test/output_repeated_splits_test"),
}
# Clips that are corrupt in every published copy (m2fnet section 4).
CORRUPT = {
    "train": frozenset({"dia125_utt3"}),
    "validation": frozenset({"dia110_utt7"}),
    "test": frozenset({"dia38_utt4", "dia220_utt0"}),
}


def read_meld(folder: Path, labels: Sequence[str], label_map: Mapping[str, str]) -> Corpus:
    """All splits whose csv is there. Raises TrainingError when none is."""
    splits, problems, lost = {}, list[str](), list[str]()
    for split, name in FILES.items():
        path = next((place for place in _places(folder, split) if place.is_file()), None)
        if path is None:
            problems.append(f"{name} is missing, so there is no {split} split.")
            continue
        read = read_csv(path, None)
        problems += read.notices
        with_clips, gone = _with_clips(folder, split, read.utterances)
        problems += [_told(split, what, clips) for what, clips in gone.items() if clips]
        lost += [f"{split} {clip}: {what}" for what, clips in gone.items() for clip in clips]
        splits[split] = label_dialogues(_dialogues(split, with_clips), labels, label_map)
    if not splits:
        raise TrainingError(
            f"{folder} holds no MELD: {', '.join(FILES.values())} are missing; give the MELD.Raw folder."
        )
    return Corpus("MELD", splits, tuple(problems), tuple(lost))


def _places(folder: Path, split: str) -> list[Path]:
    """Where the csv of a split lies: beside the others, or in the split's folder, as the archive unpacks."""
    name = FILES[split]
    return [folder / name, folder / name.split("_")[0] / name]


def _with_clips(
    folder: Path, split: str, utterances: Iterable[Utterance]
) -> tuple[list[Utterance], dict[str, list[str]]]:
    """Each utterance with the clip it has, and the clips that are missing or known to be corrupt."""
    places = [folder / place for place in CLIPS[split] if (folder / place).is_dir()]
    if not places:
        return [replace(u, media=None) for u in utterances], {}
    found, missing, corrupt = list[Utterance](), list[str](), list[str]()
    for utterance in utterances:
        clip = next((p / f"{utterance.id}.mp4" for p in places if (p / f"{utterance.id}.mp4").is_file()), None)
        if utterance.id in CORRUPT[split]:
            corrupt.append(utterance.id)
            clip = None
        elif clip is None:
            missing.append(utterance.id)
        span = (0.0, utterance.duration) if clip else (utterance.start, utterance.end)
        found.append(replace(utterance, start=span[0], end=span[1], media=clip))
    return found, {"missing": missing, "known to be corrupt": corrupt}


def _told(split: str, what: str, clips: Sequence[str]) -> str:
    names = ", ".join(clips[:5]) + (", …" if len(clips) > 5 else "")
    return f"{len(clips)} clips of {split} are {what} ({names}): text only there."


def _dialogues(split: str, utterances: Iterable[Utterance]) -> list[Dialogue]:
    def number(utterance: Utterance) -> int:
        match = re.match(r"dia(\d+)_", utterance.id)
        return int(match[1]) if match else -1

    groups = groupby(sorted(utterances, key=number), key=number)
    return [Dialogue(f"{split}/dia{n}", tuple(turns)) for n, turns in groups]
