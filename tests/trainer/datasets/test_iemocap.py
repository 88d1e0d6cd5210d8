"""A small IEMOCAP release: splits, labels, context, media."""

import re
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.base.emotions import IEMOCAP
from m2fnet_core.base.errors import TrainingError
from m2fnet_core.bundle.checkpoint import save_bundle
from m2fnet_core.bundle.untrained import untrained_bundle
from tests.media_maker import Picture, Sound, write_media
from trainer.cli import main
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
    (problem,) = corpus.problems  # one sentence, however many
    assert re.fullmatch(r"\d+ of \d+ dialogues have neither avi nor wav \(.*, …\): text only there\.", problem)
    assert len(corpus.missing) == int(problem.split()[0])


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


def test_vectors_are_spans_of_the_dialogues_avi(tmp_path: Path) -> None:
    """The others have text alone; a sound and a picture come from the one avi that is there."""
    folder = release(tmp_path / "IEMOCAP", per_session=6)
    places = folder / "Session2" / "dialog" / "avi" / "DivX"
    places.mkdir(parents=True)
    film = Picture(frames=65, fps=5.0, size=(64, 48), b_frames=0)
    write_media(places / "Ses02F_impro02.avi", picture=film, sound=Sound(seconds=13.0, rate=16000, layout="mono"))
    toml = write_run(tmp_path)
    assert main(["features", str(toml)]) == 0
    pack = tmp_path / "runs" / "run" / "features"
    rows = (pack / "utterances.csv").read_text(encoding="utf-8").splitlines()[1:]
    of_the_film = ["Ses02F_impro02" in row for row in rows]
    for name in ("audio", "scene"):
        assert (~np.isnan(np.load(pack / f"{name}.npy")).any(axis=1)).tolist() == of_the_film
    assert sum(of_the_film) == 4


def test_too_many_broken_films_end_the_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every film is one file but four utterances."""
    folder = release(tmp_path / "IEMOCAP", per_session=6)
    for number in range(4):
        name = f"Ses01{'FM'[number % 2]}_impro{number:02d}"
        (folder / "Session1" / "dialog" / "wav" / f"{name}.wav").write_bytes(b"no sound")
    assert main(["features", str(write_run(tmp_path)), "--events"]) == 1
    assert "16 of 120 utterances cannot be read" in capsys.readouterr().out


def write_run(folder: Path) -> Path:
    save_bundle(untrained_bundle(), folder / "bundle")
    toml = folder / "run.toml"
    labels = ", ".join(f'"{label}"' for label in IEMOCAP.labels)
    toml.write_text(
        f'label_set = "IEMOCAP-6"\nlabels = [{labels}]\ndevice = "cpu"\nstart_from = "bundle"\n'
        '[[corpora]]\nkind = "iemocap"\nfolder = "IEMOCAP"\n[text]\nencoder = "bundle/text"\n',
        encoding="utf-8",
    )
    return toml
