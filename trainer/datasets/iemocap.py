"""IEMOCAP_full_release: transcriptions, EmoEvaluation, and the dialogues' avi (both speakers in one picture) or wav.

Six of its emotions are scored; utterances with another label, or with none that the annotators agreed on, stay as
context. Both faces of the picture enter the faces vector with their area weights, as in any other video. No torch.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from m2fnet_core.base.dialogue import Dialogue, Utterance
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.base.wording import some
from trainer.config import CorpusConfig
from trainer.datasets.base import Corpus, label_dialogues

WORDS = {"hap": "happy", "sad": "sad", "neu": "neutral", "ang": "angry", "exc": "excited", "fru": "frustrated"}
_LINE = re.compile(r"(Ses0\d[FM]_\w+_([FM])\w*\d+)\s*\[(\d+\.\d+)-(\d+\.\d+)\]:\s*(.*)")
_LABEL = re.compile(r"\[[\d.]+ - [\d.]+\]\t(\S+)\t(\w+)\t")
_TEST = "Session5"
# Dialogues per session that the paper's 100/20/31 takes out of the first four for validation, and that others' 120/31
# does: the papers name none, so we take those whose names have the smallest SHA-256. Decision.
_HELD_OUT = {"paper": 5, "120/31": 3}


def read_iemocap(config: CorpusConfig, labels: Sequence[str]) -> Corpus:
    """Session 5 is the test; validation comes out of the others. Raises TrainingError when nothing is there."""
    splits: dict[str, tuple[Dialogue, ...]] = {}
    told: list[Dialogue] = []
    unjudged: list[str] = []
    for session in sorted(config.folder.glob("Session[1-5]")):
        dialogues = [_dialogue(session, path, unjudged) for path in _transcriptions(session)]
        told += dialogues
        held_out = set(sorted((d.id for d in dialogues), key=_shuffled)[: _HELD_OUT[config.protocol]])
        words = {**WORDS, **config.label_map}
        for dialogue in label_dialogues(dialogues, labels, words):
            split = "test" if session.name == _TEST else "validation" if dialogue.id in held_out else "train"
            splits[split] = (*splits.get(split, ()), dialogue)
    if not splits:
        raise TrainingError(
            f"{config.folder} holds no IEMOCAP: Session1 to Session5 with dialog/transcriptions are missing; "
            "give the IEMOCAP_full_release folder."
        )
    silent = [dialogue.id for dialogue in told if dialogue.media is None]
    gaps = {
        "have neither avi nor wav": (silent, "text only there"),
        "have no file in EmoEvaluation": (unjudged, "context only there"),
    }
    return Corpus(
        "IEMOCAP",
        splits,
        tuple(f"{len(n)} of {len(told)} dialogues {what} ({some(n)}): {so}." for what, (n, so) in gaps.items() if n),
        tuple(f"{name}: {what.removeprefix('have ')}" for what, (names, _) in gaps.items() for name in names),
    )


def _transcriptions(session: Path) -> list[Path]:
    """One per dialogue; copies that macOS left in the release begin with a dot."""
    return sorted(p for p in (session / "dialog" / "transcriptions").glob("Ses*.txt"))


def _shuffled(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _dialogue(session: Path, transcription: Path, unjudged: list[str]) -> Dialogue:
    name = transcription.stem
    judged = session / "dialog" / "EmoEvaluation" / f"{name}.txt"
    labels = _labels(judged) if judged.is_file() else {}
    unjudged += [] if judged.is_file() else [name]
    media = _media(session, name)
    found = (_LINE.match(line) for line in _lines(transcription))
    utterances = [
        Utterance(m[1], float(m[3]), float(m[4]), _speaker(name, m[2]), m[5].strip() or None, labels.get(m[1]))
        for m in found
        if m and float(m[4]) > float(m[3])
    ]
    return Dialogue(name, tuple(sorted(utterances, key=lambda u: (u.start, u.end))), media)


def _speaker(dialogue: str, letter: str) -> str:
    """The session's woman or man; the same person in all its dialogues."""
    return f"{dialogue[:5]}{letter}"


def _labels(path: Path) -> dict[str, str]:
    matches: Iterable[re.Match[str] | None] = map(_LABEL.match, _lines(path))
    return {match[1]: match[2] for match in matches if match}


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _media(session: Path, name: str) -> Path | None:
    folder = session / "dialog"
    places = (folder / "avi" / "DivX" / f"{name}.avi", folder / "avi" / f"{name}.avi", folder / "wav" / f"{name}.wav")
    return next((path for path in places if path.is_file()), None)
