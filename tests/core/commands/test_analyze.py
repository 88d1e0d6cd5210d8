"""``m2fnet-analyze`` as a person uses it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from m2fnet_core.base.wording import clock
from m2fnet_core.commands.analyze import main
from m2fnet_core.media.probe import probe
from tests.core.small_model import write_small_model
from tests.media_maker import Picture, Sound, write_media

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text("utf-8"))
SRT = "1\n00:00:00,100 --> 00:00:00,900\nAnn: Hello.\n\n2\n00:00:01,000 --> 00:00:01,900\nBob [red]: Oh no!\n"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two videos and their transcripts."""
    folder = tmp_path_factory.mktemp("videos")
    for name, seconds in (("one", 2), ("two", 3)):
        path = write_media(folder / f"{name}.mp4", Picture(frames=25 * seconds), Sound(seconds=seconds))
        path.with_suffix(".srt").write_text(SRT, "utf-8")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A quick one."""
    return str(write_small_model(tmp_path_factory.mktemp("model") / "small"))


def refused(capsys: Capture, *arguments: str | Path) -> str:
    """The message of a wrong use."""
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in arguments])
    assert caught.value.code == 2
    return capsys.readouterr().err


def test_a_video_becomes_a_table_and_a_report(videos: Path, model: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "one.json"
    assert main([str(videos / "one.mp4"), "--model", model, "--out", str(out)]) == 0
    shown = capsys.readouterr()
    body = json.loads(out.read_text("utf-8"))
    jsonschema.validate(body, SCHEMA)
    for utterance in body["utterances"]:
        assert f"{utterance['label']} {utterance['probabilities'][utterance['label']]:.0%}" in shown.out
    assert "Ann" in shown.out
    assert "text, audio, scene" in shown.out
    assert f"written: {out}" in shown.err
    assert "\x1b" not in shown.out + shown.err  # no colours, no bar: this is no terminal


def test_an_untrained_model_is_said_to_be_one(videos: Path, model: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "one.json"
    main([str(videos / "one.mp4"), "--model", model, "--out", str(out)])
    shown = capsys.readouterr()
    trained = json.loads(out.read_text("utf-8"))["model"]["trained"]
    assert ("UNTRAINED" in shown.out) is not trained
    assert ("untrained" in shown.err) is not trained


def test_a_bad_video_does_not_stop_the_others(videos: Path, model: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "bad.mp4").write_text("hello")
    out = tmp_path / "reports"
    names = [videos / "one.mp4", tmp_path / "bad.mp4", tmp_path / "none.mp4", videos / "two.mp4"]
    assert main([*map(str, names), "--model", model, "--out", str(out)]) == 1
    shown = capsys.readouterr()
    assert sorted(p.name for p in out.iterdir()) == ["one.json", "two.json"]
    errors = [line for line in shown.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 2
    assert "bad.mp4" in errors[0]
    assert "none.mp4" in errors[1]


def test_videos_of_one_name_get_reports_of_their_own(videos: Path, model: str, tmp_path: Path) -> None:
    again = tmp_path / "one.mp4"
    again.write_bytes((videos / "one.mp4").read_bytes())
    assert main([str(videos / "one.mp4"), str(again), "--model", model, "--out", str(tmp_path / "out")]) == 0
    reports = {p.name: json.loads(p.read_text("utf-8")) for p in (tmp_path / "out").iterdir()}
    assert reports["one.json"]["media"]["path"] == (videos / "one.mp4").as_posix()
    assert reports["one-2.json"]["media"]["path"] == again.as_posix()


def test_a_folder_as_out_works_for_one_video_too(videos: Path, model: str, tmp_path: Path) -> None:
    assert main([str(videos / "one.mp4"), "--model", model, "--out", str(tmp_path)]) == 0
    assert (tmp_path / "one.json").is_file()


def test_a_named_transcript_wins_over_the_one_beside(videos: Path, model: str, tmp_path: Path, capsys: Capture) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("start,end,speaker,text\n0,1,Someone,Hm\n", "utf-8")
    assert main([str(videos / "one.mp4"), "--model", model, "--transcript", str(mine)]) == 0
    shown = capsys.readouterr().out
    assert "Someone" in shown
    assert "Ann" not in shown


def test_no_cache_keeps_no_vectors(videos: Path, model: str, own_folders: Path) -> None:
    assert main([str(videos / "one.mp4"), "--model", model, "--no-cache"]) == 0
    assert not list((own_folders / "cache").glob("features*"))


def test_wrong_use_is_explained(videos: Path, tmp_path: Path, capsys: Capture) -> None:
    one, two = videos / "one.mp4", videos / "two.mp4"
    (tmp_path / "file").write_text("")
    assert "VIDEO" in refused(capsys)
    assert "one video" in refused(capsys, one, two, "--transcript", tmp_path / "t.srt")
    assert "must be a folder" in refused(capsys, one, two, "--out", tmp_path / "file")
    assert "bored" in refused(capsys, one, "--prior", "bored")
    assert "there is no folder" in refused(capsys, one, "--out", tmp_path / "missing" / "x.json")


def test_a_prior_needs_a_model_that_knows_its_own(videos: Path, model: str, capsys: Capture) -> None:
    assert main([str(videos / "one.mp4"), "--model", model, "--prior", "joy=2,anger=1"]) == 1
    assert "how frequent" in capsys.readouterr().err


def test_an_unknown_device_names_those_there_are(videos: Path, model: str, capsys: Capture) -> None:
    assert main([str(videos / "one.mp4"), "--model", model, "--device", "abacus"]) == 1
    said = capsys.readouterr().err
    assert "abacus" in said
    assert "cpu" in said


def test_a_report_that_cannot_be_written_is_a_failure(
    videos: Path, model: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "out" / "one.json").mkdir(parents=True)
    assert (
        main([str(videos / "one.mp4"), str(videos / "two.mp4"), "--model", model, "--out", str(tmp_path / "out")]) == 1
    )
    assert "one.json could not be written" in capsys.readouterr().err
    assert (tmp_path / "out" / "two.json").is_file()


def test_help_needs_no_torch() -> None:
    heavy = "('torch', 'transformers', 'cv2')"
    parts = "m2fnet_core.commands.analyze, m2fnet_core.service.worker"
    code = f"import sys, {parts}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    path = write_media(tmp_path / "long.mp4", Picture(frames=300, fps=5), Sound(seconds=60))
    rows = "".join(f"{i / 4},{i / 4 + 2.5},Speaker {i},Line {i}\n" for i in range(200))
    path.with_suffix(".csv").write_text("start,end,speaker,text\n" + rows + "59,70,Ann,Too long\n", "utf-8")
    command = [sys.executable, "-m", "m2fnet_core.commands.analyze", str(path), "--out", str(tmp_path / "x.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = process.stderr.readline()  # the repair of the first utterance is told when the work begins
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert first.startswith(b"note: ")
    assert process.returncode == 130
    assert err.decode().splitlines()[-1] == "Stopped."
    assert "Traceback" not in err.decode()
    assert out == b""
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize(
    ("seconds", "digits", "said"),
    [(0.04, 1, "0:00.0"), (59.96, 1, "1:00.0"), (61.25, 1, "1:01.2"), (3600, 1, "1:00:00.0"), (65, 0, "1:05")],
)
def test_times_are_written_as_people_read_them(seconds: float, digits: int, said: str) -> None:
    assert clock(seconds, digits) == said


def test_an_analysis_is_written_in_the_format_that_is_asked_for(videos: Path, model: str, tmp_path: Path) -> None:
    said = ["--model", model, "--out", str(tmp_path)]
    for form in ("vtt", "csv", "mp4"):
        assert main([str(videos / "one.mp4"), *said, "--format", form]) == 0
    assert "<v Ann>Hello. [" in (tmp_path / "one.vtt").read_text("utf-8")
    assert "model_label,p_neutral" in (tmp_path / "one.csv").read_text("utf-8")
    assert probe(tmp_path / "one.mp4").duration == pytest.approx(2.0, abs=0.1)


def test_nothing_is_written_over_the_video_or_its_transcript(videos: Path, model: str, tmp_path: Path) -> None:
    """Not even under another name; --force lets a transcript go, never a video."""
    video = tmp_path / "one.mp4"
    video.write_bytes((videos / "one.mp4").read_bytes())
    talk = tmp_path / "one.srt"
    talk.write_text("1\n00:00:00,000 --> 00:00:01,000\nAnn: Hello\n", "utf-8")
    before = video.read_bytes(), talk.read_bytes()
    common = [str(video), "--model", model]
    assert main([*common, "--out", str(video)]) == 1
    assert main([*common, "--out", str(video), "--force"]) == 1
    assert main([*common, "--format", "srt", "--out", str(tmp_path)]) == 1
    assert (video.read_bytes(), talk.read_bytes()) == before
    assert main([*common, "--format", "srt", "--out", str(tmp_path), "--force"]) == 0
    assert video.read_bytes() == before[0]
    assert talk.read_bytes() != before[1]


def test_a_name_from_outside_moves_no_cursor(videos: Path, model: str, tmp_path: Path, capsys: Capture) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("start,end,speaker,text\n0,1,\x1b]0;PWN\x07\x1b[2JEve,Hm\n", "utf-8")
    assert main([str(videos / "one.mp4"), "--model", model, "--transcript", str(mine)]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\\x1b" in shown


def test_a_recogniser_that_was_asked_for_and_is_not_there_ends_the_command(
    videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(videos / "one.mp4"), "--transcribe", "nobody/none"]) == 1
    assert "nobody/none is not on this machine" in capsys.readouterr().err
    assert main([str(videos / "one.mp4"), "--transcribe", "nobody/none", "--fetch"]) == 1
    assert "nobody/none cannot be fetched" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([str(videos / "one.mp4"), "--fetch"])
    assert "--fetch fetches the model of --transcribe" in capsys.readouterr().err
