"""What a person can do without a window: bad input is one sentence and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.base.settings import DEVICE, MODEL, Settings
from app.models.notices import Weight
from app.models.studio import Studio
from app.models.video.reading import is_transcript
from m2fnet_core.base.requests import Analyze, Request
from m2fnet_core.document.commands import Decide, Insert
from m2fnet_core.document.content import Decision, Turn
from m2fnet_core.media.content import content_hash
from tests.app.conversation import analysed
from tests.app.desk import studio_with
from tests.media_maker import Sound, write_media
from tests.patience import signalled


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """No video is open."""
    made = Studio(Settings())
    yield made
    made.close()


def latest(studio: Studio) -> str:
    """The latest failure."""
    assert studio.notices.entries[-1].weight is Weight.FAILURE
    return studio.notices.entries[-1].text


@pytest.mark.parametrize("kind", ["text", "empty", "folder", "missing"])
def test_what_is_no_video_is_one_sentence_and_the_open_one_stays(
    qtbot: QtBot, studio: Studio, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio.worker, "start", lambda: None)
    analysed(studio.session)
    bad = tmp_path / "bad.mp4"
    if kind == "folder":
        bad.mkdir()
    elif kind != "missing":
        bad.write_text("hello" if kind == "text" else "", encoding="utf-8")
    with qtbot.waitSignal(studio.notices.added):
        studio.open(bad)
    assert "bad.mp4" in latest(studio)
    assert studio.session.prediction("u1") is not None


def test_a_transcript_needs_its_video(studio: Studio, tmp_path: Path) -> None:
    studio.open_dropped([tmp_path / "talk.srt"])
    assert latest(studio) == "talk.srt is a transcript: open its video first, or drop both together."


def test_transcripts_are_known_by_their_names() -> None:
    names = ("a.srt", "a.VTT", "a.csv", "a.mp4", "a.wav", "a")
    assert [is_transcript(Path(name)) for name in names] == [True, True, True, False, False, False]


def test_a_folder_that_is_no_bundle_is_refused_and_the_model_in_use_stays(studio: Studio, tmp_path: Path) -> None:
    studio.choose_model(tmp_path)
    assert str(tmp_path) in latest(studio)
    assert studio.model is None
    assert studio.settings.get(MODEL) == ""


def test_the_device_is_remembered(studio: Studio) -> None:
    studio.choose_device("cpu")
    assert studio.device == "cpu"
    studio.settings.sync()
    assert Settings().get(DEVICE) == "cpu"


@pytest.fixture
def open_project(qtbot: QtBot) -> Iterator[Studio]:
    """A project of one video that is not there."""
    made = studio_with()
    yield made
    made.close()


def test_more_videos_come_in_and_what_is_none_is_named(qtbot: QtBot, open_project: Studio, tmp_path: Path) -> None:
    good = [write_media(tmp_path / f"{name}.wav", None, Sound(seconds=length)) for name, length in (("a", 1), ("b", 2))]
    (tmp_path / "bad.mp4").write_text("hello", encoding="utf-8")
    with signalled(qtbot, open_project.notices.added) as said:
        open_project.add_media([good[0], tmp_path / "bad.mp4", good[1]])
    assert "bad.mp4" in said[0].text
    names = [medium.path.name for medium in open_project.project.document.media.values()]
    assert names == ["film.mp4", "a.wav", "b.wav"]
    open_project.shaping.undo()
    assert len(open_project.project.document.media) == 1  # all of them were one step


def test_a_folder_without_the_missing_videos_says_so(qtbot: QtBot, open_project: Studio, tmp_path: Path) -> None:
    before = open_project.project.document.media
    with signalled(qtbot, open_project.notices.added) as said:
        open_project.relink(tmp_path)
    assert tmp_path.name in said[0].text
    assert open_project.project.document.media == before


def test_another_file_under_a_known_name_is_told_and_taken_only_when_asked(
    qtbot: QtBot, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio.worker, "start", lambda: None)
    asked: list[Request] = []
    monkeypatch.setattr(studio.worker, "submit", lambda request: asked.append(request) or "")
    film, other = write_media(tmp_path / "film.wav", None, Sound(1.0)), tmp_path / "other.wav"
    studio.open(film)
    qtbot.waitUntil(lambda: studio.session.reachable and bool(asked))
    medium = studio.session.medium
    studio.project.do(Insert((Turn("u", medium, 0.0, 0.5, "", "Hi."),), {}))
    studio.project.do(Decide((Decision("u", "ada", "joy"),)))
    assert studio.project.save_as(tmp_path / "talk.m2f")
    studio.close_media()
    write_media(other, None, Sound(2.0)).replace(film)
    asked.clear()
    with qtbot.waitSignal(studio.notices.added):
        studio.open_project(tmp_path / "talk.m2f")
    assert "film.wav is another file now" in latest(studio)
    assert not studio.session.reachable
    assert not asked
    assert studio.replaced.take()
    taken = studio.project.document.media[medium]
    assert (taken.sha256, round(taken.duration)) == (content_hash(film), 2)
    assert "made on another file" in taken.reason
    marked = studio.project.document.decisions["u", "ada"]
    assert marked.unsure
    assert "made on another file" in marked.comment
    studio.show_medium(medium)
    qtbot.waitUntil(lambda: bool(asked))
    assert isinstance(asked[-1], Analyze)
    assert asked[-1].sha256 == taken.sha256
