"""The JSON result: schema 1, written whole or not at all."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from m2fnet_core.analysis.report import AnalysedMedia, Report, UsedModel, analysed, to_json, write_report
from m2fnet_core.base.dialogue import Contributions, FaceBox, Prediction, Presence, Utterance
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.json_codec import build, plain

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text("utf-8"))
UTTERANCE = Utterance("u1", 0.5, 2.0, "Zoë", "Où ça ?", media=None)
PREDICTION = Prediction(
    "u1",
    "joy",
    {"neutral": 0.25, "joy": 0.75},
    Presence(text=True, scene=True, faces=True),
    Contributions(text=0.5, visual=-0.25),
)
FACES = (FaceBox(1.0, (10.0, -2.5, 30.0, 40.0), 0.99, 0.75), FaceBox(1.0, (50.0, 0.0, 60.0, 10.0), 0.9, 0.25))


def report(path: Path = Path("talk.mp4"), fps: float | None = 25.0, frames: int | None = 75) -> Report:
    return Report(
        media=AnalysedMedia(path, "0123456789abcdef" * 4, 3.0, fps, frames),
        model=UsedModel("none", False, ("neutral", "joy")),
        utterances=(analysed(UTTERANCE, PREDICTION, FACES),),
    )


def test_the_report_is_schema_1() -> None:
    body = json.loads(to_json(report()))
    jsonschema.validate(body, SCHEMA)
    assert list(body) == ["schema", "media", "model", "utterances", "voices"]
    assert list(body["media"]) == ["path", "sha256", "duration", "fps", "frames"]
    assert list(body["utterances"][0]) == [*SCHEMA["$defs"]["utterance"]["required"], "words", "speaking"]
    assert body["model"]["trained"] is False
    assert body["utterances"][0]["text"] == "Où ça ?"
    assert body["utterances"][0]["contributions"] == {"text": 0.5, "audio": None, "visual": -0.25}
    assert body["utterances"][0]["faces"][0] == {
        "time": 1.0,
        "box": [10.0, -2.5, 30.0, 40.0],
        "confidence": 0.99,
        "area_weight": 0.75,
    }


def test_a_sound_file_has_neither_rate_nor_frames() -> None:
    body = json.loads(to_json(report(fps=None, frames=None)))
    jsonschema.validate(body, SCHEMA)
    assert body["media"]["fps"] is None


def test_the_documented_example_follows_the_schema() -> None:
    text = (Path(__file__).parents[3] / "docs" / "json-schema.md").read_text("utf-8")
    example = json.loads(text.split("```json\n")[1].split("```")[0].replace("9f2c…", "9f2c" * 16))
    jsonschema.validate(example, SCHEMA)
    assert sum(example["utterances"][0]["probabilities"].values()) == pytest.approx(1)


@pytest.mark.parametrize("change", [{"schema": 2}, {"extra": 1}, {"media": {}}])
def test_the_schema_refuses_anything_else(change: dict[str, Any]) -> None:
    body = json.loads(to_json(report())) | change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, SCHEMA)


def test_a_report_is_written_and_read_back(tmp_path: Path) -> None:
    place = tmp_path / "talk.json"
    write_report(report(), place)
    assert build(Report, json.loads(place.read_text("utf-8"))) == report()
    assert [p.name for p in tmp_path.iterdir()] == ["talk.json"]


def test_an_old_report_is_replaced(tmp_path: Path) -> None:
    place = tmp_path / "talk.json"
    place.write_text("old")
    write_report(report(), place)
    assert json.loads(place.read_text("utf-8"))["schema"] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names files in Unicode")
def test_a_file_name_that_is_not_unicode_survives(tmp_path: Path) -> None:
    name = Path(os.fsdecode(b"caf\xe9.mp4"))
    write_report(report(name), tmp_path / "x.json")
    assert Path(json.loads((tmp_path / "x.json").read_text("utf-8"))["media"]["path"]) == name


@pytest.mark.parametrize("place", ["missing/talk.json", "file/talk.json", "folder"])
def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DocumentError) as caught:
        write_report(report(), tmp_path / place)
    assert str(tmp_path / place) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_a_full_disk_leaves_the_old_report(tmp_path: Path) -> None:
    limits = pytest.importorskip("resource", reason="only POSIX can limit a process's files")
    place = tmp_path / "talk.json"
    place.write_text("old")
    before = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(DocumentError, match="File too large") as caught:
            write_report(report(), place)
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, before)
    assert str(place) in str(caught.value)
    assert place.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["talk.json"]


def test_a_number_that_is_none_is_never_written(tmp_path: Path) -> None:
    body = plain(report())
    body["media"]["duration"] = float("nan")
    with pytest.raises(ValueError, match="Out of range float"):
        write_report(build(Report, body), tmp_path / "x.json")
    assert not list(tmp_path.iterdir())
