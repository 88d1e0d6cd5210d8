"""The analysis of the open video: what is asked of the worker in turn, and what its answers mean to a person."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.models.notices import Weight
from app.models.project.intake import Intake
from app.models.studio import Studio
from app.models.video.analysis import Analysis, State
from m2fnet_core.analysis.missing_inputs import OF_MODEL
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.events import Failed, Finished, Notice, Predicted, Progress
from m2fnet_core.base.json_codec import plain
from m2fnet_core.base.requests import Analyze, ScanFaces, Transcribe
from m2fnet_core.transcript import Transcript
from tests.app.conversation import media, prediction, utterances
from tests.app.desk import studio_with
from tests.app.models.video.test_queue import Worker

REPORT = {
    "schema": 1,
    "media": {"path": "film.mp4", "sha256": "0" * 64, "duration": 10.0, "fps": 25.0, "frames": 250},
    "model": {"name": "starter", "trained": True, "labels": ["joy"]},
    "utterances": [],
}


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """Five utterances, none predicted."""
    made = studio_with(predicted=False)
    yield made
    made.close()


@pytest.fixture
def worker(studio: Studio) -> Worker:
    return Worker()


@pytest.fixture
def analysis(studio: Studio, worker: Worker) -> Analysis:
    """Under way with the document's own utterances."""
    intake = Intake(studio.project, studio.session)
    made = Analysis(studio.session, intake, worker, studio.notices, studio)  # type: ignore[arg-type]  # speaks as one
    made.analyze(Analyze(media().path, utterances=utterances()))
    return made


def test_faces_of_the_whole_video_follow_and_are_no_failure(studio: Studio, worker: Worker, analysis: Analysis) -> None:
    worker.say(Progress("Looking", 1, 5), Predicted(prediction("u1", "fear")))
    assert analysis.progress == Progress("Looking", 1, 5)
    known = studio.session.prediction("u1")
    assert known is not None
    assert known.label == "fear"
    worker.say(Finished(REPORT))
    assert analysis.scanning
    assert worker.jobs["2"] == ScanFaces(media().path, "auto", True)
    worker.say(Failed("film.mp4 went away."))
    assert analysis.state is State.DONE  # every utterance is predicted
    assert studio.notices.entries[-1].weight is Weight.NOTE


def test_a_failure_before_the_predictions_is_one(studio: Studio, worker: Worker, analysis: Analysis) -> None:
    worker.say(Failed("film.mp4 cannot be read; choose another file."))
    assert analysis.state is State.FAILED
    assert analysis.settled
    assert studio.notices.entries[-1].weight is Weight.FAILURE


def test_what_was_heard_comes_beside_what_is_there_and_is_analysed(
    studio: Studio, worker: Worker, analysis: Analysis
) -> None:
    before = studio.session.utterances
    analysis.transcribe("openai/whisper-tiny", "cpu")
    assert worker.cancelled[-1] == "1"
    assert worker.jobs["2"] == Transcribe(media().path, "openai/whisper-tiny", "cpu", speakers=0)
    end = before[-1].end
    heard = (Utterance("x0", 0.0, 1.0, "", "Not again."), Utterance("x1", end, end + 0.4, text="And this."))
    worker.say(Finished(plain(Transcript(heard, ("As English.",)))))
    assert [u.text for u in worker.latest.utterances] == [*(u.text for u in before), "And this."]
    assert studio.notices.entries[-1].text == "As English."
    assert analysis.state is State.RUNNING


def test_what_was_stopped_says_nothing_more_and_can_go_on(studio: Studio, worker: Worker, analysis: Analysis) -> None:
    analysis.cancel()
    assert (analysis.state, worker.cancelled[-1]) == (State.STOPPED, "1")
    worker.say(Predicted(prediction("u1", "fear")))  # was on its way
    assert studio.session.prediction("u1") is None
    analysis.go_on()
    assert worker.jobs["2"] == worker.jobs["1"]
    worker.died.emit("The analysis process ended unexpectedly.")
    assert analysis.state is State.INTERRUPTED
    assert studio.notices.entries[-1].text == "The analysis process ended unexpectedly."
    analysis.go_on()
    assert analysis.state is State.RUNNING
    assert worker.jobs["3"] == worker.jobs["1"]


def test_what_a_banner_says_is_not_said_again(studio: Studio, worker: Worker, analysis: Analysis) -> None:
    worker.say(Notice(OF_MODEL["starter"]), Notice("film.mp4 has no sound."))
    assert [entry.text for entry in studio.notices.entries] == ["film.mp4 has no sound."]
