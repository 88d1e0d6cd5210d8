"""``m2fnet-analyze`` over folders, lists and projects, as a person uses it."""

import csv
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from m2fnet_core.commands.analyze import main, parser
from m2fnet_core.commands.many import check_options
from m2fnet_core.document.commands import AddMedia, Insert
from m2fnet_core.document.content import Medium, Turn
from m2fnet_core.document.project import Project
from m2fnet_core.media.content import content_hash
from tests.core.batch.seen import attempts, first_claim, until

LONG = f"{'long' * 60}.mp4"  # with an ending more than a file's name may have
Capture = pytest.CaptureFixture[str]


def run(*arguments: str | Path, workers: int = 0) -> int:
    return main([*map(str, arguments), "--workers", str(workers)])


def summary(out: Path) -> dict[str, dict[str, str]]:
    """The rows of summary.csv by the video's name."""
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        return {Path(row["media"]).name: row for row in csv.DictReader(file)}


def report(out: Path, name: str) -> dict[str, Any]:
    """The result of the video of that name."""
    found: dict[str, Any] = json.loads((out / summary(out)[name]["result"]).read_text("utf-8"))
    return found


def test_a_folder_is_analysed_once_and_a_broken_video_harms_no_other(
    clips: Path, model: str, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "out"
    assert run(clips, "--model", model, "--out", out) == 1
    said = capsys.readouterr().err
    assert "4 videos to do" in said
    assert "failed: bad.mp4 is not a video" in said
    rows = summary(out)
    assert {name: row["state"] for name, row in rows.items()} == {
        "bad.mp4": "failed",
        "one.mp4": "done",
        "two.mp4": "done",
        "three.mp4": "done",
    }
    assert "bad.mp4 is not a video" in rows["bad.mp4"]["reason"]
    assert float(rows["one.mp4"]["seconds"]) > 0
    assert rows["one.mp4"]["device"] == "cpu"
    assert (
        report(out, "three.mp4")["media"]["sha256"]
        == content_hash(clips / "late" / "three.mp4")
        == rows["three.mp4"]["sha256"]
    )
    assert json.loads((out / "summary.json").read_text("utf-8"))["counts"] == {
        "done": 3,
        "failed": 1,
        "skipped": 0,
        "left": 0,
    }

    before = attempts(out)
    assert run(clips, "--model", model, "--out", out) == 1
    assert "0 videos to do (0:00), 3 done before, 1 failed before (--retry-failed" in capsys.readouterr().err
    assert attempts(out) == before

    assert main(["--status", str(out)]) == 0
    told = capsys.readouterr().out
    assert "3 done, 1 failed, 0 skipped, 0 left" in told
    assert "failed: bad.mp4" in told


def test_only_what_changed_is_done_again(clips: Path, model: str, tmp_path: Path, capsys: Capture) -> None:
    """A result stands while video, transcript, model and options are what they were, and it is whole itself."""
    out = tmp_path / "out"
    (clips / "bad.mp4").unlink()
    assert run(clips, "--model", model, "--out", out) == 0
    (clips / "one.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nAnn: Goodbye.\n", "utf-8")
    damaged = out / summary(out)["two.mp4"]["result"]
    damaged.write_bytes(damaged.read_bytes()[:-10])
    (clips / "late" / "three.mp4").rename(clips / "moved.mp4")
    (clips / "late" / "three.srt").rename(clips / "moved.srt")
    capsys.readouterr()
    assert run(clips, "--model", model, "--out", out) == 0
    assert "2 videos to do" in capsys.readouterr().err
    assert attempts(out) == ["moved.mp4", "one.mp4", "one.mp4", "three.mp4", "two.mp4", "two.mp4"]
    assert (
        json.loads((out / summary(out)["one.mp4"]["result"]).read_text("utf-8"))["utterances"][0]["text"] == "Goodbye."
    )
    json.loads(damaged.read_text("utf-8"))

    os.utime(clips / "one.mp4")  # a copy: another time, the same content
    (clips / "two.mp4").write_text("no video any more")
    assert run(clips, "--model", model, "--out", out) == 1
    assert "1 video to do" in capsys.readouterr().err
    assert summary(out)["two.mp4"]["state"] == "failed"


def test_another_model_is_told_and_its_results_are_kept_apart(
    clips: Path, model: str, tmp_path: Path, capsys: Capture
) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    shutil.copytree(model, other)
    about = json.loads((other / "config.json").read_text("utf-8"))
    (other / "config.json").write_text(json.dumps({**about, "temperature": 2.0}), "utf-8")
    assert run(clips / "one.mp4", "--model", model, "--out", out) == 0
    first = out / summary(out)["one.mp4"]["result"]
    body = first.read_bytes()
    assert run(clips / "one.mp4", "--model", other, "--out", out) == 0
    assert f"are not those of {first.parents[1].name}" in capsys.readouterr().err
    second = out / summary(out)["one.mp4"]["result"]
    assert second != first
    assert (first.read_bytes(), second.read_bytes() != body) == (body, True)
    assert run(clips / "one.mp4", "--model", model, "--out", out) == 0
    assert "1 done before" in capsys.readouterr().err


def test_lists_projects_and_patterns_name_videos(clips: Path, model: str, tmp_path: Path, capsys: Capture) -> None:
    out, names = tmp_path / "out", tmp_path / "files.txt"
    (clips / "one.mp4").rename(clips / LONG)
    (clips / "one.srt").rename((clips / LONG).with_suffix(".srt"))
    names.write_text(f"# those of today\n\nclips/{LONG}\nclips/gone.mp4\n", "utf-8")
    video = clips / "two.mp4"
    project = Project.create(tmp_path / "talks.m2f")
    project.do(AddMedia((Medium("m", video, "clips/two.mp4", content_hash(video), 1.2),)))
    project.do(Insert((Turn("t1", "m", 0.2, 0.7, "s", "Mine."),), {"s": "Eve"}))
    project.close()
    given = (f"@{names}", project.path, clips, "--include", "late/*.mp4", "--include", "b*", "--exclude", "*/bad.*")
    assert run(*given, "--exclude", "bad.mp4", "--model", model, "--out", out) == 1
    rows = summary(out)
    assert {name: row["state"] for name, row in rows.items()} == {
        LONG: "done",
        "gone.mp4": "failed",
        "two.mp4": "done",
        "three.mp4": "done",
    }
    assert "it was moved or deleted" in rows["gone.mp4"]["reason"]
    said = report(out, "two.mp4")["utterances"]
    assert [(u["id"], u["speaker"], u["text"]) for u in said] == [("t1", "Eve", "Mine.")]
    collected(project.path, out, *given, "--exclude", "bad.mp4", "--model", model)
    assert run(tmp_path / "clips", "--include", "*.xyz", "--out", out) == 1
    assert "There is no video in" in capsys.readouterr().err


def collected(project: Path, out: Path, *given: str | Path) -> None:
    """The results come into the project and into one table, once."""
    for _ in range(2):
        assert run(*given, "--out", out, "--out-project", project, "--format", "csv") == 1
        opened = Project.open(project, read_only=True)
        document = opened.document
        opened.close()
        assert sorted(medium.path.name for medium in document.media.values()) == sorted([LONG, "three.mp4", "two.mp4"])
        assert {medium.relative.partition("/")[0] for medium in document.media.values()} == {"clips"}
        assert sorted(speaker.name for speaker in document.speakers.values()) == ["Ann", "Eve"]
        hashes = {document.predictions[turn].model.hash for turn in document.turns}
        assert {kept.analysis for kept in document.predictions.values()} == {1, 2, 3}  # each once
    rows = list(csv.DictReader((out / "utterances.csv").read_text("utf-8").splitlines()))
    assert [(Path(row["media"]).name, row["speaker"]) for row in rows] == [
        ("three.mp4", "Ann"),
        (LONG, "Ann"),
        ("two.mp4", "Eve"),
    ]
    assert {row["model_hash"] for row in rows} == hashes


def test_the_command_lines_of_the_guide_are_right() -> None:
    """Also those of its job script and its Snakemake rule."""
    guide = (Path(__file__).parents[3] / "docs" / "many-videos.md").read_text("utf-8")
    lines = re.findall(r"^(?:m2fnet-analyze|    shell: \"m2fnet-analyze) ([^\"#\n]*)", guide, re.MULTILINE)
    assert len(lines) >= 5
    for line in lines:
        arguments = parser().parse_args(shlex.split(line))
        if arguments.status is None:
            assert arguments.videos
            check_options(parser(), arguments)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--out DIR"),
        (("--out", "x", "--transcript", "a.srt"), "one video"),
        (("--out", "x", "--format", "eaf"), "json and csv"),
        (("--out", "x", "--workers", "-1"), "negative"),
        (("--out", "x", "--out-project", "talks.txt"), "must end in .m2f"),
    ],
)
def test_wrong_use_is_explained(options: tuple[str, ...], said: str, tmp_path: Path, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main([str(tmp_path), *options])
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_what_fails_every_video_ends_the_run_with_one_sentence(
    clips: Path, model: str, tmp_path: Path, capsys: Capture
) -> None:
    assert run(clips, "--model", model, "--out", tmp_path / "out", "--device", "abacus") == 1
    said = capsys.readouterr().err
    assert said.count("abacus") == 1
    assert "failed:" not in said
    assert run(clips, "--model", tmp_path / "none", "--out", tmp_path / "out") == 1
    (clips / "summary.csv").write_text("mine", "utf-8")
    assert run(clips, "--model", model, "--out", clips) == 1
    assert "is there already and is no run's" in capsys.readouterr().err
    assert (clips / "summary.csv").read_text("utf-8") == "mine"
    assert main(["--status", str(tmp_path)]) == 1
    assert "holds no run" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_killed_workers_and_a_killed_parent_lose_nothing_that_was_done(clips: Path, model: str, tmp_path: Path) -> None:
    out, undisturbed = tmp_path / "out", tmp_path / "undisturbed"
    (clips / "bad.mp4").unlink()
    assert run(clips, "--model", model, "--out", undisturbed) == 0
    command = [sys.executable, "-m", "m2fnet_core.commands.analyze", clips, "--model", model, "--no-cache"]
    with subprocess.Popen([*map(str, command), "--workers", "1", "--out", str(out)], stderr=subprocess.PIPE) as parent:
        first = first_claim(out)
        os.kill(first, signal.SIGKILL)
        until(lambda: attempts(out))  # another worker took over
        children = psutil.Process(parent.pid).children()
        parent.kill()
    assert first not in [child.pid for child in children]
    _, alive = psutil.wait_procs(children, 20)
    assert alive == []
    done = attempts(out)
    assert run(clips, "--model", model, "--out", out) == 0
    assert attempts(out) == ["one.mp4", "three.mp4", "two.mp4"]
    assert set(done) <= set(attempts(out))
    for name in summary(undisturbed):
        pairs = zip(report(out, name)["utterances"], report(undisturbed, name)["utterances"], strict=True)
        for one, other in pairs:
            assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-4)
