"""A small IEMOCAP release: splits, labels, context, media."""

from pathlib import Path

import pytest

from m2fnet_core.emotions import IEMOCAP
from m2fnet_core.errors import TrainingError
from tests.media_maker import Sound, write_media
from trainer.config import CorpusConfig
from trainer.datasets.iemocap import read_iemocap

LINES = """\
{name}_F000 [006.2901-008.2357]: Excuse me.
{name}_M000 [007.5712-010.4750]: Do you have your forms?
F: (breathing)
{name}_F001 [010.0100-011.3925]: Yeah.
{name}_FXX0 [012.0000-012.5000]: Mhm.
"""
LABELS = """\
% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]

[6.2901 - 8.2357]\t{name}_F000\tneu\t[2.5000, 2.5000, 2.5000]
C-E2:\tNeutral;\t()

[7.5712 - 10.4750]\t{name}_M000\tfru\t[2.5000, 2.5000, 2.5000]

[10.0100 - 11.3925]\t{name}_F001\txxx\t[2.5000, 2.5000, 2.5000]
"""


def release(folder: Path, per_session: int = 8) -> Path:
    for session in range(1, 6):
        dialog = folder / f"Session{session}" / "dialog"
        for place in ("transcriptions", "EmoEvaluation", "wav"):
            (dialog / place).mkdir(parents=True)
        for number in range(per_session):
            name = f"Ses0{session}{'FM'[number % 2]}_impro{number:02d}"
            (dialog / "transcriptions" / f"{name}.txt").write_text(LINES.format(name=name), encoding="utf-8")
            (dialog / "EmoEvaluation" / f"{name}.txt").write_text(LABELS.format(name=name), encoding="utf-8")
    return folder


def config(folder: Path, protocol: str = "paper") -> CorpusConfig:
    return CorpusConfig("iemocap", folder, protocol=protocol)


def test_utterances_come_with_speaker_text_and_label(tmp_path: Path) -> None:
    folder = release(tmp_path)
    sound = folder / "Session5" / "dialog" / "wav" / "Ses05F_impro00.wav"
    write_media(sound, picture=None, sound=Sound(seconds=1.0))
    corpus = read_iemocap(config(folder), IEMOCAP.labels)
    (dialogue,) = (d for d in corpus.splits["test"] if d.id == "Ses05F_impro00")
    assert dialogue.media == sound
    told = [(u.id[-4:], u.speaker, u.label, u.start, u.text) for u in dialogue.utterances]
    assert told == [
        ("F000", "Ses05F", "neutral", 6.2901, "Excuse me."),
        ("M000", "Ses05M", "frustrated", 7.5712, "Do you have your forms?"),
        ("F001", "Ses05F", None, 10.01, "Yeah."),  # nobody agreed: context only
        ("FXX0", "Ses05F", None, 12.0, "Mhm."),
    ]
    assert any("neither avi nor wav" in problem for problem in corpus.problems)


def test_both_protocols_take_whole_dialogues_and_leave_session_five_alone(tmp_path: Path) -> None:
    folder = release(tmp_path)
    for protocol, held_out in (("paper", 20), ("120/31", 12)):
        splits = read_iemocap(config(folder, protocol), IEMOCAP.labels).splits
        ids = {split: {d.id for d in dialogues} for split, dialogues in splits.items()}
        assert {split: len(some) for split, some in ids.items()} == {
            "train": 32 - held_out,
            "validation": held_out,
            "test": 8,
        }
        assert all(name.startswith("Ses05") for name in ids["test"])
        assert not ids["train"] & ids["validation"]


def test_a_folder_without_sessions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="IEMOCAP_full_release"):
        read_iemocap(config(tmp_path), IEMOCAP.labels)
