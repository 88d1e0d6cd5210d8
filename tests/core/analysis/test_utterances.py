"""Where an analysis takes its utterances from."""

from pathlib import Path

import pytest

from m2fnet_core.analysis.utterances import Found, find_utterances
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.events import Event, Progress, ignore
from m2fnet_core.base.progress import CancelToken
from m2fnet_core.base.requests import Analyze
from m2fnet_core.media.probe import probe
from tests.media_maker import Picture, Sound, write_media

SRT = "1\n00:00:00,500 --> 00:00:01,500\nAnn: Beside.\n"
INSIDE = [(0.25, 1.75, "Inside.")]


def found(request: Analyze, heard: list[Event] | None = None) -> Found:
    hook = ignore if heard is None else heard.append
    return find_utterances(request, probe(request.media), hook, CancelToken())


def texts(result: Found) -> list[str | None]:
    return [utterance.text for utterance in result.utterances]


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Two seconds of tone, with subtitles inside and a transcript beside it."""
    path = write_media(tmp_path / "talk.mkv", Picture(frames=50), Sound(), subtitles=INSIDE)
    path.with_suffix(".srt").write_text(SRT, "utf-8")
    return path


def test_the_order_of_sources(video: Path, tmp_path: Path) -> None:
    named = tmp_path / "named.csv"
    named.write_text("start,end,speaker,text\n0,1,Bob,Named.\n", "utf-8")
    given = (Utterance("g", 0.0, 1.0, text="Given."),)
    assert texts(found(Analyze(video, named, utterances=given))) == ["Given."]
    assert texts(found(Analyze(video, named))) == ["Named."]
    assert found(Analyze(video, named)).transcript == named
    assert texts(found(Analyze(video))) == ["Beside."]
    assert found(Analyze(video)).transcript == video.with_suffix(".srt")
    video.with_suffix(".srt").unlink()
    assert texts(found(Analyze(video))) == ["Inside."]
    assert found(Analyze(video)).transcript is None


def test_without_transcript_and_speech_the_file_is_divided(tmp_path: Path) -> None:
    for sound in (Sound(seconds=12), None):
        path = write_media(tmp_path / "quiet.mp4", Picture(frames=300), sound)
        result = found(Analyze(path))
        assert len(result.utterances) == 2
        assert texts(result) == [None, None]
        assert result.utterances[-1].end == pytest.approx(12, abs=0.1)
        assert "quiet.mp4" in result.notices[0]


def test_speech_is_heard_once(tmp_path: Path) -> None:
    path = write_media(tmp_path / "tone.wav", None, Sound(seconds=3))
    first: list[Event] = []
    second: list[Event] = []
    assert found(Analyze(path), first) == found(Analyze(path), second)
    assert any(isinstance(event, Progress) for event in first)
    assert not second
    third: list[Event] = []
    found(Analyze(path, use_cache=False), third)
    assert third


def test_a_broken_transcript_beside_is_passed_over(video: Path) -> None:
    video.with_suffix(".srt").write_text("no cue at all")
    result = found(Analyze(video))
    assert texts(result) == ["Inside."]
    assert "talk.srt" in result.notices[0]
    assert "\n" not in result.notices[0]


def test_a_transcript_of_another_video_beside_is_passed_over(video: Path) -> None:
    video.with_suffix(".srt").write_text(SRT.replace("00:00:0", "01:00:0"), "utf-8")
    result = found(Analyze(video))
    assert texts(result) == ["Inside."]
    assert "does not belong" in result.notices[0]


def test_a_named_transcript_of_another_video_is_refused(video: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.srt"
    other.write_text(SRT.replace("00:00:0", "01:00:0"), "utf-8")
    with pytest.raises(TranscriptError, match=r"other\.srt does not belong"):
        found(Analyze(video, other))


def test_given_utterances_are_repaired_and_keep_their_ids(video: Path) -> None:
    given = (Utterance("b", 1.0, 9.0), Utterance("a", -1.0, 0.5), Utterance("c", 1.5, 1.0))
    result = found(Analyze(video, utterances=given))
    assert [(u.id, u.start) for u in result.utterances] == [("a", 0.0), ("b", 1.0)]
    assert len(result.notices) == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "no utterance"),
        ((Utterance("x", 0.0, 1.0), Utterance("x", 1.0, 2.0)), "called x"),
        ((Utterance("x", 50.0, 60.0),), "does not belong"),
    ],
)
def test_given_utterances_that_cannot_be_used_are_refused(video: Path, given: tuple[Utterance, ...], said: str) -> None:
    with pytest.raises(TranscriptError, match=said):
        found(Analyze(video, utterances=given))


def test_voices_name_nobody_where_nobody_speaks_or_the_utterances_were_given(tmp_path: Path) -> None:
    path = write_media(tmp_path / "quiet.mp4", Picture(frames=300), Sound(seconds=12))
    assert {u.speaker for u in found(Analyze(path, speakers=0)).utterances} == {""}
    given = (Utterance("g", 0.0, 1.0, text="Given."), Utterance("h", 1.0, 3.0, text="Too."))
    assert {u.speaker for u in found(Analyze(path, utterances=given, speakers=0)).utterances} == {""}


def test_voices_name_who_speaks_in_a_transcript_without_names(tmp_path: Path) -> None:
    path = write_media(tmp_path / "talk.mp4", Picture(frames=100), Sound(seconds=4))
    path.with_suffix(".srt").write_text(SRT.replace("Ann: ", ""), "utf-8")
    assert [u.speaker for u in found(Analyze(path)).utterances] == [""]
    assert found(Analyze(path, speakers=0)).voices == ("Speaker 1",)
    assert [u.speaker for u in found(Analyze(path, speakers=0)).utterances] == ["Speaker 1"]
    assert [u.speaker for u in found(Analyze(path, speakers=0)).utterances] == ["Speaker 1"]  # remembered
