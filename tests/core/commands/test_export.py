"""``m2fnet-export`` as a person uses it."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from m2fnet_core.base.dialogue import Prediction, Presence
from m2fnet_core.base.emotions import MELD
from m2fnet_core.commands.export import main
from m2fnet_core.document.commands import AddMedia, Decide, Insert
from m2fnet_core.document.content import Decision, Medium, Model, Turn
from m2fnet_core.document.project import Project
from m2fnet_core.media.content import content_hash
from m2fnet_core.media.probe import probe
from tests.media_maker import Picture, Sound, write_media

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two videos, Ann in the one and Bob in the other; anna decided on Ann, ben on both; a model predicted Bob."""
    tones = {"one": 440.0, "two": 880.0}
    videos = [write_media(tmp_path / f"{name}.mp4", Picture(frames=25), Sound(1.0, hz)) for name, hz in tones.items()]
    media = [Medium(f"m{i}", video, video.name, content_hash(video), 1.0) for i, video in enumerate(videos)]
    turns = (Turn("t0", "m0", 0.1, 0.5, "s0", "You came!"), Turn("t1", "m1", 0.2, 0.9, "s1", None))
    chances = {label: 1.0 if label == "fear" else 0.0 for label in MELD.labels}
    made = Project.create(tmp_path / "talks.m2f")
    made.do(AddMedia(tuple(media)))
    made.do(Insert(turns, {"s0": "Ann", "s1": "Bob"}))
    made.do(Decide((Decision("t0", "anna", "joy"),)))
    made.do(Decide((Decision("t0", "ben", "anger"), Decision("t1", "ben", "disgust"))))
    said = Prediction("t1", "fear", chances, Presence(audio=True))
    made.add_predictions("m1", Model("starter", "ab" * 32, True, MELD.labels), [(turns[1], said)])
    made.close()
    return made.path


def run(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def labels(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["emotion"] for row in csv.DictReader(file)]


def test_all_videos_go_to_a_folder(project: Path, tmp_path: Path, capsys: Capture) -> None:
    assert run(project, "--format", "vtt", "--out", tmp_path / "out") == 0
    assert "<v Ann>You came! [anger]" in (tmp_path / "out" / "one.vtt").read_text("utf-8")  # ben decided most
    assert "[disgust]" in (tmp_path / "out" / "two.vtt").read_text("utf-8")
    assert f"written: {tmp_path / 'out' / 'two.vtt'}" in capsys.readouterr().err


def test_one_video_whose_labels_and_which_annotator(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "two.csv"

    def found(media: str, *options: str) -> list[str]:
        assert run(project, "--format", "csv", "--out", out, "--media", media, *options) == 0
        return labels(out)

    assert found("two.mp4") == ["disgust"]
    assert found("two", "--labels", "model") == ["fear"]
    assert found("two", "--annotator", "anna") == ["fear"]
    assert found("two", "--annotator", "anna", "--labels", "human") == [""]
    assert found("one", "--annotator", "anna") == ["joy"]


def test_a_project_that_is_open_elsewhere_is_read(project: Path, tmp_path: Path) -> None:
    held = Project.open(project)
    try:
        assert run(project, "--format", "json", "--out", tmp_path / "one.json", "--media", "one") == 0
    finally:
        held.close()
    body = json.loads((tmp_path / "one.json").read_text("utf-8"))
    assert [d["label"] for d in body["utterances"][0]["decisions"]] == ["joy", "anger"]


def test_a_moved_project_finds_its_videos(project: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    for path in (project, tmp_path / "one.mp4", tmp_path / "two.mp4"):
        path.rename(there / path.name)
    assert run(there / "talks.m2f", "--format", "mp4", "--out", there / "films") == 0
    info = probe(there / "films" / "one.mp4")
    assert info.video is not None
    assert info.duration == pytest.approx(1.0, abs=0.1)


def test_one_that_fails_does_not_keep_the_others(project: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "out" / "one.srt").mkdir(parents=True)
    assert run(project, "--format", "srt", "--out", tmp_path / "out") == 1
    assert "one.srt could not be written" in capsys.readouterr().err
    assert (tmp_path / "out" / "two.srt").is_file()


def test_what_is_wrong_is_one_sentence(project: Path, tmp_path: Path, capsys: Capture) -> None:
    for arguments, said in (
        ((project, "--media", "three"), "it holds one.mp4, two.mp4"),
        ((project, "--annotator", "zoe"), "choose one of anna, ben"),
        ((tmp_path / "none.m2f",), "none.m2f"),
        ((tmp_path / "one.mp4",), "one.mp4"),
    ):
        assert run(*arguments, "--format", "csv", "--out", tmp_path / "out.csv") == 1
        error = capsys.readouterr().err.strip()
        assert error.startswith("error: ")
        assert said in error
        assert "\n" not in error
    with pytest.raises(SystemExit):
        run(project, "--format", "docx", "--out", tmp_path)


def test_it_starts_without_torch_and_opencv() -> None:
    heavy = "('torch', 'transformers', 'cv2')"
    code = f"import sys, m2fnet_core.commands.export; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
