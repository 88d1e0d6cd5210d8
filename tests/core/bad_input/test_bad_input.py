"""What users really have: broken files, odd files, full disks. One clear sentence each, and the program goes on.

Every case runs as the worker and the command line run it (`jobs.perform`), through the real analysis.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.events import (
    AnalysisStarted,
    Event,
    FacesFound,
    Failed,
    Finished,
    Notice,
    UtteranceStarted,
    ignore,
)
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze
from m2fnet_core.service.jobs import WarmBundle, perform
from tests.core.small_model import write_small_model
from tests.face_maker import with_faces
from tests.media_maker import Picture, Sound, cut_off, write_media

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text("utf-8"))
WARM = WarmBundle()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_model(tmp_path_factory.mktemp("model") / "small")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds without a face, without a transcript; a tone."""
    return write_media(tmp_path_factory.mktemp("good") / "good.mp4", Picture(frames=50), Sound())


@pytest.fixture
def works(model: Path, good: Path) -> Iterator[None]:
    """After what went wrong in a test, the next analysis works."""
    yield
    analysed(Analyze(good, model=model, utterances=turns((0, 1))))


def turns(*spans: tuple[float, float]) -> tuple[Utterance, ...]:
    return tuple(Utterance(f"u{n}", float(a), float(b), "Ann", "Oh.") for n, (a, b) in enumerate(spans, 1))


def analysed(request: Analyze) -> tuple[dict[str, Any], list[Event]]:
    """The report of an analysis that succeeds, and all it told."""
    events: list[Event] = []
    outcome = perform(request, events.append, CancelToken(), WARM)
    assert isinstance(outcome, Finished), outcome
    body = json.loads(json.dumps(outcome.result, allow_nan=False))
    jsonschema.validate(body, SCHEMA)
    for utterance in body["utterances"]:
        assert sum(utterance["probabilities"].values()) == pytest.approx(1)
    return body, events


def failed(request: Analyze, hook: Callable[[Event], None] = ignore) -> str:
    """The one sentence of an analysis that cannot succeed."""
    outcome = perform(request, hook, CancelToken(), WARM)
    assert isinstance(outcome, Failed), outcome
    assert "\n" not in outcome.message
    assert outcome.message.endswith(".")
    assert "nobody expected" not in outcome.message
    return outcome.message


def notices(events: Sequence[Event]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Notice))


def presence(body: dict[str, Any]) -> set[tuple[str, ...]]:
    """The sets of modalities that the utterances have."""
    return {tuple(k for k, there in u["present"].items() if there) for u in body["utterances"]}


# Files that are no media ----------------------------------------------------------------------------------------------


def not_media(folder: Path, kind: str, good: Path) -> Path:
    path = folder / f"{kind}.mp4"
    match kind:
        case "words":
            path.write_text("I am no video. " * 100)
        case "noise":
            path.write_bytes(np.random.default_rng(0).bytes(100_000))
        case "empty":
            path.touch()
        case "folder":
            path.mkdir()
        case "half":
            cut_off(good, path, 0.5)
        case "unreadable":
            shutil.copy(good, path)
            path.chmod(0)
    return path


@pytest.mark.parametrize("kind", ["words", "noise", "empty", "folder", "half", "missing"])
@pytest.mark.usefixtures("works")
def test_a_file_that_is_no_media(tmp_path: Path, good: Path, kind: str) -> None:
    assert f"{kind}.mp4" in failed(Analyze(not_media(tmp_path, kind, good)))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path, good: Path) -> None:
    assert "permission" in failed(Analyze(not_media(tmp_path, "unreadable", good)))


# Media that lack something, or have oddities --------------------------------------------------------------------------


def test_a_file_cut_off_behind_its_index(tmp_path: Path, model: Path) -> None:
    whole = write_media(tmp_path / "whole.mkv", Picture(frames=100), Sound(seconds=4))
    path = cut_off(whole, tmp_path / "cut.mkv", 0.3)
    body, events = analysed(Analyze(path, model=model, utterances=turns((0, 0.5), (0.5, 3), (3, 4))))
    assert "cut off" in notices(events)
    assert [u["id"] for u in body["utterances"]] == ["u1", "u2"]
    assert body["utterances"][1]["end"] == body["media"]["duration"] < 2


def test_no_sound(tmp_path: Path, model: Path) -> None:
    path = write_media(tmp_path / "mute.mp4", Picture(frames=50), None)
    body, events = analysed(Analyze(path, model=model))
    assert presence(body) == {("scene",)}
    assert body["utterances"][0]["contributions"]["audio"] is None
    assert "mute.mp4 has no sound" in notices(events)
    assert "No face was found" in notices(events)
    assert "no transcript" in notices(events)


@pytest.mark.parametrize("ending", ["wav", "mp3", "flac", "m4a"])
def test_no_picture(tmp_path: Path, model: Path, ending: str) -> None:
    path = write_media(tmp_path / f"only.{ending}", None, Sound(seconds=3))
    body, events = analysed(Analyze(path, model=model, utterances=turns((0, 2), (2, 3))))
    assert presence(body) == {("text", "audio")}
    assert body["media"]["fps"] is body["media"]["frames"] is None
    assert f"only.{ending} has no picture" in notices(events)


def test_silence_is_no_sound(tmp_path: Path, model: Path) -> None:
    silent = Sound(samples=np.zeros(96_000, np.float32))
    path = write_media(tmp_path / "silent.mp4", Picture(frames=50), silent)
    body, events = analysed(Analyze(path, model=model, utterances=turns((0, 2))))
    assert presence(body) == {("text", "scene")}
    assert "no sound that can be heard" in notices(events)


def test_one_frame(tmp_path: Path, model: Path) -> None:
    path = write_media(tmp_path / "one.mp4", Picture(frames=1), None)
    body, _ = analysed(Analyze(path, model=model))
    assert body["media"]["frames"] == 1
    assert presence(body) == {("scene",)}


def test_one_pixel(tmp_path: Path, model: Path) -> None:
    path = write_media(tmp_path / "pixel.mkv", Picture(25, size=(1, 1), codec="ffv1", pixel_format="yuv444p"), None)
    assert presence(analysed(Analyze(path, model=model))[0]) == {("scene",)}


def test_time_stamps_that_start_at_five_seconds(tmp_path: Path, model: Path) -> None:
    face = with_faces((320, 240), [(60, 10, 180)])[0]
    picture = Picture(50, start=5.0, size=(320, 240), shown=[face] * 50)
    path = write_media(tmp_path / "late.mkv", picture, Sound(start=5.0))
    body, events = analysed(Analyze(path, model=model, utterances=turns((0, 1), (1, 2))))
    assert body["media"]["duration"] == pytest.approx(2, abs=0.1)
    assert presence(body) == {("text", "audio", "scene", "faces")}
    for event, utterance in zip((e for e in events if isinstance(e, FacesFound)), body["utterances"], strict=True):
        assert all(utterance["start"] - 0.04 <= time < utterance["end"] for time in event.frames)


def test_a_rotated_phone_video(tmp_path: Path, model: Path) -> None:
    face, places = with_faces((240, 320), [(30, 40, 180)])
    path = write_media(tmp_path / "phone.mp4", Picture(25, size=(240, 320), rotation=90, shown=[face] * 25), None)
    body, _ = analysed(Analyze(path, model=model, utterances=turns((0, 1))))
    found = np.array([f["box"] for f in body["utterances"][0]["faces"]])
    assert np.abs(found - places).max() < 25


def test_a_variable_frame_rate(tmp_path: Path, model: Path) -> None:
    times = np.cumsum([0.0, 0.02, 0.2] + [0.02, 0.2] * 18).tolist()
    path = write_media(tmp_path / "vfr.mkv", Picture(len(times), times=times), None)
    _, events = analysed(Analyze(path, model=model, utterances=turns((1, 2), (3, 4))))
    for event, (start, end) in zip((e for e in events if isinstance(e, FacesFound)), ((1, 2), (3, 4)), strict=True):
        assert all(min(abs(time - t) for t in times) < 0.002 for time in event.frames)
        assert all(start - 0.2 <= time < end for time in event.frames)


def test_thirty_faces(tmp_path: Path, model: Path) -> None:
    crowd = with_faces((960, 920), [(x * 158, y * 182, 154) for x in range(6) for y in range(5)])[0]
    path = write_media(tmp_path / "crowd.mp4", Picture(5, size=(960, 920), shown=[crowd] * 5), None)
    body, _ = analysed(Analyze(path, model=model, utterances=turns((0, 0.2))))
    frames: dict[float, list[float]] = {}
    for face in body["utterances"][0]["faces"]:
        frames.setdefault(face["time"], []).append(face["area_weight"])
    assert len(frames) == 5
    assert all(len(weights) == 30 for weights in frames.values())
    assert all(sum(weights) == pytest.approx(1, abs=0.01) for weights in frames.values())


# Transcripts ----------------------------------------------------------------------------------------------------------


def test_utterances_in_disorder(tmp_path: Path, model: Path, good: Path) -> None:
    rows = ["1.5,1.9,Ann,Last", "-1,0.4,Bob,Early", "0.5,0.5,Ann,Empty", "1.2,0.8,Ann,Backwards"]
    rows += ["0.6,1.4,Ann,Over", "0.8,1.3,Bob,Lapping", "1.95,7,Bob,Late", "50,60,Ann,Gone", "x,y,Ann,Broken"]
    table = tmp_path / "t.csv"
    table.write_text("start,end,speaker,text\n" + "\n".join(rows), "utf-8")
    body, events = analysed(Analyze(good, table, model))
    assert [u["text"] for u in body["utterances"]] == ["Early", "Over", "Lapping", "Last", "Late"]
    assert all(0 <= u["start"] < u["end"] <= body["media"]["duration"] for u in body["utterances"])
    for said in ("before it started", "no length", "outside the file", "beyond the file", "sorted", "readable times"):
        assert said in notices(events)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_srt_in_any_encoding(tmp_path: Path, model: Path, good: Path, encoding: str) -> None:
    srt = tmp_path / "t.srt"
    srt.write_bytes("x\n0:0:0,1 -> broken\n\n1\n00:00:00,100 --> 00:00:01,900\nZoë: Où étais-tu ?\n".encode(encoding))
    body, _ = analysed(Analyze(good, srt, model))
    assert [(u["speaker"], u["text"]) for u in body["utterances"]] == [("Zoë", "Où étais-tu ?")]


@pytest.mark.usefixtures("works")
@pytest.mark.parametrize("kind", ["of another video", "missing", "no transcript", "empty"])
def test_a_transcript_that_cannot_be_used(tmp_path: Path, good: Path, model: Path, kind: str) -> None:
    path = tmp_path / ("t.pdf" if kind == "no transcript" else "t.srt")
    if kind == "of another video":
        path.write_text("1\n01:00:00,000 --> 01:00:02,000\nAnn: Elsewhere.\n")
    elif kind != "missing":
        path.touch()
    assert path.name in failed(Analyze(good, path, model))


# Models and devices ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("works")
@pytest.mark.parametrize(
    "lost", ["config.json", "fusion.safetensors", "audio.safetensors", "visual.safetensors", "text", "everything"]
)
def test_half_a_bundle(tmp_path: Path, model: Path, good: Path, lost: str) -> None:
    half = tmp_path / "half"
    if lost != "everything":
        shutil.copytree(model, half)
        shutil.rmtree(half / lost) if (half / lost).is_dir() else (half / lost).unlink()
    assert str(half) in failed(Analyze(good, model=half))


@pytest.mark.usefixtures("works")
def test_a_bundle_of_another_version(tmp_path: Path, model: Path, good: Path) -> None:
    other = shutil.copytree(model, tmp_path / "other")
    config = json.loads((other / "config.json").read_text("utf-8"))
    (other / "config.json").write_text(json.dumps(config | {"version": 99}), "utf-8")
    assert "version 99" in failed(Analyze(good, model=other))


@pytest.mark.usefixtures("works")
def test_a_bundle_that_was_cut_off(tmp_path: Path, model: Path, good: Path) -> None:
    torn = shutil.copytree(model, tmp_path / "torn")
    cut_off(model / "visual.safetensors", torn / "visual.safetensors", 0.5)
    assert "visual.safetensors" in failed(Analyze(good, model=torn))


@pytest.mark.usefixtures("works")
@pytest.mark.parametrize("device", ["abacus", "cuda:99"])
def test_a_device_that_is_not_there(model: Path, good: Path, device: str) -> None:
    assert device in failed(Analyze(good, model=model, device=device))


# Things that change under the program's feet --------------------------------------------------------------------------


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """No file of this process may grow beyond ``most`` bytes."""
    limits = pytest.importorskip("resource", reason="only POSIX can limit a process's files")
    before = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, before)


def test_a_full_disk_under_the_cache(model: Path, good: Path, own_folders: Path) -> None:
    spans = turns((0, 1), (1, 2))
    with full_disk(100):
        body, events = analysed(Analyze(good, model=model, utterances=spans))
    assert len([e for e in events if isinstance(e, Notice) and "cannot be kept" in e.text]) == 1
    assert not [p for p in (own_folders / "cache").rglob("*") if p.suffix == ".part"]
    assert analysed(Analyze(good, model=model, utterances=spans))[0] == body


def test_a_cache_folder_that_is_a_file(
    model: Path, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("M2FNET_CACHE", str(tmp_path / "file"))
    _, events = analysed(Analyze(good, model=model))
    assert "cannot be kept" in notices(events)


@pytest.mark.usefixtures("works")
def test_a_video_deleted_while_it_is_analysed(tmp_path: Path, model: Path, good: Path) -> None:
    path = tmp_path / "fleeting.mp4"
    shutil.copy(good, path)
    spans = tuple(Utterance(f"u{n}", n / 20, n / 20 + 0.5) for n in range(30))

    def delete(event: Event) -> None:
        if isinstance(event, UtteranceStarted):
            path.unlink(missing_ok=True)

    assert "fleeting.mp4" in failed(Analyze(path, model=model, utterances=spans), delete)


def test_a_video_renamed_after_it_was_analysed(tmp_path: Path, model: Path, good: Path) -> None:
    spans = turns((0, 1), (1, 2))
    analysed(Analyze(good, model=model, utterances=spans))
    path = tmp_path / "renamed.mp4"
    shutil.copy(good, path)
    _, events = analysed(Analyze(path, model=model, utterances=spans))
    assert all(event.cached for event in events if hasattr(event, "cached"))
    assert [e.media for e in events if isinstance(e, AnalysisStarted)] == [path]
