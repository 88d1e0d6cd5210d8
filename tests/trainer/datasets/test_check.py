"""`m2fnet-train check`: what is there, what is missing, what does not open."""

import json
from pathlib import Path

import pytest

from tests.media_maker import Picture, Sound, write_media
from tests.trainer.datasets.test_documents import project, says
from tests.trainer.datasets.test_iemocap import release
from tests.trainer.learn.test_extractors import write_faces
from tests.trainer.test_cli import write_pack
from trainer.cli import main
from trainer.events import Checked, from_line

MELD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Checked:
    assert main(["check", *arguments, "--events"]) == 0
    events = [from_line(line) for line in capsys.readouterr().out.splitlines()]
    (found,) = (event for event in events if isinstance(event, Checked))
    return found


def meld(folder: Path) -> Path:
    rows = "".join(f'{k},"Hi {k}",Ann,{label},x,0,{k},1,1,"00:00:0{k},000","00:00:0{k},900"\n' for k, label in ROWS)
    for name in ("train", "dev", "test"):
        (folder / f"{name}_sent_emo.csv").write_text(MELD + rows, encoding="utf-8")
    clips = folder / "train_splits"
    clips.mkdir()
    write_media(clips / "dia0_utt0.mp4", picture=Picture(frames=25), sound=Sound(seconds=1.0))
    (clips / "dia0_utt1.mp4").write_bytes(b"half a download")
    return folder


ROWS = ((0, "joy"), (1, "anger"), (2, "joy"))


def test_a_corpus_with_missing_and_corrupt_clips(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = checked(capsys, str(meld(tmp_path)), "--kind", "meld")
    assert dict(report.parts["train"].labels) == {"joy": 2, "anger": 1}
    assert (report.parts["train"].dialogues, report.parts["train"].speakers) == (1, 1)
    assert any("1 clips of train are missing (dia0_utt2)" in problem for problem in report.problems)
    assert [Path(name).name for name in report.unreadable] == ["dia0_utt1.mp4"]


def test_faces_by_emotion_and_of_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_faces(tmp_path)
    (tmp_path / "train" / "angry" / "0.png").write_bytes(b"half a download")
    (tmp_path / "train" / "unknown").mkdir()
    (tmp_path / "train" / "angry" / "1.png").rename(tmp_path / "train" / "unknown" / "1.png")
    report = checked(capsys, str(tmp_path), "--kind", "faces")
    assert dict(report.parts["train"].labels) == {"neutral": 8, "joy": 8, "anger": 7}
    assert report.problems == ("1 pictures have no label of the set and are left out.",)
    assert [Path(name).name for name in report.unreadable] == ["0.png"]
    text = f'[[corpora]]\nkind = "faces"\nfolder = "{tmp_path.as_posix()}"\nidentities = true\n'
    (tmp_path / "run.toml").write_text(text, encoding="utf-8")
    people = checked(capsys, str(tmp_path / "run.toml")).parts["train"]
    assert (dict(people.labels), people.speakers) == ({"(faces of people)": 24}, 4)


def test_speech_packs_and_projects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("speech", "pack", "projects"):
        (tmp_path / name).mkdir()
    write_media(tmp_path / "speech" / "03a01Wa.wav", picture=None, sound=Sound(seconds=0.5))
    (tmp_path / "speech" / "08a01Fa.wav").write_bytes(b"no sound")
    speech = checked(capsys, str(tmp_path / "speech"), "--kind", "speech")
    assert (dict(speech.parts["train"].labels), speech.parts["train"].speakers) == ({"joy": 1, "anger": 1}, 2)
    assert [Path(name).name for name in speech.unreadable] == ["08a01Fa.wav"]
    write_pack(tmp_path / "pack", {"text": 3})
    pack = checked(capsys, str(tmp_path / "pack"), "--kind", "pack")
    assert {split: part.dialogues for split, part in pack.parts.items()} == {"train": 40, "validation": 12, "test": 12}
    (tmp_path / "run.toml").write_text('[[corpora]]\nkind = "pack"\nfolder = "pack"\nsplit = "test"\n', "utf-8")
    held_out = checked(capsys, str(tmp_path / "run.toml"))
    assert {split: part.dialogues for split, part in held_out.parts.items()} == {"test": 64}
    project(tmp_path / "projects" / "a.m2f", decided={0: [says("joy")]})
    documents = checked(capsys, str(tmp_path / "projects"), "--kind", "documents")
    assert dict(documents.parts["train"].labels) == {"joy": 1, "(other)": 3}


def test_all_corpora_of_a_run_as_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release(tmp_path / "iemocap", per_session=6)
    text = '[[corpora]]\nkind = "iemocap"\nfolder = "iemocap"\n'
    labels = json.dumps(["happy", "sad", "neutral", "angry", "excited", "frustrated"])
    (tmp_path / "run.toml").write_text(f'label_set = "IEMOCAP-6"\nlabels = {labels}\n{text}', encoding="utf-8")
    assert main(["check", str(tmp_path / "run.toml")]) == 0
    told = capsys.readouterr().err
    assert "frustrated" in told
    assert "neither avi nor wav" in told


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "gone"), "--kind", "meld", "--events"]) == 1
    assert "There is no folder" in capsys.readouterr().out
